"""What a process remembers of a customer saves a trip when it opens a verification, and changes no answer.

Whatever another process does meanwhile, who remembers answers as one does that never read of the customer before.
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from contacts.models import Contact, CustomerKind, VerifiedBy
from gateway.core.errors import Refusal, StoreUnavailable
from gateway.core.limits import Cap, Limits
from gateway.core.open_request import OpenRequest
from gateway.core.operations import Operation
from gateway.core.problems import Problem
from gateway.core.receipts import ReceiptSigner
from gateway.core.verification import Method
from gateway.store import keys
from gateway.store.connection import Store
from gateway.store.contact_life import RedisContactLife
from gateway.store.fields import FIELDS
from tests import builders
from tests.builders import CLIENT, CUSTOMER_ID, LANDLINE
from tests.gateway.rooms import Rooms

CAPPED = Limits(number_cap=Cap(4, 600))

Change = Callable[[Rooms, Contact], Awaitable[object]]


@pytest.fixture
def trips(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the scripts that are run, in turn."""
    ran, run = list[str](), rooms.store.run

    def noted(script: object, *rest: object, **how: object) -> object:
        ran.append(script.span.removeprefix("store "))  # type: ignore[attr-defined]
        return run(script, *rest, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(rooms.store, "run", noted)
    return ran


def asking(method: Method, operation: Operation, contact: Contact) -> OpenRequest:
    return OpenRequest(CLIENT, CUSTOMER_ID, method, operation, contact.contact_id, None, None, "ko")


async def look(rooms: Rooms) -> None:
    """Read of the customer as a decision does."""
    assert await rooms.customer_store.subject(CUSTOMER_ID, Operation.ISSUE) is not None


async def test_who_was_read_of_for_a_decision_is_not_read_of_again(rooms: Rooms, trips: list[str]) -> None:
    contact = await rooms.register()
    await look(rooms)
    trips.clear()
    opened = await rooms.open(Method.SMS, contact)
    assert trips == ["create_verification"]
    assert (await rooms.read(opened)).contact_id == contact.contact_id


async def test_a_verification_that_was_opened_before_is_remembered_as_well(rooms: Rooms, trips: list[str]) -> None:
    contact = await rooms.register()
    await rooms.open(Method.SMS, contact)
    assert trips[-2:] == ["read_applicant", "create_verification"]
    await rooms.open(Method.ARS, contact)
    assert trips[-2:] == ["create_verification", "create_verification"]


async def test_nothing_that_is_remembered_holds_the_number(rooms: Rooms) -> None:
    contact = await rooms.register()
    await look(rooms)
    remembered = rooms.customer_store.remembered(CUSTOMER_ID, contact.contact_id)
    assert remembered is not None
    number = contact.number.e164
    assert remembered[0].prefix == number[: len("+82") + rooms.limits.prefix_digits]
    assert number[1:] not in repr(remembered)


async def test_where_ownership_checks_age_the_customer_is_looked_at_each_time(
    store: Store, signer: ReceiptSigner
) -> None:
    rooms = Rooms(store, Limits(ownership_check_good_for=3600), signer)
    contact = await rooms.register()
    await rooms.open(Method.SMS, contact)
    await store.command("HSET", keys.contact(CUSTOMER_ID, contact.contact_id), FIELDS["c.owned_at"], 1)
    with pytest.raises(Refusal) as refused:
        await rooms.open(Method.SMS, contact)
    assert refused.value.problem is Problem.METHOD_NOT_AVAILABLE


@pytest.mark.parametrize("is_remembered", [False, True])
async def test_a_method_that_the_operation_does_not_take_opens_nothing(rooms: Rooms, is_remembered: bool) -> None:
    contact = await rooms.register()
    if is_remembered:
        await look(rooms)
    with pytest.raises(Refusal) as refused:
        await rooms.opening.open(asking(Method.SMS, Operation.CLOUD_LOGIN, contact))
    assert refused.value.problem is Problem.METHOD_NOT_AVAILABLE
    assert refused.value.members["methods"] == ["sms_reply"]


async def test_for_what_it_is_to_vouch_is_looked_at_also_where_the_voucher_is_remembered(rooms: Rooms) -> None:
    contact = await rooms.register()
    verifiable = await rooms.add(CUSTOMER_ID, LANDLINE, VerifiedBy.OWNERSHIP)
    await look(rooms)
    for target, problem in (("con_none", Problem.CONTACT_NOT_FOUND), (verifiable.contact_id, Problem.VOUCH_REFUSED)):
        with pytest.raises(Refusal) as refused:
            await rooms.opening.open(replace(asking(Method.SMS, Operation.VOUCH, contact), target_contact_id=target))
        assert refused.value.problem is problem


async def test_a_reply_is_waited_for_also_where_the_customer_is_remembered(rooms: Rooms) -> None:
    contact = await rooms.register()
    await look(rooms)
    opened = await rooms.open(Method.SMS_REPLY, contact)
    expected = await rooms.replies.expected(rooms.personal_data.blind_indexes(contact.number.e164))
    assert [*expected.values()] == [opened.verification_id]


async def withdraw_consent(rooms: Rooms, _: Contact) -> None:
    await rooms.customer_store.put(builders.individual(online_consent=False))


async def become_a_company(rooms: Rooms, _: Contact) -> None:
    await rooms.customer_store.put(builders.individual(kind=CustomerKind.CORPORATE))


async def get_locked(rooms: Rooms, contact: Contact) -> None:
    one = await rooms.open(Method.ARS, contact)
    for _ in range(5):
        await rooms.judge(one, rooms.another_code(one))


async def lose_the_contacts_verification(rooms: Rooms, contact: Contact) -> None:
    life = RedisContactLife(rooms.store, rooms.limits)
    assert await life.demote(CUSTOMER_ID, contact, "number_recycled", "", "gateway")


async def lose_the_contact(rooms: Rooms, contact: Contact) -> None:
    await rooms.store.command("DEL", keys.contact(CUSTOMER_ID, contact.contact_id))


async def be_erased(rooms: Rooms, _: Contact) -> None:
    await rooms.store.command("DEL", keys.customer(CUSTOMER_ID))


async def use_up_the_numbers_cap(rooms: Rooms, contact: Contact) -> None:
    for _ in range(CAPPED.number_cap.count):
        await rooms.open(Method.ARS, contact)


async def answer(rooms: Rooms, contact: Contact) -> tuple[object, ...]:
    with pytest.raises(Refusal) as refused:
        await rooms.open(Method.SMS, contact)
    refusal = refused.value
    return refusal.problem, refusal.values, refusal.members


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (withdraw_consent, Problem.ONLINE_CONSENT_MISSING),
        (become_a_company, Problem.EXTRA_AUTHENTICATION_NOT_REQUIRED),
        (get_locked, Problem.CUSTOMER_LOCKED),
        (lose_the_contacts_verification, Problem.METHOD_NOT_AVAILABLE),
        (lose_the_contact, Problem.CONTACT_NOT_FOUND),
        (be_erased, Problem.CUSTOMER_NOT_FOUND),
        (use_up_the_numbers_cap, Problem.TOO_MANY_REQUESTS),
    ],
)
async def test_what_changed_since_is_refused_as_by_one_who_looks(
    store: Store, signer: ReceiptSigner, change: Change, problem: Problem
) -> None:
    remembering, another, newcomer = (Rooms(store, CAPPED, signer) for _ in range(3))
    contact = await another.register()
    await look(remembering)
    await change(another, contact)
    told = await answer(remembering, contact)
    assert told == await answer(newcomer, contact)
    assert told[0] is problem


async def test_what_was_missing_before_is_opened_when_it_is_there(rooms: Rooms, signer: ReceiptSigner) -> None:
    another = Rooms(rooms.store, rooms.limits, signer)
    contact = await another.register(builders.individual(online_consent=False))
    await look(rooms)
    assert (await answer(rooms, contact))[0] is Problem.ONLINE_CONSENT_MISSING
    await another.customer_store.put(builders.individual())
    assert (await rooms.open(Method.SMS, contact)).is_open


@pytest.mark.parametrize("hours", [-2, 3])
async def test_a_gateways_clock_that_is_wrong_costs_a_trip_and_nothing_else(
    rooms: Rooms, trips: list[str], monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    contact = await rooms.register()
    await look(rooms)
    trips.clear()
    ahead = time.time() + hours * 3600
    monkeypatch.setattr(time, "time", lambda: ahead)
    assert (await rooms.open(Method.SMS, contact)).is_open
    assert trips == ["create_verification", "read_applicant", "create_verification"]


async def test_a_customer_who_is_changed_at_each_try_is_told_to_come_back(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    contact = await rooms.register()
    applicant = rooms.customer_store.applicant

    async def meanwhile(*asked: object) -> object:
        read = await applicant(*asked)  # type: ignore[arg-type]
        await rooms.store.command("HINCRBY", keys.contact(CUSTOMER_ID, contact.contact_id), FIELDS["c.version"], 1)
        return read

    monkeypatch.setattr(rooms.customer_store, "applicant", meanwhile)
    with pytest.raises(StoreUnavailable, match="changed"):
        await rooms.open(Method.SMS, contact)
