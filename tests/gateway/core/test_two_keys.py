"""Processes in the midst of a rotation: whichever of two keys one of them writes with, the others understand it."""

from itertools import count

import pytest

from contacts.models import Contact, ContactStatus
from gateway.core.approvals import ApprovalKind, Decider, NewApproval
from gateway.core.customer_stores import ContactDuplicate
from gateway.core.facts import Known
from gateway.core.idempotency import Answered, Mismatch
from gateway.core.open_request import OpenRequest
from gateway.core.operations import Operation
from gateway.core.receipts import ReceiptSigner
from gateway.core.stores import Capped
from gateway.core.verification import Method, Status, Verdict
from gateway.store import keys
from gateway.store.connection import Store
from tests import builders
from tests.builders import CLIENT, CUSTOMER_ID, LANDLINE, MOBILE
from tests.gateway.generations import LIMITS, NEW_WRITES, OLD_WRITES, ONLY_OLD, Process

SIDE_BY_SIDE = [(ONLY_OLD, OLD_WRITES), (OLD_WRITES, ONLY_OLD), (OLD_WRITES, NEW_WRITES), (NEW_WRITES, OLD_WRITES)]
"""What may serve at the same moment while a key is changed, and who of them acts first."""
_MESSAGES = count()


@pytest.fixture(params=SIDE_BY_SIDE, ids=str)
def pair(request: pytest.FixtureRequest, store: Store, signer: ReceiptSigner) -> tuple[Process, Process]:
    one, other = request.param
    return Process(store, signer, one), Process(store, signer, other)


async def as_stored(process: Process, contact: Contact) -> Contact:
    _, stored = await process.customer_store.read_with_contact(CUSTOMER_ID, contact.contact_id)
    assert stored is not None
    return stored.contact


async def test_a_code_is_right_at_whichever_process_it_is_typed(pair: tuple[Process, Process]) -> None:
    here, there = pair
    contact = await here.register()
    for tries, (opening, judging) in enumerate(((here, there), (there, here)), start=1):
        opened = await opening.open(Method.SMS, contact)
        wrong = await judging.judge(opened, judging.another_code(opened))
        assert (wrong.verdict, wrong.wrong_answers) == (Verdict.WRONG, tries)
        assert (await judging.judge(opened, judging.code_of(opened))).verdict is Verdict.CORRECT


async def test_an_attempt_sent_again_to_another_process_is_counted_once(pair: tuple[Process, Process]) -> None:
    here, there = pair
    opened = await here.open(Method.SMS, await here.register())
    wrong = here.another_code(opened)
    first = await here.judge(opened, wrong, "attempt-1")
    again = await there.judge(opened, wrong, "attempt-1")
    assert (first.wrong_answers, again.wrong_answers) == (1, 1)


async def test_a_branch_password_of_one_process_is_good_at_the_other_and_a_wrong_one_costs_one_try(
    pair: tuple[Process, Process],
) -> None:
    here, there = pair
    await here.register()
    _, password = await here.passwords.issue(CUSTOMER_ID, Operation.ISSUE, "여의도", "박지점", None)
    opened = await there.open(Method.BRANCH_OTP)
    wrong = await there.judge(opened, f"{(int(password) + 1) % 1_000_000:06d}")
    assert (wrong.verdict, wrong.wrong_answers) == (Verdict.WRONG, 1)
    assert (await there.judge(opened, password)).verdict is Verdict.CORRECT
    assert (await here.judge(await here.open(Method.BRANCH_OTP), password)).verdict is Verdict.WRONG


async def test_a_text_finds_the_verification_that_another_process_opened(pair: tuple[Process, Process]) -> None:
    here, there = pair
    contact = await here.register()
    opened = await here.open(Method.SMS_REPLY, contact)
    assert (await there.sms_reply.receive(f"SM{next(_MESSAGES)}", MOBILE, there.code_of(opened))).answer
    assert (await here.read(opened)).status is Status.VERIFIED


async def test_a_number_of_a_customer_is_known_and_taken_at_every_process(pair: tuple[Process, Process]) -> None:
    here, there = pair
    await here.register()
    assert await there.customer_store.is_known_number(there.personal_data.blind_indexes(MOBILE))
    with pytest.raises(ContactDuplicate):
        await there.customer_store.add_contact(CUSTOMER_ID, builders.contact())


async def test_the_same_person_written_by_another_process_keeps_their_checks(pair: tuple[Process, Process]) -> None:
    here, there = pair
    contact = await here.register()
    await there.customer_store.put(builders.individual(online_consent=False))
    assert (await as_stored(here, contact)).status is ContactStatus.VERIFIABLE
    await here.customer_store.put(builders.individual(name="임꺽정"))
    assert (await as_stored(there, contact)).status is ContactStatus.NEEDS_VERIFICATION


async def test_a_cap_of_a_number_is_one_cap_for_all_processes(store: Store, signer: ReceiptSigner) -> None:
    """In the order of a rotation: none of its steps gives the number anything anew."""
    steps = [Process(store, signer, one) for one in (ONLY_OLD, OLD_WRITES, NEW_WRITES, OLD_WRITES)]
    for process in steps:
        await process.caps.take_number(process.personal_data.blind_indexes(MOBILE))
    assert len(steps) == LIMITS.number_cap.count
    for last in (OLD_WRITES, NEW_WRITES):
        process = Process(store, signer, last)
        with pytest.raises(Capped):
            await process.caps.take_number(process.personal_data.blind_indexes(MOBILE))


async def test_a_change_of_contact_asked_for_at_one_process_is_approved_at_another(
    pair: tuple[Process, Process],
) -> None:
    here, there = pair
    contact = await here.register()
    action = {"number": LANDLINE, "line_type": "landline", "former": MOBILE}
    asked = await here.approvals.add(
        NewApproval(
            approval_id=keys.new_approval_id(CUSTOMER_ID),
            kind=ApprovalKind.CONTACT_CHANGE,
            customer_id=CUSTOMER_ID,
            contact_id=contact.contact_id,
            requested_by="김상담",
            reason="번호 변경",
            action=action,
        )
    )
    await there.approvals.approve(asked, Decider("이센터장", "이센터장"), "확인")
    assert (await as_stored(here, contact)).number.e164 == LANDLINE
    with pytest.raises(ContactDuplicate):
        await here.customer_store.add_contact(CUSTOMER_ID, builders.contact(LANDLINE))
    await here.customer_store.add_contact(CUSTOMER_ID, builders.contact(MOBILE))


async def test_a_request_repeated_at_another_process_is_the_same_request(pair: tuple[Process, Process]) -> None:
    here, there = pair
    digest, answer = "ab" * 32, Answered(201, b"{}", {})

    def fingerprints(process: Process, request: bytes) -> list[str]:
        return [one.hex() for one in process.peppers.digests(request)]

    await here.idempotency.begin(CLIENT, digest, fingerprints(here, b"one"))
    await here.idempotency.finish(CLIENT, digest, fingerprints(here, b"one")[0], answer)
    assert await there.idempotency.begin(CLIENT, digest, fingerprints(there, b"one")) == answer
    assert await there.idempotency.begin(CLIENT, digest, fingerprints(there, b"other")) == Mismatch()


async def test_a_remembered_device_is_known_to_every_process_and_an_old_token_still_ends_it(
    pair: tuple[Process, Process],
) -> None:
    here, there = pair
    contact = await here.register()
    asked = OpenRequest(
        CLIENT, CUSTOMER_ID, Method.SMS_REPLY, Operation.CLOUD_LOGIN, contact.contact_id, None, None, "ko"
    )
    opened = await here.opening.open(asked)
    await here.judge(opened, here.code_of(opened))
    given = await here.auto_connect.give(CUSTOMER_ID, opened.verification_id, "device-1", CLIENT)
    second = await there.auto_connect.use(CUSTOMER_ID, given.token, "device-1")
    assert second.known is Known.MET
    third = await here.auto_connect.use(CUSTOMER_ID, str(second.next_token), "device-1")
    assert third.known is Known.MET
    assert (await there.auto_connect.use(CUSTOMER_ID, given.token, "device-1")).known is Known.NOT_MET
    assert (await here.auto_connect.use(CUSTOMER_ID, str(third.next_token), "device-1")).known is Known.NOT_MET
