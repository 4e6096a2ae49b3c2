"""What carriers report of a notice: each state once, the last word stands, and only from whoever has it."""

from dataclasses import replace

import pytest

from contacts.models import Contact
from gateway.core.alarms import AlarmKind
from gateway.core.delivery import DeliveryReason, DeliveryRef, DeliveryReport, DeliveryState
from gateway.core.notices import Notice
from gateway.core.outbox import Cargo
from gateway.core.stores import CustomerMissing
from gateway.store import keys
from gateway.store.notices import DENIABLE_MS, RedisNotices
from tests.audit_events import events, unknown_to_the_catalogue
from tests.builders import CUSTOMER_ID, new_notice
from tests.contracts.store.servers import Ports
from tests.outboxes import taken

CARRIER = "first"
INDEX, FORMER_INDEX, ELSEWHERE = "01" * 20, "02" * 20, "03" * 20


@pytest.fixture
def kept(ports: Ports) -> RedisNotices:
    return RedisNotices(ports.store)


@pytest.fixture
def new(mobile: Contact) -> Notice:
    return new_notice(mobile)


@pytest.fixture
async def sent(ports: Ports, kept: RedisNotices, new: Notice) -> Notice:
    """One that a carrier was asked to deliver."""
    created = await kept.create(new)
    await ports.hand_overs.begin(DeliveryRef(new.notice_id, 1), CARRIER, 1)
    return created


def report(notice: Notice, state: DeliveryState, send: int = 1, carrier_id: str | None = "SM1") -> DeliveryReport:
    return DeliveryReport(DeliveryRef(notice.notice_id, 1, send), state, carrier_id=carrier_id)


async def test_one_is_read_as_it_was_written(kept: RedisNotices, new: Notice) -> None:
    created = await kept.create(new)
    assert created == replace(new, delivery_at=created.delivery_at)
    assert await kept.read(new.notice_id) == created
    assert await kept.read(keys.new_notice_id(CUSTOMER_ID)) is None


async def test_nobody_who_is_not_there_gets_one(kept: RedisNotices, new: Notice) -> None:
    with pytest.raises(CustomerMissing):
        await kept.create(replace(new, notice_id=keys.new_notice_id("nobody"), customer_id="nobody"))


async def test_a_state_is_noted_once_and_no_other_takes_the_place_of_the_last(
    ports: Ports, kept: RedisNotices, sent: Notice
) -> None:
    states = (DeliveryState.SENT, DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.UNDELIVERED)
    noted = [await kept.report(report(sent, state), CARRIER) for state in (*states, DeliveryState.SENT)]
    assert noted == [True, False, True, False, False]
    now = await kept.read(sent.notice_id)
    assert now is not None
    assert (now.delivery_state, now.delivery_carrier, now.carrier_id) == ("delivered", CARRIER, "SM1")
    told = [event["event"] for event in await events(ports.store, CUSTOMER_ID)]
    assert told[-3:] == ["notice.created", "notice.sent", "notice.delivered"]


async def test_who_does_not_have_it_is_not_heard(kept: RedisNotices, sent: Notice) -> None:
    assert not await kept.report(report(sent, DeliveryState.DELIVERED), "second")
    assert not await kept.report(report(sent, DeliveryState.DELIVERED, send=2), CARRIER)
    unknown = replace(sent, notice_id=keys.new_notice_id(CUSTOMER_ID))
    assert not await kept.report(report(unknown, DeliveryState.DELIVERED), CARRIER)
    now = await kept.read(sent.notice_id)
    assert now is not None
    assert (now.delivery_state, now.carrier_id) == ("queued", None)


async def test_the_first_id_that_the_carrier_gave_it_stays(kept: RedisNotices, sent: Notice) -> None:
    for carrier_id in (None, "SM1", "SM2"):
        await kept.report(report(sent, DeliveryState.QUEUED, carrier_id=carrier_id), CARRIER)
    now = await kept.read(sent.notice_id)
    assert now is not None
    assert now.carrier_id == "SM1"


async def test_that_it_was_given_up_counts_until_a_carrier_has_it(kept: RedisNotices, sent: Notice) -> None:
    given_up = DeliveryReport(
        DeliveryRef(sent.notice_id, 1), DeliveryState.FAILED, DeliveryReason.CARRIER_TIMEOUT, is_ours=True
    )
    assert await kept.report(given_up, CARRIER)
    assert await kept.report(report(sent, DeliveryState.DELIVERED), CARRIER)
    assert not await kept.report(given_up, CARRIER)


async def noted(kept: RedisNotices, new: Notice, index: str) -> str:
    """Another one that goes to this number."""
    another = await kept.create(replace(new, notice_id=keys.new_notice_id(CUSTOMER_ID)))
    await kept.note_number(index, another.notice_id)
    return another.notice_id


async def lately(kept: RedisNotices, *indexes: str) -> list[str]:
    return [one.notice_id for one in await kept.lately_to(indexes)]


async def test_those_that_went_to_a_number_are_found_by_any_index_of_it_and_by_no_other(
    kept: RedisNotices, new: Notice
) -> None:
    first, second = await noted(kept, new, FORMER_INDEX), await noted(kept, new, INDEX)
    await noted(kept, new, ELSEWHERE)
    assert set(await lately(kept, INDEX, FORMER_INDEX)) == {first, second}
    assert await lately(kept, INDEX) == [second]
    assert await lately(kept, "04" * 20) == []


async def test_the_oldest_comes_first_and_one_that_is_sent_again_counts_from_then(
    ports: Ports, kept: RedisNotices, new: Notice
) -> None:
    first, second = await noted(kept, new, INDEX), await noted(kept, new, INDEX)
    now = await ports.now()
    await ports.store.command("ZADD", keys.noticed(INDEX), now - 2, first, now - 1, second)
    assert await lately(kept, INDEX) == [first, second]
    await kept.note_number(INDEX, first)
    assert await lately(kept, INDEX) == [second, first]


async def test_one_of_longer_ago_is_not_found_and_goes_with_the_next(
    ports: Ports, kept: RedisNotices, new: Notice
) -> None:
    old = await noted(kept, new, INDEX)
    await ports.store.command("ZADD", keys.noticed(INDEX), await ports.now() - DENIABLE_MS - 1, old)
    assert await lately(kept, INDEX) == []
    fresh = await noted(kept, new, INDEX)
    assert await ports.store.command("ZRANGE", keys.noticed(INDEX), 0, -1) == [fresh.encode()]
    assert 0 < await ports.store.command("PTTL", keys.noticed(INDEX)) <= DENIABLE_MS


async def test_one_that_is_not_kept_any_more_is_not_found(ports: Ports, kept: RedisNotices, new: Notice) -> None:
    gone = await noted(kept, new, INDEX)
    await ports.store.command("DEL", keys.notice(gone))
    assert await lately(kept, INDEX) == []


async def test_a_denial_is_told_once_with_what_it_is_of_and_stands_in_the_notice(
    ports: Ports, kept: RedisNotices, sent: Notice
) -> None:
    assert [await kept.deny(sent.notice_id, None) for _ in range(3)] == [True, False, False]
    (denied,) = [one for one in await events(ports.store, CUSTOMER_ID) if one["event"] == "notice.denied"]
    assert (denied["notice"], denied["kind"], denied["operation"]) == (sent.notice_id, sent.kind, sent.operation)
    assert unknown_to_the_catalogue([denied]) == []
    now = await kept.read(sent.notice_id)
    assert now is not None
    assert now.denied_at == int(denied["at"])
    assert await kept.report(report(sent, DeliveryState.DELIVERED), CARRIER), "that it arrived is told all the same"


async def test_a_denial_of_what_is_not_there_makes_nothing(ports: Ports, kept: RedisNotices) -> None:
    nobodys = keys.new_notice_id(CUSTOMER_ID)
    assert not await kept.deny(nobodys, AlarmKind.NOTICE_DENIED)
    assert await ports.store.command("EXISTS", keys.notice(nobodys)) == 0
    assert await ports.store.command("XLEN", keys.outbox(keys.shard_of(CUSTOMER_ID))) == 0


async def test_the_alarm_of_a_denial_is_in_the_outbox_with_it_each_time_that_it_comes(
    ports: Ports, kept: RedisNotices, sent: Notice
) -> None:
    for alarm in (AlarmKind.NOTICE_DENIED, None, AlarmKind.NOTICE_DENIED):
        await kept.deny(sent.notice_id, alarm)
    (delivery, *alarms) = await taken(ports.outbox(), 3)
    assert delivery.cargo is Cargo.NOTICE
    assert [(one.cargo, one.ref.verification_id, one.alarm) for one in alarms] == [
        (Cargo.ALARM, sent.notice_id, AlarmKind.NOTICE_DENIED)
    ] * 2
