"""Who may open a verification, and how often: what the script looks at when it writes one."""

import time
from dataclasses import replace
from typing import Any
from unittest.mock import ANY

import pytest

from contacts.models import Contact, CustomerKind
from gateway.core.errors import StoreUnavailable
from gateway.core.operations import Operation
from gateway.core.stores import AlreadyOpened, BasisChanged, Capped
from gateway.core.verification import Method, Status, Verdict
from gateway.store import keys
from gateway.store.fields import FIELDS
from tests.builders import CODE, CUSTOMER_ID, WRONG_CODE, individual, new_verification
from tests.contracts.store.answering import judged, opened, read
from tests.contracts.store.servers import LIMITS, Ports

pytestmark = pytest.mark.usefixtures("mobile")


@pytest.mark.parametrize("method", Method)
async def test_what_is_answered_is_what_was_written(ports: Ports, method: Method) -> None:
    one = await opened(ports, new_verification(method))
    assert await read(ports, one.verification_id) == replace(one, read_at=ANY)


@pytest.mark.parametrize("method", Method)
async def test_what_is_delivered_is_queued_with_it(ports: Ports, method: Method) -> None:
    one = await opened(ports, new_verification(method))
    entries = await ports.store.command("XRANGE", keys.outbox(keys.shard_of(CUSTOMER_ID)), "-", "+")
    queued = [[b"verification", one.verification_id.encode(), b"delivery", b"1"]]
    assert [words for _, words in entries] == (queued if method is not Method.BRANCH_OTP else [])


async def test_nothing_is_opened_for_somebody_unknown(ports: Ports) -> None:
    with pytest.raises(BasisChanged):
        await ports.verifications.create(new_verification(customer_id="nobody"))


async def test_nothing_is_opened_with_a_contact_that_changed_since_it_was_read(ports: Ports, mobile: Contact) -> None:
    with pytest.raises(BasisChanged):
        await ports.verifications.create(new_verification(contact_id=mobile.contact_id, contact_version=2))
    with pytest.raises(BasisChanged):
        await ports.verifications.create(new_verification(contact_id="con_unknown", contact_version=1))


@pytest.mark.parametrize(
    "other", [{"kind": CustomerKind.CORPORATE}, {"online_consent": False}, {"hour": int(time.time()) // 3600 - 1}]
)
async def test_nothing_is_opened_that_was_decided_of_what_is_not_so(ports: Ports, other: dict[str, Any]) -> None:
    new = new_verification()
    with pytest.raises(BasisChanged):
        await ports.verifications.create(replace(new, basis=replace(new.basis, **other)))
    assert (await opened(ports, new)).is_open


async def test_what_the_same_request_opened_before_is_left_as_it_is(ports: Ports) -> None:
    new = replace(new_verification(), may_be_there=True)
    one = await opened(ports, new)
    for _ in range(LIMITS.customer_cap.count - 1):
        await opened(ports)
    written, queued, told = await _all_that_opening_writes(ports)
    with pytest.raises(AlreadyOpened):
        await opened(ports, replace(new, code_digest=b"another", sealed_code=b"another"))
    assert await _all_that_opening_writes(ports) == (written, queued, told)
    assert (await judged(ports, one, CODE))[0] is Verdict.CORRECT


async def _all_that_opening_writes(ports: Ports) -> tuple[list[Any], list[Any], list[Any]]:
    shard = keys.shard_of(CUSTOMER_ID)
    counted = await ports.store.command("HGETALL", keys.customer(CUSTOMER_ID))
    queued = await ports.store.command("XRANGE", keys.outbox(shard), "-", "+")
    return counted, queued, await ports.store.command("XRANGE", keys.audit(shard), "-", "+")


async def test_what_a_request_opened_before_is_read_as_it_is_by_now(ports: Ports) -> None:
    new = replace(new_verification(), may_be_there=True)
    assert await ports.verifications.opened_before(new.verification_id) is None
    one = await opened(ports, new)
    assert await ports.verifications.opened_before(new.verification_id) == replace(one, read_at=ANY)
    await judged(ports, one, CODE)
    by_now = await ports.verifications.opened_before(new.verification_id)
    assert by_now is not None
    assert by_now == replace(await read(ports, one.verification_id), read_at=by_now.read_at)
    assert by_now.status is Status.VERIFIED


async def test_what_a_request_opened_before_is_held_by_the_replicas_that_are_needed(ports: Ports) -> None:
    one = await opened(ports, replace(new_verification(), may_be_there=True))
    before = await ports.changes_made()
    await ports.verifications.opened_before(one.verification_id)
    # They are waited for by what is written.
    assert await ports.changes_made() > before
    ports.store.needed_replicas = 2
    with pytest.raises(StoreUnavailable, match="replicas"):
        await ports.verifications.opened_before(one.verification_id)


async def test_a_customer_opens_so_many_in_a_window_and_no_more(ports: Ports) -> None:
    for _ in range(LIMITS.customer_cap.count):
        await opened(ports)
    with pytest.raises(Capped) as capped:
        await opened(ports)
    assert capped.value.cap == "customer"
    assert 0 < capped.value.retry_after_ms <= LIMITS.customer_cap.window_seconds * 1000


async def test_a_window_that_begins_later_in_the_day_counts_anew(ports: Ports) -> None:
    cap, key = LIMITS.customer_cap, keys.customer(CUSTOMER_ID)
    for _ in range(cap.count):
        await opened(ports)
    await ports.store.command("HINCRBY", key, FIELDS["o.day"], -cap.window_seconds)
    for _ in range(cap.count):
        await opened(ports)
    with pytest.raises(Capped) as capped:
        await opened(ports)
    assert 0 < capped.value.retry_after_ms <= cap.window_seconds * 1000


async def test_in_the_next_window_a_customer_opens_as_many_again(ports: Ports) -> None:
    for _ in range(LIMITS.customer_cap.count):
        await opened(ports)
    await ports.let_window_pass(CUSTOMER_ID, "o.until")
    for _ in range(LIMITS.customer_cap.count):
        await opened(ports)
    with pytest.raises(Capped, match="customer"):
        await opened(ports)


async def test_a_window_that_ended_before_the_day_did_holds_in_the_next(ports: Ports) -> None:
    await opened(ports)
    for of in ("o.until", "o.day"):
        await ports.let_window_pass(CUSTOMER_ID, of)
    for _ in range(LIMITS.customer_cap.count):
        await opened(ports)
    with pytest.raises(Capped, match="customer"):
        await opened(ports)


async def test_a_day_has_so_many_of_an_operation_and_the_next_as_many(ports: Ports) -> None:
    for _ in range(2):
        await opened(ports, new_verification(per_day=1))
        with pytest.raises(Capped, match="per_day") as capped:
            await opened(ports, new_verification(per_day=1))
        assert 0 < capped.value.retry_after_ms <= 86_400_000
        await opened(ports, new_verification(per_day=1, operation=Operation.REISSUE))
        await ports.let_window_pass(CUSTOMER_ID, "o.day")


async def test_who_is_registered_anew_has_opened_what_they_had(ports: Ports) -> None:
    open_ones = {(await opened(ports)).verification_id for _ in range(LIMITS.customer_cap.count)}
    await ports.customers.put(individual())
    assert set(await ports.verifications.open_of_customer(CUSTOMER_ID)) == open_ones
    with pytest.raises(Capped, match="customer"):
        await opened(ports)


async def test_another_person_begins_with_nothing_open_and_with_what_was_counted(ports: Ports) -> None:
    for _ in range(LIMITS.customer_cap.count):
        await opened(ports)
    await ports.customers.put(individual(birth_date=None))
    assert await ports.verifications.open_of_customer(CUSTOMER_ID) == []
    with pytest.raises(Capped, match="customer"):
        await opened(ports)


async def test_a_new_day_forgets_what_went_before_anybody_closed_it(ports: Ports) -> None:
    gone, stays = await opened(ports), await opened(ports, new_verification(operation=Operation.REISSUE))
    await ports.store.command("DEL", keys.verification(gone.verification_id))
    await ports.let_window_pass(CUSTOMER_ID, "o.day")
    latest = await opened(ports)
    open_ones = {stays.verification_id, latest.verification_id}
    assert set(await ports.verifications.open_of_customer(CUSTOMER_ID)) == open_ones
    assert b".r" not in await ports.store.command("HKEYS", keys.customer(CUSTOMER_ID))


async def test_what_opens_begins_without_wrong_answers_of_long_ago(ports: Ports) -> None:
    one = await opened(ports)
    await judged(ports, one, WRONG_CODE)
    assert (await opened(ports)).wrong_answers == 1
    await ports.let_wrong_answers_age(CUSTOMER_ID)
    assert (await opened(ports)).wrong_answers == 0


async def test_a_decision_knows_what_was_opened_in_the_day_and_when_it_ends(ports: Ports) -> None:
    async def of(operation: Operation) -> tuple[int, int]:
        subject = await ports.customers.subject(CUSTOMER_ID, operation)
        assert subject is not None
        return subject.standing.opened_today, subject.standing.day_left

    assert await of(Operation.ISSUE) == (0, 0)
    for operation in (Operation.ISSUE, Operation.ISSUE, Operation.REISSUE):
        await ports.verifications.create(new_verification(operation=operation))
    opened, day_left = await of(Operation.ISSUE)
    assert opened == 2
    assert 80_000_000 < day_left <= 86_400_000
    assert (await of(Operation.REISSUE))[0] == 1
    assert (await of(Operation.VOUCH))[0] == 0
    await ports.let_window_pass(CUSTOMER_ID, "o.day")
    assert await of(Operation.ISSUE) == (0, 0)
