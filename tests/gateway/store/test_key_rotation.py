"""What is under the former keys is put under the ones that write, beside gateways and after interruptions."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress

import pytest

from contacts.models import Contact, Customer
from gateway.core.approvals import ApprovalKind, NewApproval
from gateway.core.customer_stores import ContactDuplicate
from gateway.core.idempotency import Answered
from gateway.core.operations import Operation
from gateway.core.operators import Role, place_of_secret
from gateway.core.receipts import ReceiptSigner
from gateway.core.verification import Method, Status, Verdict
from gateway.store import keys
from gateway.store.connection import Store
from gateway.store.key_rotation import Findings, KeyRotation, Walk
from gateway.store.keys_in_use import Purpose
from gateway.store.operators import RedisOperators
from gateway.store.read_model import RedisReadModel
from gateway.store.sealed_fields import SEALED_FIELDS
from tests import builders
from tests.builders import CLIENT, CUSTOMER_ID, LANDLINE, MOBILE
from tests.gateway.generations import LIMITS, NEW_WRITES, OLD_WRITES, ONLY_NEW, ONLY_OLD, Process, rings

OPERATOR, SECRET = "이 센터장", "JBSWY3DPEHPK3PXP"
REQUEST, ANSWER = "ab" * 32, Answered(201, b"{}", {})


def unseen(done: int, total: int) -> None:
    assert done <= total


async def walk(store: Store, what: Walk, generations: Sequence[int] = NEW_WRITES) -> Findings:
    return await KeyRotation(store, rings(generations)).walk(what, unseen)


async def rotated(store: Store) -> Findings:
    await walk(store, Walk.CHANGE)
    await walk(store, Walk.DROP_MARKS)
    return await walk(store, Walk.COUNT)


@pytest.fixture
async def old(store: Store, signer: ReceiptSigner) -> Process:
    """A process that knows the former keys only."""
    return Process(store, signer, ONLY_OLD)


@pytest.fixture
async def new(store: Store, signer: ReceiptSigner) -> Process:
    """A process that knows the coming keys only."""
    return Process(store, signer, ONLY_NEW)


@pytest.fixture
async def contact(old: Process) -> Contact:
    """The contact of a customer of whom there is one record of every kind that is sealed, all under the former keys."""
    contact = await old.register()
    await old.approvals.add(
        NewApproval(
            approval_id=keys.new_approval_id(CUSTOMER_ID),
            kind=ApprovalKind.CONTACT_CHANGE,
            customer_id=CUSTOMER_ID,
            contact_id=contact.contact_id,
            requested_by="김상담",
            reason="번호 변경",
            action={"number": LANDLINE, "line_type": "landline", "former": MOBILE},
        )
    )
    fingerprints = [one.hex() for one in old.peppers.digests(b"request")]
    await old.idempotency.begin(CLIENT, REQUEST, fingerprints)
    await old.idempotency.finish(CLIENT, REQUEST, fingerprints[0], ANSWER)
    await old.open(Method.SMS, contact)
    secret = old.personal_data.seal(SECRET, bound_to=place_of_secret(OPERATOR))
    await RedisOperators(old.store, LIMITS).add(OPERATOR, Role.OPERATOR, secret)
    return contact


async def values(store: Store) -> dict[tuple[str, bytes], bytes]:
    """Every field of every hash in the store."""
    found: dict[tuple[str, bytes], bytes] = {}
    for key in await store.command("KEYS", "*"):
        if await store.command("TYPE", key) == b"hash":
            pairs = await store.command("HGETALL", key)
            found |= {(key.decode(), name): value for name, value in zip(pairs[::2], pairs[1::2], strict=True)}
    return found


async def test_the_list_of_sealed_fields_is_whole(store: Store, contact: Contact) -> None:
    key_id = rings(ONLY_OLD)[Purpose.ENCRYPTION].current_id
    sealed = {
        (keys.kind_and_rest(key)[0], name.decode())
        for (key, name), value in (await values(store)).items()
        if value.startswith(key_id)
    }
    assert sealed == {(kind, field.name) for kind, fields in SEALED_FIELDS.items() for field in fields}


async def test_counting_tells_what_is_left_and_changes_nothing(store: Store, contact: Contact) -> None:
    before = await values(store)
    left = (await walk(store, Walk.COUNT)).left
    assert left[Purpose.ENCRYPTION].records == 8
    assert (left[Purpose.INDEX].records, left[Purpose.INDEX].marks) == (2, 2)
    assert left[Purpose.PEPPER].lapsing == 2
    assert await values(store) == before


async def test_afterwards_the_former_keys_are_needed_for_nothing_that_stays(
    store: Store, contact: Contact, new: Process
) -> None:
    findings = await rotated(store)
    assert [(one.records, one.marks) for one in findings.left.values()] == [(0, 0)] * 3
    assert (findings.unreadable, findings.taken) == (0, 0)
    former = {purpose: ring.ids[1] for purpose, ring in rings(NEW_WRITES).items()}
    kept = await values(store)
    assert not any(value.startswith(former[Purpose.ENCRYPTION]) for value in kept.values())
    index_key = former[Purpose.INDEX]
    assert not any(index_key.hex() in key for key, _ in kept)
    for word in (index_key, index_key.hex().encode()):
        assert not any(word in name + value for (_, name), value in kept.items())

    attempt = await RedisOperators(store, LIMITS).begin_sign_in(OPERATOR)
    assert attempt.sealed_secret is not None
    assert new.personal_data.open(attempt.sealed_secret, bound_to=place_of_secret(OPERATOR)) == SECRET
    owners = await RedisReadModel(store).owners(new.personal_data.blind_indexes(MOBILE))
    assert owners == [(CUSTOMER_ID, contact.contact_id)]
    customer, stored = await new.customer_store.read_with_contact(CUSTOMER_ID, contact.contact_id)
    assert customer == builders.individual()
    assert stored is not None
    assert stored.contact == contact
    assert await new.customer_store.is_known_number(new.personal_data.blind_indexes(MOBILE))
    with pytest.raises(ContactDuplicate):
        await new.customer_store.add_contact(CUSTOMER_ID, builders.contact())
    await new.customer_store.put(builders.individual(online_consent=False))
    _, still = await new.customer_store.read_with_contact(CUSTOMER_ID, contact.contact_id)
    assert still == stored


async def test_an_answer_to_a_notice_is_found_under_either_key_and_the_former_one_stays_for_as_long(
    store: Store, signer: ReceiptSigner, old: Process, contact: Contact
) -> None:
    before = (await walk(store, Walk.COUNT)).left[Purpose.INDEX].lapsing
    notice = await old.notice_store.create(builders.new_notice(contact))
    await old.deliver_all()
    left = (await rotated(store)).left[Purpose.INDEX]
    assert left.lapsing == before + 1
    assert left.until > int(time.time() * 1000)
    both = Process(store, signer, NEW_WRITES)
    found = await both.notice_store.lately_to(both.personal_data.blind_indexes(MOBILE))
    assert [one.notice_id for one in found] == [notice.notice_id]


async def test_a_verification_that_was_open_all_the_while_is_still_answered_while_both_peppers_are_in_force(
    store: Store, signer: ReceiptSigner, old: Process, contact: Contact
) -> None:
    opened = await old.open(Method.SMS_REPLY, contact)
    _, password = await old.passwords.issue(CUSTOMER_ID, Operation.ISSUE, "여의도", "박지점", None)
    left = (await rotated(store)).left
    assert left[Purpose.INDEX].lapsing == 1
    assert left[Purpose.PEPPER].lapsing == 4
    now = Process(store, signer, NEW_WRITES)
    assert await now.sms_reply.receive("SM1", MOBILE, now.code_of(opened))
    assert (await now.read(opened)).status is Status.VERIFIED
    assert (await now.judge(await now.open(Method.BRANCH_OTP), password)).verdict is Verdict.CORRECT
    assert (await walk(store, Walk.COUNT)).left[Purpose.PEPPER].lapsing == 2


async def test_what_the_store_forgets_by_itself_is_still_forgotten(store: Store, contact: Contact) -> None:
    before = {key: await store.command("PTTL", key) for key in await store.command("KEYS", "*")}
    await walk(store, Walk.CHANGE)
    for key, ttl in before.items():
        left = await store.command("PTTL", key)
        assert (left < 0) == (ttl < 0)
        assert left <= ttl or left < 0


async def name_of(store: Store, number: int) -> bytes:
    sealed: bytes = await store.command("HGET", keys.customer(f"customer-{number}"), "name")
    return sealed


async def test_a_walk_that_was_cut_short_is_begun_again(store: Store, old: Process) -> None:
    for number in range(60):
        customer = builders.individual(f"customer-{number}")
        await old.register(customer, f"+8210{number:08d}")

    walking = asyncio.create_task(walk(store, Walk.CHANGE))
    under_the_old_one = rings(ONLY_OLD)[Purpose.ENCRYPTION].current_id
    while all([(await name_of(store, number)).startswith(under_the_old_one) for number in range(60)]):
        pass
    walking.cancel()
    with suppress(asyncio.CancelledError):
        await walking
    assert (await rotated(store)).left[Purpose.ENCRYPTION].records == 0
    again = await walk(store, Walk.CHANGE)
    assert again.changed == 0


async def test_a_change_made_meanwhile_is_never_overwritten(
    store: Store, signer: ReceiptSigner, contact: Contact
) -> None:
    """Whichever key the gateway writes with: what it wrote last is what stands."""
    for writer in (Process(store, signer, OLD_WRITES), Process(store, signer, NEW_WRITES)):
        walking = asyncio.create_task(walk(store, Walk.CHANGE))
        written: list[Customer] = []
        while not walking.done():
            written.append(builders.individual(name=f"홍길동{len(written)}", online_consent=bool(len(written) % 2)))
            await writer.customer_store.put(written[-1])
        await walking
        await rotated(store)
        assert await writer.customer_store.read(CUSTOMER_ID) == written[-1]


async def test_what_no_given_key_opens_is_counted_and_left_alone(store: Store, contact: Contact) -> None:
    before = await values(store)
    findings = await walk(store, Walk.CHANGE, ONLY_NEW)
    assert findings.unreadable == 8
    assert findings.changed == 0
    assert await values(store) == before


async def test_two_contacts_with_one_number_are_told_and_stay_apart(store: Store, old: Process, new: Process) -> None:
    """It takes a process that knew neither key of the other: both numbers stay with their contacts."""
    await old.register()
    await new.customer_store.add_contact(CUSTOMER_ID, builders.contact())
    findings = await walk(store, Walk.CHANGE)
    assert findings.taken == 1
    now = Process(store, old.signer, NEW_WRITES)
    assert len(await now.customer_store.contacts(CUSTOMER_ID)) == 2
