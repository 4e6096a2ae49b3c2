"""Deliveries from the outbox to a carrier that fails in every way a carrier may."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from contacts.models import Contact
from demo.customer import until
from gateway.core.dead_letters import DeadLetter
from gateway.core.delivery import DeliveryReason, DeliveryRef, DeliveryReport, DeliveryState
from gateway.core.outbox import Cargo
from gateway.core.ports import CarrierRefused, CarrierTimedOut, CarrierUnavailable
from gateway.core.verification import Method
from gateway.methods.dispatcher import MOST_TRIES
from gateway.store import keys
from gateway.store.dead_letters import RedisDeadLetters
from gateway.store.fields import FIELDS
from gateway.store.hand_overs import RedisHandOvers
from gateway.store.outbox import RedisOutbox
from tests.builders import CLIENT, MOBILE
from tests.gateway.rooms import Failure, Rooms
from tests.outboxes import let_all_idle, taken

pytestmark = pytest.mark.usefixtures("no_pauses")

UNAVAILABLE = CarrierUnavailable(DeliveryReason.CARRIER_ERROR)
REFUSED = CarrierRefused(DeliveryReason.INVALID_NUMBER)
TIMED_OUT = CarrierTimedOut()
TRIES = 5

Dispatch = Callable[[], Awaitable[None]]


@pytest.fixture
async def contact(rooms: Rooms) -> Contact:
    return await rooms.register()


@pytest.fixture
async def dispatch(rooms: Rooms) -> AsyncIterator[Dispatch]:
    """Lets a dispatcher work until the outbox is empty."""
    dispatcher = rooms.dispatcher()

    async def empty() -> bool:
        return not any(await rooms.store.all(*(("XLEN", keys.outbox(shard)) for shard in range(keys.SHARDS))))

    async def run() -> None:
        await dispatcher.open()
        await until(empty)
        await dispatcher.close()

    yield run
    await dispatcher.close()


async def test_a_text_with_the_code_goes_to_the_contact(rooms: Rooms, contact: Contact, dispatch: Dispatch) -> None:
    one = await rooms.open(Method.SMS, contact)
    await dispatch()
    [text] = rooms.carrier.texts
    assert (text.to, text.ref) == (contact.number, DeliveryRef(one.verification_id, 1))
    assert rooms.code_of(one) in text.body
    assert (await rooms.read(one)).carrier_id == "SM1"


async def test_the_text_that_asks_for_a_reply_does_not_hold_the_code(
    rooms: Rooms, contact: Contact, dispatch: Dispatch
) -> None:
    one = await rooms.open(Method.SMS_REPLY, contact)
    await dispatch()
    [text] = rooms.carrier.texts
    assert rooms.code_of(one) not in text.body


async def test_a_carrier_that_is_away_for_a_moment_is_asked_again(
    rooms: Rooms, contact: Contact, dispatch: Dispatch
) -> None:
    rooms.carrier.failures += [UNAVAILABLE] * (TRIES - 1)
    one = await rooms.open(Method.SMS, contact)
    await dispatch()
    assert len(rooms.carrier.texts) == 1
    assert (await rooms.read(one)).delivery_state == "queued"


@pytest.mark.parametrize(
    ("method", "failures", "asked", "reason"),
    [
        (Method.SMS, [UNAVAILABLE] * TRIES, TRIES, "carrier_error"),
        (Method.ARS, [UNAVAILABLE] * TRIES, TRIES, "carrier_error"),
        (Method.SMS, [REFUSED], 1, "invalid_number"),
        (Method.ARS, [REFUSED], 1, "invalid_number"),
        (Method.SMS, [TIMED_OUT, TIMED_OUT], 2, "carrier_timeout"),
        (Method.ARS, [TIMED_OUT], 1, "carrier_timeout"),
    ],
)
async def test_what_cannot_be_delivered_is_given_up_with_its_reason(
    rooms: Rooms, contact: Contact, dispatch: Dispatch, method: Method, failures: list[Failure], asked: int, reason: str
) -> None:
    rooms.carrier.failures += failures
    one = await rooms.open(method, contact)
    await dispatch()
    now = await rooms.read(one)
    assert (rooms.carrier.asked, now.delivery_state, now.delivery_reason) == (asked, "failed", reason)
    # A text may be sent again; a call that cannot be placed is the end.
    assert (now.status, now.reason) == (("failed", reason) if method is Method.ARS else ("pending", None))


async def test_a_text_after_a_time_out_is_sent_once_more(rooms: Rooms, contact: Contact, dispatch: Dispatch) -> None:
    rooms.carrier.failures.append(TIMED_OUT)
    await rooms.open(Method.SMS, contact)
    await dispatch()
    assert len(rooms.carrier.texts) == 1


@pytest.mark.parametrize("method", [Method.SMS, Method.SMS_REPLY, Method.ARS])
async def test_what_was_closed_meanwhile_is_not_delivered(
    rooms: Rooms, contact: Contact, dispatch: Dispatch, method: Method
) -> None:
    canceled, late = await rooms.open(method, contact), await rooms.open(method, contact)
    await rooms.verifications.cancel(canceled.verification_id, CLIENT)
    await rooms.let_life_pass(late)
    await dispatch()
    assert rooms.carrier.asked == 0


async def test_what_is_closed_between_two_tries_is_not_tried_again(
    rooms: Rooms, contact: Contact, dispatch: Dispatch
) -> None:
    one = await rooms.open(Method.SMS, contact)
    rooms.carrier.failures += [UNAVAILABLE] * TRIES
    rooms.carrier.meanwhile = lambda: rooms.verifications.cancel(one.verification_id, CLIENT)
    await dispatch()
    assert rooms.carrier.asked == 1


async def test_a_resend_takes_the_place_of_a_text_that_was_not_sent_yet(
    rooms: Rooms, contact: Contact, dispatch: Dispatch
) -> None:
    one = await rooms.open(Method.SMS, contact)
    await rooms.store.command("HSET", keys.verification(one.verification_id), FIELDS["v.resend_at"], 1)
    await rooms.verifications.resend(one.verification_id, CLIENT)
    await dispatch()
    assert [text.ref for text in rooms.carrier.texts] == [DeliveryRef(one.verification_id, 2)]


async def test_a_call_rings_and_is_ended_when_the_caller_cancels(
    rooms: Rooms, contact: Contact, dispatch: Dispatch
) -> None:
    one = await rooms.open(Method.ARS, contact)
    await dispatch()
    assert [call.ref.verification_id for call in rooms.carrier.calls] == [one.verification_id]
    await rooms.verifications.cancel(one.verification_id, CLIENT)
    await dispatch()
    assert rooms.carrier.ended == ["CA1"]


async def test_a_call_that_cannot_be_ended_holds_nothing_up(rooms: Rooms, contact: Contact, dispatch: Dispatch) -> None:
    one = await rooms.open(Method.ARS, contact)
    await dispatch()
    rooms.carrier.failures.append(REFUSED)
    await rooms.verifications.cancel(one.verification_id, CLIENT)
    await dispatch()
    assert rooms.carrier.ended == []


async def test_a_call_canceled_while_it_is_being_placed_is_ended(
    rooms: Rooms, contact: Contact, dispatch: Dispatch
) -> None:
    one = await rooms.open(Method.ARS, contact)

    async def cancel_once() -> None:
        rooms.carrier.meanwhile = None
        await rooms.verifications.cancel(one.verification_id, CLIENT)

    rooms.carrier.meanwhile = cancel_once
    await dispatch()
    assert "CA1" in rooms.carrier.ended


@pytest.mark.parametrize("state", [DeliveryState.QUEUED, DeliveryState.FAILED])
@pytest.mark.parametrize("method", [Method.SMS, Method.ARS])
async def test_what_a_crashed_process_handed_over_is_not_delivered_again(
    rooms: Rooms, contact: Contact, dispatch: Dispatch, method: Method, state: DeliveryState
) -> None:
    ref = DeliveryRef((await rooms.open(method, contact)).verification_id, 1)
    await RedisHandOvers(rooms.store).begin(ref, "recorder", 2)
    await rooms.reports.take(DeliveryReport(ref, state, carrier_id="XX1"), "recorder")
    await dispatch()
    assert (rooms.carrier.asked, await letters(rooms)) == (0, [])


async def test_a_delivery_whose_contact_is_gone_is_given_up(rooms: Rooms, contact: Contact, dispatch: Dispatch) -> None:
    one = await rooms.open(Method.SMS, contact)
    await rooms.store.command("DEL", keys.contact(one.customer_id, contact.contact_id))
    await dispatch()
    assert ((await rooms.read(one)).delivery_reason, rooms.carrier.asked) == ("invalid_number", 0)


async def letters(rooms: Rooms) -> list[DeadLetter]:
    return [letter async for letter in RedisDeadLetters(rooms.store).entries()]


@pytest.mark.parametrize("method", [Method.SMS, Method.ARS])
async def test_what_is_given_up_is_set_aside_with_its_reason_and_carrier(
    rooms: Rooms, contact: Contact, dispatch: Dispatch, method: Method
) -> None:
    rooms.carrier.failures += [TIMED_OUT] * 2
    one = await rooms.open(method, contact)
    await dispatch()
    (letter,) = await letters(rooms)
    told = (letter.cargo, letter.subject_id, letter.delivery, letter.reason, letter.carrier)
    assert told == (Cargo.VERIFICATION, one.verification_id, 1, "carrier_timeout", "recorder")
    assert contact.number.e164 not in repr(letter)


async def test_a_call_that_its_carrier_tells_of_was_placed_whatever_became_of_the_answer(
    rooms: Rooms, contact: Contact, dispatch: Dispatch
) -> None:
    one = await rooms.open(Method.ARS, contact)

    async def ring_though_it_was_canceled() -> None:
        rooms.carrier.meanwhile = None
        await rooms.verifications.cancel(one.verification_id, CLIENT)
        ringing = DeliveryReport(DeliveryRef(one.verification_id, 1), DeliveryState.RINGING, carrier_id="CA9")
        await rooms.reports.take(ringing, "recorder")
        raise TIMED_OUT

    rooms.carrier.meanwhile = ring_though_it_was_canceled
    await dispatch()
    assert (await letters(rooms), (await rooms.read(one)).delivery_state) == ([], "ringing")
    assert "CA9" in rooms.carrier.ended


async def was_taken(rooms: Rooms, tries: int) -> None:
    """The only entry, so often, and by nobody who has been heard of since."""
    await taken(RedisOutbox(rooms.store), 1)
    await let_all_idle(rooms.store, tries)


@pytest.mark.parametrize("method", [Method.SMS, Method.ARS])
async def test_what_fails_unexpectedly_every_time_is_set_aside_and_its_end_told(
    rooms: Rooms, contact: Contact, dispatch: Dispatch, method: Method
) -> None:
    async def break_down() -> None:
        raise RuntimeError(MOBILE)

    rooms.carrier.meanwhile = break_down
    one = await rooms.open(method, contact)
    await was_taken(rooms, MOST_TRIES - 1)
    await dispatch()
    (letter,) = await letters(rooms)
    assert (letter.reason, letter.error, letter.tries) == ("internal_error", "RuntimeError", MOST_TRIES)
    assert MOBILE not in repr(letter)
    now = await rooms.read(one)
    assert (now.delivery_state, now.delivery_reason) == ("failed", "internal_error")


async def test_what_every_process_died_of_is_not_tried_by_another(
    rooms: Rooms, contact: Contact, dispatch: Dispatch
) -> None:
    await rooms.open(Method.SMS, contact)
    await was_taken(rooms, MOST_TRIES)
    await dispatch()
    (letter,) = await letters(rooms)
    assert (letter.reason, letter.error, rooms.carrier.asked) == ("internal_error", "NeverFinished", 0)


async def test_an_unexpected_failure_is_tried_again_by_whoever_takes_it_over(
    rooms: Rooms, contact: Contact, dispatch: Dispatch
) -> None:
    async def break_down_once() -> None:
        rooms.carrier.meanwhile = None
        raise RuntimeError

    rooms.carrier.meanwhile = break_down_once
    await rooms.open(Method.SMS, contact)
    dispatcher = rooms.dispatcher()
    await dispatcher.open()
    await until(lambda: _asked(rooms))
    await dispatcher.close()
    await let_all_idle(rooms.store)
    await dispatch()
    assert len(rooms.carrier.texts) == 1


async def _asked(rooms: Rooms) -> bool:
    return rooms.carrier.asked > 0


async def test_what_was_given_up_by_a_process_that_died_is_set_aside_all_the_same(
    rooms: Rooms, contact: Contact, dispatch: Dispatch
) -> None:
    one = await rooms.open(Method.SMS, contact)
    ref = DeliveryRef(one.verification_id, 1)
    await RedisHandOvers(rooms.store).begin(ref, "recorder", 2)
    given_up = DeliveryReport(ref, DeliveryState.FAILED, DeliveryReason.CARRIER_TIMEOUT, is_ours=True)
    await rooms.reports.take(given_up, "recorder")
    await dispatch()
    (letter,) = await letters(rooms)
    assert (letter.reason, letter.carrier, rooms.carrier.asked) == ("carrier_timeout", "recorder", 0)
