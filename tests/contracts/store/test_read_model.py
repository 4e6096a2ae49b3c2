"""The read model: every event counted once, whoever counts; found again by every filter; old rows forgotten."""

import asyncio

import pytest

from contacts.models import Contact
from gateway.core.delivery import DeliveryRef, DeliveryReport, DeliveryState
from gateway.core.read_model import Filters, Holder
from gateway.core.verification import Method, Status, Verification
from gateway.store import keys, ops_keys
from gateway.store.approvals import RedisApprovals
from gateway.store.fields import FIELDS
from gateway.store.projector import Projector
from gateway.store.read_model import RedisReadModel
from gateway.store.read_model_upkeep import Upkeep
from tests import builders
from tests.builders import CUSTOMER_ID, MOBILE
from tests.contracts.store.answering import answer
from tests.contracts.store.approval_requests import CHECKER, NEW_NUMBER, change_of
from tests.contracts.store.projection_observers import Told
from tests.contracts.store.servers import LIMITS, Ports
from tests.gateway.contents import every_key

KEPT = 3600
WRONG = "000000"
HANDED_OVER: dict[str, DeliveryRef] = {}
"""Verification → its delivery, as the carrier that has it knows it."""


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def upkeep(ports: Ports) -> Upkeep:
    return Upkeep(ports.store, KEPT, most_rows=100_000)


@pytest.fixture
def projector(ports: Ports, upkeep: Upkeep, told: Told) -> Projector:
    return Projector(ports.store, upkeep, told, KEPT)


@pytest.fixture
def read_model(ports: Ports) -> RedisReadModel:
    return RedisReadModel(ports.store)


async def opened(ports: Ports, mobile: Contact, method: Method = Method.SMS) -> Verification:
    return await ports.verifications.create(builders.new_verification(method, contact_id=mobile.contact_id))


async def reported(ports: Ports, verification: Verification, state: DeliveryState, carrier: str = "one") -> None:
    name = verification.verification_id
    if name not in HANDED_OVER:
        HANDED_OVER[name] = (await ports.hand_overs.begin(DeliveryRef(name, 1), carrier, 2)).ref
    report = DeliveryReport(HANDED_OVER[name], state)
    await ports.verifications.report(report, carrier, None)


async def closed(ports: Ports, verification: Verification, status: Status = Status.VERIFIED) -> None:
    await ports.verifications.close(verification.verification_id, CUSTOMER_ID, status, "correct", "screen")


async def counters(read_model: RedisReadModel) -> dict[str, int]:
    """Of the last minutes together: a test may run over the end of one."""
    sums: dict[str, int] = {}
    for minute in await read_model.minutes(5):
        for name, value in minute.counters.items():
            sums[name] = sums.get(name, 0) + value
    return sums


async def test_a_verification_is_counted_indexed_and_told(
    ports: Ports, mobile: Contact, projector: Projector, upkeep: Upkeep, read_model: RedisReadModel, told: Told
) -> None:
    verification = await opened(ports, mobile)
    await reported(ports, verification, DeliveryState.SENT)
    await reported(ports, verification, DeliveryState.DELIVERED)
    await closed(ports, verification)
    await projector.catch_up()
    await upkeep.keep_up()
    name = verification.verification_id
    assert [event.event for event in await read_model.timeline(name)] == [
        "verification.created", "delivery.sent", "delivery.delivered", "verification.verified",
    ]  # fmt: skip
    counted = await counters(read_model)
    assert {
        counted[key] for key in ("opened", "opened:sms", "verified", "sent@one", "delivered@one", "closed@one")
    } == {1}
    assert counted["delivery:count"] == counted["send:count"] == counted["key_in:count"] == 1
    assert await read_model.of_customer(CUSTOMER_ID, 10) == [name]
    assert (told.opened_, told.closed_) == (1, [("sms", "verified", "correct")])
    assert sorted(told.took_) == ["delivery", "key_in", "send"]


async def test_of_many_that_count_at_once_each_event_counts_once(
    ports: Ports, mobile: Contact, upkeep: Upkeep, read_model: RedisReadModel
) -> None:
    observers = [Told() for _ in range(4)]
    projectors = [Projector(ports.store, upkeep, observer, KEPT) for observer in observers]
    for _ in range(6):
        await closed(ports, await opened(ports, mobile))
        await asyncio.gather(*(projector.catch_up() for projector in projectors))
    for projector in projectors:
        await projector.catch_up()
    await upkeep.keep_up()
    assert (await counters(read_model))["opened"] == 6
    assert sum(observer.opened_ for observer in observers) == 6


async def test_a_round_that_is_done_again_changes_nothing(
    ports: Ports, mobile: Contact, projector: Projector, upkeep: Upkeep, read_model: RedisReadModel
) -> None:
    await opened(ports, mobile)
    for _ in range(3):
        await projector.catch_up()
        await upkeep.keep_up()
    assert (await counters(read_model))["opened"] == 1
    assert (await read_model.live()).number("open") == 1


@pytest.fixture
async def several(ports: Ports, mobile: Contact, projector: Projector, upkeep: Upkeep) -> list[Verification]:
    """A pending text, a verified text of carrier one, a canceled text of carrier two, in that order."""
    made = [await opened(ports, mobile) for _ in range(3)]
    await reported(ports, made[1], DeliveryState.DELIVERED, "one")
    await closed(ports, made[1])
    await reported(ports, made[2], DeliveryState.DELIVERED, "two")
    await closed(ports, made[2], Status.CANCELED)
    await projector.catch_up()
    await upkeep.keep_up()
    return made


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(), {0, 1, 2}),
        (Filters(state="pending"), {0}),
        (Filters(state="verified"), {1}),
        (Filters(method="sms"), {0, 1, 2}),
        (Filters(method="ars"), set()),
        (Filters(carrier="two"), {2}),
        (Filters(reason="correct"), {1, 2}),
        (Filters(state="canceled", carrier="one"), set()),
        (Filters(state="canceled", carrier="two", reason="correct", method="sms"), {2}),
        (Filters(until=1), set()),
        (Filters(since=1), {0, 1, 2}),
        (Filters(state="nonsense"), set()),
    ],
)
async def test_every_filter_finds_its_rows(
    several: list[Verification], read_model: RedisReadModel, filters: Filters, expected: set[int]
) -> None:
    found = await read_model.find(filters, 10)
    assert set(found.ids) == {several[number].verification_id for number in expected}
    assert found.older is None


async def test_a_locked_customer_is_listed_until_unlocked(
    ports: Ports, mobile: Contact, projector: Projector, read_model: RedisReadModel
) -> None:
    verification = await opened(ports, mobile)
    for _ in range(LIMITS.wrong_answers):
        await ports.verifications.check(verification, answer(verification, WRONG))
    await projector.catch_up()
    assert [customer for customer, _ in await read_model.locked(10)] == [CUSTOMER_ID]


async def test_a_number_leads_to_its_customers_until_it_is_another(
    ports: Ports, mobile: Contact, projector: Projector, read_model: RedisReadModel
) -> None:
    await projector.catch_up()
    indexes = builders.personal_data().blind_indexes(MOBILE)
    assert await read_model.owners(indexes) == [(CUSTOMER_ID, mobile.contact_id)]
    await ports.store.command("HSET", keys.contact(CUSTOMER_ID, mobile.contact_id), FIELDS["c.index"], "another")
    assert await read_model.owners(indexes) == []


async def test_a_number_leads_to_the_contacts_that_had_it_as_well_and_tells_until_when(
    ports: Ports, owned: Contact, approvals: RedisApprovals, projector: Projector, read_model: RedisReadModel
) -> None:
    await projector.catch_up()
    await approvals.approve(await approvals.add(change_of(owned)), CHECKER, "확인")
    later = await opened(ports, owned)
    await projector.catch_up()
    index_of = builders.personal_data().blind_indexes
    had, has = [await read_model.holders(index_of(number)) for number in (MOBILE, NEW_NUMBER)]
    changed_at = has[0].since
    assert had == [Holder(CUSTOMER_ID, owned.contact_id, since=0, until=changed_at)]
    assert has == [Holder(CUSTOMER_ID, owned.contact_id, since=changed_at, until=None)]
    assert 0 < changed_at <= later.created_at


async def test_a_call_is_live_while_it_is(
    ports: Ports, mobile: Contact, projector: Projector, upkeep: Upkeep, read_model: RedisReadModel
) -> None:
    verification = await opened(ports, mobile, Method.ARS)
    for state, shown in (
        (DeliveryState.RINGING, ["ringing"]),
        (DeliveryState.IN_PROGRESS, ["in_progress"]),
        (DeliveryState.COMPLETED, []),
    ):
        await reported(ports, verification, state)
        await projector.catch_up()
        await upkeep.keep_up()
        assert [text.split(" ")[0] for text in (await read_model.live()).calls.values()] == shown


async def test_rows_are_forgotten_when_there_are_too_many(ports: Ports, read_model: RedisReadModel) -> None:
    shard = 5
    for number in range(10):
        for index in ("all", "state:verified"):
            await ports.store.command("ZADD", ops_keys.index(shard, index), 10**13 + number, f"ver_05{number:020}")
    await ports.store.command("SADD", ops_keys.index_names(shard), "state:verified")
    await Upkeep(ports.store, KEPT, most_rows=4 * keys.SHARDS).keep_up()
    for index in ("all", "state:verified"):
        assert await ports.store.command("ZCARD", ops_keys.index(shard, index)) == 4


async def test_the_revision_changes_with_what_is_shown_and_only_then(
    ports: Ports, mobile: Contact, projector: Projector, upkeep: Upkeep, read_model: RedisReadModel
) -> None:
    await projector.catch_up()
    await upkeep.keep_up()
    await upkeep.keep_up()
    before = await read_model.revision()
    await opened(ports, mobile)
    await projector.catch_up()
    await upkeep.keep_up()
    assert await read_model.revision() != before


async def test_the_revision_changes_when_nobody_writes_any_more(
    ports: Ports, upkeep: Upkeep, read_model: RedisReadModel
) -> None:
    await upkeep.keep_up()
    at = (await read_model.live()).number("at")

    async def revision_after(seconds: int) -> str:
        await ports.store.command("HSET", ops_keys.LIVE, "at", at - seconds * 1000)
        return await read_model.revision()

    assert len({await revision_after(seconds) for seconds in (0, 12, 24)}) == 3


async def test_public_keys_name_no_customer(
    ports: Ports, several: list[Verification], read_model: RedisReadModel
) -> None:
    public = [key.decode() for key in await every_key(ports.store, f"{ops_keys.PUBLIC_PREFIX}*")]
    assert ops_keys.LIVE in public
    for key in public:
        kind = (await ports.store.command("TYPE", key)).decode()
        held = await ports.store.command(*{"hash": ("HGETALL", key), "stream": ("XRANGE", key, "-", "+")}[kind])
        assert CUSTOMER_ID not in str(held) + key


async def test_an_event_that_cannot_be_read_holds_nothing_up(
    ports: Ports, mobile: Contact, projector: Projector, upkeep: Upkeep, read_model: RedisReadModel, told: Told
) -> None:
    shard = keys.shard_of(CUSTOMER_ID)
    told_too_little = ("event", "verification.verified", "verification", keys.new_verification_id(CUSTOMER_ID))
    bad = await ports.store.command("XADD", keys.audit(shard), "*", *told_too_little)
    await opened(ports, mobile)
    await projector.catch_up()
    assert told.opened_ == 1
    await ports.store.command("XDEL", keys.audit(shard), bad)
