"""Notices on their way to a carrier: at most once each by themselves, and again when an operator says so."""

import pytest

from contacts.models import Contact
from demo.customer import until
from gateway.core.delivery import DeliveryReason, DeliveryRef, DeliveryReport, DeliveryState
from gateway.core.notices import Notice, NoticeKind
from gateway.core.operations import Operation
from gateway.core.ports import CarrierRefused, CarrierTimedOut
from gateway.store import keys
from gateway.store.dead_letters import RedisDeadLetters
from gateway.store.hand_overs import RedisHandOvers
from gateway.store.notices import RedisNotices
from tests.builders import CLIENT, CUSTOMER_ID
from tests.gateway.rooms import Failure, Rooms

pytestmark = pytest.mark.usefixtures("no_pauses")


@pytest.fixture
async def contact(rooms: Rooms) -> Contact:
    return await rooms.register()


@pytest.fixture
async def notice(rooms: Rooms, contact: Contact) -> Notice:
    """One that waits in the outbox."""
    new = Notice(
        notice_id=keys.new_notice_id(CUSTOMER_ID),
        client=CLIENT,
        customer_id=CUSTOMER_ID,
        contact_id=contact.contact_id,
        kind=NoticeKind.ISSUANCE_STARTED,
        operation=Operation.ISSUE,
        locale="ko",
        delivery_state=DeliveryState.QUEUED,
        delivery_at=0,
    )
    return await RedisNotices(rooms.store).create(new)


async def dispatch(rooms: Rooms) -> None:
    """Let a dispatcher work until the outbox is empty."""

    async def empty() -> bool:
        return not any(await rooms.store.all(*(("XLEN", keys.outbox(shard)) for shard in range(keys.SHARDS))))

    dispatcher = rooms.dispatcher()
    await dispatcher.open()
    await until(empty)
    await dispatcher.close()


async def state_of(rooms: Rooms, notice: Notice) -> tuple[str, str | None]:
    now = await RedisNotices(rooms.store).read(notice.notice_id)
    assert now is not None
    return now.delivery_state.value, now.delivery_reason


async def test_a_notice_goes_to_the_contact_once(rooms: Rooms, notice: Notice) -> None:
    await dispatch(rooms)
    (text,) = rooms.carrier.texts
    assert text.ref == DeliveryRef(notice.notice_id, 1)
    await dispatch(rooms)
    assert rooms.carrier.asked == 1


@pytest.mark.parametrize(
    ("failures", "reason"),
    [
        ([CarrierTimedOut()], "carrier_timeout"),
        ([CarrierRefused(DeliveryReason.COUNTRY_BLOCKED)], "country_blocked"),
    ],
)
async def test_one_that_failed_is_set_aside_and_sent_when_it_is_replayed(
    rooms: Rooms, notice: Notice, failures: list[Failure], reason: str
) -> None:
    rooms.carrier.failures += failures
    await dispatch(rooms)
    assert await state_of(rooms, notice) == ("failed", reason)
    letters = RedisDeadLetters(rooms.store)
    (letter,) = [one async for one in letters.entries()]
    assert (letter.cargo, letter.subject_id, letter.reason) == ("notice", notice.notice_id, reason)
    await letters.replay(letter, "kim")
    assert await state_of(rooms, notice) == ("queued", None)
    await dispatch(rooms)
    assert len(rooms.carrier.texts) == 1
    assert await state_of(rooms, notice) == ("queued", None)


async def test_one_that_a_process_died_at_is_not_sent_by_another_and_its_end_is_told(
    rooms: Rooms, notice: Notice
) -> None:
    await RedisHandOvers(rooms.store).begin(DeliveryRef(notice.notice_id, 1), "recorder", 1)
    await dispatch(rooms)
    assert (await state_of(rooms, notice), rooms.carrier.asked) == (("failed", "carrier_timeout"), 0)


async def test_one_that_was_given_up_by_a_process_that_died_then_is_set_aside(rooms: Rooms, notice: Notice) -> None:
    ref = DeliveryRef(notice.notice_id, 1)
    given_up = DeliveryReport(ref, DeliveryState.FAILED, DeliveryReason.CARRIER_TIMEOUT, is_ours=True)
    await RedisNotices(rooms.store).report(given_up, "recorder")
    await dispatch(rooms)
    (letter,) = [one async for one in RedisDeadLetters(rooms.store).entries()]
    assert (letter.subject_id, letter.reason, letter.carrier) == (notice.notice_id, "carrier_timeout", "recorder")
    assert rooms.carrier.asked == 0


async def test_one_whose_contact_is_gone_is_given_up(rooms: Rooms, notice: Notice, contact: Contact) -> None:
    await rooms.store.command("DEL", keys.contact(CUSTOMER_ID, contact.contact_id))
    await dispatch(rooms)
    assert await state_of(rooms, notice) == ("failed", "invalid_number")
    assert rooms.carrier.asked == 0
