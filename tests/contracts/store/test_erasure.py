"""Erasing a customer: nothing of the person is left in the store, and the audit verifies as before."""

import asyncio
from collections import Counter

import orjson
import pytest

from contacts.models import Contact, VerifiedBy
from demo.customer import until
from gateway.core.approvals import ApprovalKind
from gateway.core.idempotency import Answered, Fresh
from gateway.core.operations import Operation
from gateway.core.stores import CustomerMissing, Redemption
from gateway.core.verification import Method, Status
from gateway.store import cap_keys, keys, ops_keys
from gateway.store.approvals import RedisApprovals
from gateway.store.customer_words import ERASED
from gateway.store.erasure import RedisErasure
from gateway.store.fields import FIELDS
from gateway.store.notices import RedisNotices
from tests import builders
from tests.audit_events import events
from tests.audit_rooms import AuditRooms, faults, verify
from tests.builders import CLIENT, CUSTOMER_ID, LANDLINE, MOBILE
from tests.contracts.store.answering import receipt_of, verified
from tests.contracts.store.approval_requests import CHECKER, NEW_NUMBER, change_of, locked, new
from tests.contracts.store.servers import LIMITS, Ports
from tests.gateway.contents import every_key

OPERATOR, WHY = "박개인정보", "삭제 요청"
NEIGHBOUR = "sung-chunhyang"


@pytest.fixture
def erasure(ports: Ports) -> RedisErasure:
    return RedisErasure(ports.store, builders.personal_data(), LIMITS)


def indexes() -> list[str]:
    return [
        index for number in (MOBILE, LANDLINE, NEW_NUMBER) for index in builders.personal_data().blind_indexes(number)
    ]


async def notified(ports: Ports, customer_id: str, contact: Contact, index: str) -> str:
    """A notice to a customer, which goes to this number."""
    notices = RedisNotices(ports.store)
    new = builders.new_notice(contact, customer_id)
    await notices.create(new)
    await notices.note_number(index, new.notice_id)
    return new.notice_id


async def a_whole_life(ports: Ports, approvals: RedisApprovals, mobile: Contact) -> None:
    """The customer of the fixture leaves a trace everywhere."""
    store, index = ports.store, indexes()[0]
    await ports.customers.add_contact(CUSTOMER_ID, builders.contact(LANDLINE))
    await ports.customers.make_verifiable(CUSTOMER_ID, mobile, VerifiedBy.OWNERSHIP, "ownership", None)
    await store.command("SADD", ops_keys.owners(index), f"{CUSTOMER_ID} {mobile.contact_id}")
    opened = await ports.verifications.create(builders.new_verification(Method.SMS_REPLY, contact_id=mobile.contact_id))
    await ports.replies.expect(index, b"digest", opened.verification_id)
    await notified(ports, CUSTOMER_ID, mobile, index)
    await ports.branch_passwords.issue(
        keys.new_branch_password_id(CUSTOMER_ID), CUSTOMER_ID, Operation.ISSUE, b"digest", "여의도", "박지점", 60
    )
    answer = Answered(201, f'{{"customer_id": "{CUSTOMER_ID}", "masked_number": "+8210****5678"}}'.encode(), {})
    for key in ("mine", "another"):
        await ports.idempotency.begin(builders.CLIENT, key, ["00000000" + key])
    somebodys = Answered(200, b'{"customer_id": "somebody"}', {})
    await ports.idempotency.finish(builders.CLIENT, "mine", "00000000mine", answer)
    await ports.idempotency.finish(builders.CLIENT, "another", "00000000another", somebodys)
    changed = await approvals.add(change_of(mobile))
    await approvals.approve(changed, CHECKER, "신분증 확인")
    await store.command("SADD", ops_keys.owners(indexes()[-1]), f"{CUSTOMER_ID} {mobile.contact_id}")
    await store.command("SADD", *keys.known_number(indexes()[-1]))
    family = keys.new_auto_connect_id()
    await store.command("HSET", keys.auto_connect(CUSTOMER_ID, family), "token", b"digest")
    await store.command("HSET", keys.auto_connects(CUSTOMER_ID), family, 1)
    await store.command("INCR", cap_keys.of_ownership_checks(CUSTOMER_ID, index))
    await approvals.add(await locked(ports))
    await approvals.add(new(ApprovalKind.OVERSEAS_EXEMPTION, {"from": "1", "until": "2", "version": "0"}))


async def kinds_left(ports: Ports, mobile: Contact) -> set[str]:
    """The kinds of key whose name has anything to do with the customer, the mobile or the customer's numbers."""
    theirs, left = (CUSTOMER_ID, mobile.contact_id, *indexes()), set()
    for key in await every_key(ports.store):
        name = key.decode()
        if any(one in name for one in theirs):
            left.add(keys.kind_and_rest(name)[0])
    return left


async def test_nothing_of_the_person_is_left(
    ports: Ports, erasure: RedisErasure, approvals: RedisApprovals, mobile: Contact
) -> None:
    await a_whole_life(ports, approvals, mobile)
    assert len(await kinds_left(ports, mobile)) > 7
    await erasure.erase(CUSTOMER_ID, OPERATOR, WHY)
    assert await kinds_left(ports, mobile) <= {"guard", "exemption-version", "erased"}
    assert await ports.customers.read(CUSTOMER_ID) is None
    assert await ports.customers.contacts(CUSTOMER_ID) == []
    shard = keys.shard_of(CUSTOMER_ID)
    for index in (keys.waiting_approvals(shard), keys.decided_approvals(shard)):
        assert await ports.store.command("ZCARD", index) == 0
    dump = b"".join([await ports.store.command("DUMP", key) or b"" for key in await every_key(ports.store)])
    assert [index for index in indexes() if index.encode() in dump] == []


@pytest.mark.parametrize("told_by", ["a request", "a mark"])
async def test_a_number_that_was_never_or_is_no_longer_a_contact_s_goes_as_well(
    ports: Ports, erasure: RedisErasure, approvals: RedisApprovals, mobile: Contact, told_by: str
) -> None:
    index = indexes()[-1]
    await ports.store.command("SADD", *keys.known_number(index))
    if told_by == "a request":
        await approvals.add(change_of(mobile))
    else:
        await ports.store.command("SADD", ops_keys.owners(index), f"{CUSTOMER_ID} {mobile.contact_id}")
    await erasure.erase(CUSTOMER_ID, OPERATOR, WHY)
    assert not await ports.customers.is_known_number([index])
    assert await ports.store.command("EXISTS", ops_keys.owners(index)) == 0


async def test_what_is_open_is_closed_and_the_lock_stays(ports: Ports, erasure: RedisErasure, mobile: Contact) -> None:
    opened = await ports.verifications.create(builders.new_verification(contact_id=mobile.contact_id))
    await locked(ports)
    await erasure.erase(CUSTOMER_ID, OPERATOR, WHY)
    closed = await ports.verifications.read(opened.verification_id)
    assert closed is not None
    assert closed.status is Status.FAILED
    await ports.customers.put(builders.individual())
    again = await ports.customers.read(CUSTOMER_ID)
    assert again is not None
    assert again.locked


async def test_what_was_verified_before_is_worth_nothing_to_whoever_gets_the_same_id(
    ports: Ports, erasure: RedisErasure
) -> None:
    before = await verified(ports)
    await erasure.erase(CUSTOMER_ID, OPERATOR, WHY)
    assert await ports.receipts.redeem(receipt_of(before), CLIENT) is Redemption.CUSTOMER_MISSING
    await ports.customers.put(builders.individual())
    assert await ports.receipts.redeem(receipt_of(before), CLIENT) is Redemption.OUTDATED
    erased_at = await ports.now()
    await until(lambda: _is_later(ports, erased_at))
    theirs = await verified(ports)
    assert await ports.receipts.redeem(receipt_of(theirs), CLIENT) is Redemption.REDEEMED


async def _is_later(ports: Ports, than: int) -> bool:
    return await ports.now() > than


async def test_the_audit_says_who_erased_and_why_and_verifies_as_before(
    ports: Ports, erasure: RedisErasure, approvals: RedisApprovals, mobile: Contact
) -> None:
    audit = AuditRooms.over(ports.store)
    await a_whole_life(ports, approvals, mobile)
    await audit.sealer.seal_everything()
    before = await audit.export(open_reasons=approvals.words.reasons)
    assert "신분증 확인" in b"".join(before).decode()
    await erasure.erase(CUSTOMER_ID, OPERATOR, WHY)
    await audit.sealer.seal_everything()
    after = await audit.export(open_reasons=approvals.words.reasons)
    assert faults(verify(after)) == []
    assert faults(verify(before)) == []
    assert "신분증 확인" not in b"".join(after).decode()
    assert ERASED in b"".join(after).decode()
    assert CHECKER.name in b"".join(after).decode()
    erased = (await events(ports.store, CUSTOMER_ID))[-1]
    assert (erased["event"], erased["by"], erased["erasure_reason"]) == ("customer.erased", OPERATOR, WHY)


async def test_why_somebody_was_erased_is_kept_without_a_number(
    ports: Ports, erasure: RedisErasure, mobile: Contact
) -> None:
    await erasure.erase(CUSTOMER_ID, OPERATOR, "010-1234-5678 해지")
    assert (await events(ports.store, CUSTOMER_ID))[-1]["erasure_reason"] == "*** 해지"


async def test_a_number_that_somebody_else_has_as_well_stays_theirs(
    ports: Ports, erasure: RedisErasure, mobile: Contact
) -> None:
    await ports.customers.put(builders.individual(NEIGHBOUR))
    theirs = builders.contact()
    await ports.customers.add_contact(NEIGHBOUR, theirs)
    index = indexes()[0]
    owners = (f"{CUSTOMER_ID} {mobile.contact_id}", f"{NEIGHBOUR} {theirs.contact_id}")
    await ports.store.command("SADD", ops_keys.owners(index), *owners)
    waiting = await ports.verifications.create(builders.new_verification(Method.SMS_REPLY, customer_id=NEIGHBOUR))
    await ports.replies.expect(index, b"theirs", waiting.verification_id)
    await notified(ports, CUSTOMER_ID, mobile, index)
    their_notice = await notified(ports, NEIGHBOUR, theirs, index)
    await erasure.erase(CUSTOMER_ID, OPERATOR, WHY)
    assert await ports.customers.is_known_number([index])
    assert await ports.replies.expected([index]) == {b"theirs": waiting.verification_id}
    assert [one.notice_id for one in await RedisNotices(ports.store).lately_to([index])] == [their_notice]
    assert await ports.store.command("SMEMBERS", ops_keys.owners(index)) == [owners[1].encode()]
    await erasure.erase(NEIGHBOUR, OPERATOR, WHY)
    assert not await ports.customers.is_known_number([index])


async def test_the_answer_that_a_slip_was_printed_from_goes_as_well(
    ports: Ports, erasure: RedisErasure, mobile: Contact
) -> None:
    password_id = keys.new_branch_password_id(CUSTOMER_ID)
    await ports.branch_passwords.issue(password_id, CUSTOMER_ID, Operation.ISSUE, b"digest", "여의도", "박지점", 60)
    await ports.idempotency.begin(CLIENT, "key", ["00000000"])
    answer = Answered(201, orjson.dumps({"branch_password_id": password_id, "password": "386497"}), {})
    await ports.idempotency.finish(CLIENT, "key", "00000000", answer)
    await erasure.erase(CUSTOMER_ID, OPERATOR, WHY)
    assert await ports.idempotency.begin(CLIENT, "key", ["00000000"]) == Fresh()


async def test_the_answers_of_somebody_whose_id_holds_the_same_letters_stay(
    ports: Ports, erasure: RedisErasure, mobile: Contact
) -> None:
    for number, of in enumerate((f"{CUSTOMER_ID}2", f"a-{CUSTOMER_ID}", CUSTOMER_ID)):
        await ports.idempotency.begin(CLIENT, f"key{number}", ["00000000"])
        answer = Answered(201, orjson.dumps({"customer_id": of}), {})
        await ports.idempotency.finish(CLIENT, f"key{number}", "00000000", answer)
    await erasure.erase(CUSTOMER_ID, OPERATOR, WHY)
    kept = [await ports.idempotency.begin(CLIENT, f"key{number}", ["00000000"]) for number in range(3)]
    assert [type(one) for one in kept] == [Answered, Answered, Fresh]


async def test_whose_records_nobody_can_read_any_more_is_erased_all_the_same(
    ports: Ports, erasure: RedisErasure, approvals: RedisApprovals, mobile: Contact
) -> None:
    await a_whole_life(ports, approvals, mobile)
    waiting = await approvals.add(change_of(mobile))
    for key, field in (
        (keys.contact(CUSTOMER_ID, mobile.contact_id), FIELDS["c.number"]),
        (keys.approval(waiting.approval_id), "action"),
    ):
        sealed = await ports.store.command("HGET", key, field)
        await ports.store.command("HSET", key, field, sealed[:-1] + bytes([sealed[-1] ^ 1]))
    await erasure.erase(CUSTOMER_ID, OPERATOR, WHY)
    assert await kinds_left(ports, mobile) <= {"guard", "exemption-version", "erased"}


async def test_nobody_is_erased_twice(ports: Ports, erasure: RedisErasure, mobile: Contact) -> None:
    asked = (erasure.erase(CUSTOMER_ID, OPERATOR, WHY) for _ in range(4))
    done = Counter(map(type, await asyncio.gather(*asked, return_exceptions=True)))
    assert done == {type(None): 1, CustomerMissing: 3}
    told = [event["event"] for event in await events(ports.store, CUSTOMER_ID)]
    assert told.count("customer.erased") == 1


async def test_a_contact_that_comes_while_erasing_goes_as_well(
    ports: Ports, erasure: RedisErasure, mobile: Contact, monkeypatch: pytest.MonkeyPatch
) -> None:
    marks, late = erasure._erase_marks, [builders.contact(LANDLINE)]

    async def meanwhile(customer_id: str, known: object) -> None:
        await marks(customer_id, known)  # type: ignore[arg-type]
        if late:
            await ports.customers.add_contact(CUSTOMER_ID, late.pop())

    monkeypatch.setattr(erasure, "_erase_marks", meanwhile)
    await erasure.erase(CUSTOMER_ID, OPERATOR, WHY)
    assert await kinds_left(ports, mobile) == {"erased"}


async def test_a_request_that_comes_while_erasing_goes_as_well(
    ports: Ports, erasure: RedisErasure, approvals: RedisApprovals, mobile: Contact, monkeypatch: pytest.MonkeyPatch
) -> None:
    marks, late = erasure._erase_marks, [change_of(mobile)]

    async def meanwhile(customer_id: str, known: object) -> None:
        await marks(customer_id, known)  # type: ignore[arg-type]
        if late:
            await approvals.add(late.pop())

    monkeypatch.setattr(erasure, "_erase_marks", meanwhile)
    await erasure.erase(CUSTOMER_ID, OPERATOR, WHY)
    kinds = [keys.kind_and_rest(key.decode())[0] for key in await every_key(ports.store)]
    assert not {"approval", "approvals-waiting"} & {*kinds}


async def test_the_files_of_the_store_are_written_anew(erasure: RedisErasure) -> None:
    assert isinstance(await erasure.rewrite_files(), bool)
