"""Notices on their way to a carrier: at most once each by themselves, and again when an operator says so."""

import pytest

from contacts.models import Contact
from gateway.core.delivery import DeliveryReason, DeliveryRef, DeliveryReport, DeliveryState, Effect
from gateway.core.notices import Notice
from gateway.core.ports import CarrierRefused, CarrierTimedOut
from gateway.methods.handing_over import HandingOver
from gateway.methods.notices import NoticeMethod
from gateway.store import keys
from gateway.store.dead_letters import RedisDeadLetters
from gateway.store.hand_overs import RedisHandOvers
from gateway.store.notices import RedisNotices
from tests.builders import CUSTOMER_ID, FIRM, new_notice
from tests.gateway.rooms import Failure, Rooms

pytestmark = pytest.mark.usefixtures("no_pauses")


@pytest.fixture
async def contact(rooms: Rooms) -> Contact:
    return await rooms.register()


@pytest.fixture
async def notice(rooms: Rooms, contact: Contact) -> Notice:
    """One that waits in the outbox."""
    return await rooms.notice_store.create(new_notice(contact))


async def state_of(rooms: Rooms, notice: Notice) -> tuple[str, str | None]:
    now = await RedisNotices(rooms.store).read(notice.notice_id)
    assert now is not None
    return now.delivery_state.value, now.delivery_reason


async def test_a_notice_goes_to_the_contact_once(rooms: Rooms, notice: Notice) -> None:
    await rooms.deliver_all()
    (text,) = rooms.carrier.texts
    assert text.ref == DeliveryRef(notice.notice_id, 1)
    await rooms.deliver_all()
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
    await rooms.deliver_all()
    assert await state_of(rooms, notice) == ("failed", reason)
    letters = RedisDeadLetters(rooms.store)
    (letter,) = [one async for one in letters.entries()]
    assert (letter.cargo, letter.subject_id, letter.reason) == ("notice", notice.notice_id, reason)
    await letters.replay(letter, "kim")
    assert await state_of(rooms, notice) == ("queued", None)
    await rooms.deliver_all()
    assert len(rooms.carrier.texts) == 1
    assert await state_of(rooms, notice) == ("queued", None)


async def test_one_that_its_carrier_tells_of_was_sent_whatever_became_of_the_answer(
    rooms: Rooms, notice: Notice
) -> None:
    async def report() -> None:
        sent = DeliveryReport(DeliveryRef(notice.notice_id, 1), DeliveryState.SENT, carrier_id="SM9")
        await rooms.notice_store.report(sent, "recorder")

    rooms.carrier.meanwhile = report
    rooms.carrier.failures.append(CarrierTimedOut())
    await rooms.deliver_all()
    assert [one async for one in RedisDeadLetters(rooms.store).entries()] == []
    assert await state_of(rooms, notice) == ("sent", None)


async def test_one_that_a_process_died_at_is_not_sent_by_another_and_its_end_is_told(
    rooms: Rooms, notice: Notice
) -> None:
    await RedisHandOvers(rooms.store).begin(DeliveryRef(notice.notice_id, 1), "recorder", 1)
    await rooms.deliver_all()
    assert (await state_of(rooms, notice), rooms.carrier.asked) == (("failed", "carrier_timeout"), 0)


async def test_one_whose_carrier_says_that_it_failed_is_neither_sent_again_nor_set_aside(
    rooms: Rooms, notice: Notice
) -> None:
    begun = await RedisHandOvers(rooms.store).begin(DeliveryRef(notice.notice_id, 1), "recorder", 1)
    failed = DeliveryReport(begun.ref, DeliveryState.FAILED, DeliveryReason.UNREACHABLE, carrier_id="SM9")
    await rooms.notice_store.report(failed, "recorder")
    await rooms.deliver_all()
    assert [one async for one in RedisDeadLetters(rooms.store).entries()] == []
    assert (await state_of(rooms, notice), rooms.carrier.asked) == (("failed", "unreachable"), 0)


async def test_one_that_was_given_up_by_a_process_that_died_then_is_set_aside(rooms: Rooms, notice: Notice) -> None:
    ref = DeliveryRef(notice.notice_id, 1)
    given_up = DeliveryReport(ref, DeliveryState.FAILED, DeliveryReason.CARRIER_TIMEOUT, is_ours=True)
    await RedisNotices(rooms.store).report(given_up, "recorder")
    await rooms.deliver_all()
    (letter,) = [one async for one in RedisDeadLetters(rooms.store).entries()]
    assert (letter.subject_id, letter.reason, letter.carrier) == (notice.notice_id, "carrier_timeout", "recorder")
    assert rooms.carrier.asked == 0


async def test_one_whose_contact_is_gone_is_given_up(rooms: Rooms, notice: Notice, contact: Contact) -> None:
    await rooms.store.command("DEL", keys.contact(CUSTOMER_ID, contact.contact_id))
    await rooms.deliver_all()
    assert await state_of(rooms, notice) == ("failed", "invalid_number")
    assert rooms.carrier.asked == 0


async def test_a_report_of_one_says_what_it_changed(rooms: Rooms, notice: Notice) -> None:
    handing_over = HandingOver(rooms.carriers, RedisHandOvers(rooms.store))
    notices = NoticeMethod(rooms.notice_store, rooms.customer_store, handing_over, FIRM)
    await rooms.deliver_all()

    async def report(state: DeliveryState, notice_id: str = notice.notice_id) -> Effect:
        return await notices.report(DeliveryReport(DeliveryRef(notice_id, 1), state), "recorder")

    assert await report(DeliveryState.DELIVERED) is Effect.NOTED
    assert await report(DeliveryState.DELIVERED) is Effect.REPEATED
    assert await report(DeliveryState.SENT) is Effect.LATE
    assert await report(DeliveryState.SENT, keys.new_notice_id(CUSTOMER_ID)) is Effect.UNKNOWN
