"""Deliveries over several carriers: which is asked, when the next is, and how often the customer may be reached."""

from dataclasses import replace

import pytest

from contacts.models import ContactMethod
from contacts.phone_numbers import LineType, PhoneNumber
from gateway.core.carriers import NEEDS, Capability
from gateway.core.delivery import DeliveryReason, DeliveryRef, DeliveryReport, DeliveryState
from gateway.core.outbox import Buried, DeliveryNotWanted
from gateway.core.ports import CarrierRefused, CarrierTimedOut, CarrierUnavailable, OutgoingCall, OutgoingText
from gateway.core.verification import Method, Verification
from gateway.methods.breaker import BreakerState
from gateway.methods.handing_over import HandingOver, Taken, Wanted
from gateway.methods.routing import Carriers, Line
from gateway.store.hand_overs import RedisHandOvers
from tests.builders import CLIENT, MOBILE
from tests.gateway.rooms import Failure, RecordingCarrier, Rooms, line

pytestmark = pytest.mark.usefixtures("no_pauses")

TO = PhoneNumber(MOBILE, LineType.MOBILE)
ABROAD = PhoneNumber("+819012345678", LineType.MOBILE)
UNAVAILABLE = CarrierUnavailable(DeliveryReason.CARRIER_ERROR)
TIMED_OUT = CarrierTimedOut()


class Firm:
    """A firm with two carriers, and a verification to deliver."""

    def __init__(self, rooms: Rooms, one: Verification) -> None:
        self.rooms, self.one = rooms, one
        self.first, self.second = RecordingCarrier("first"), RecordingCarrier("second")
        self.paused: set[str] = set()
        self.lines = [line(self.first), line(self.second)]

    @property
    def texts(self) -> tuple[int, int]:
        return len(self.first.texts), len(self.second.texts)

    @property
    def asked(self) -> tuple[int, int]:
        return self.first.asked, self.second.asked

    async def hand_over(self, *, most_sends: int = 2, number: PhoneNumber = TO, before: str | None = None) -> object:
        """By text, or by a call where only one may be made."""
        carriers = Carriers(self.lines, lambda: self.paused)
        over = HandingOver(carriers, RedisHandOvers(self.rooms.store))
        by_call = self.one.method is Method.ARS
        needs = NEEDS[ContactMethod(self.one.method)]
        ref = DeliveryRef(self.one.verification_id, 1)

        async def send(via: Line, sent: DeliveryRef) -> str:
            if by_call:
                return await via.place_call(OutgoingCall(number, sent, "first-turn", 30))
            return await via.send_text(OutgoingText(number, "인증번호", sent))

        return await over.hand_over(Wanted(ref, number, needs, most_sends, before), send)


@pytest.fixture
async def firm(rooms: Rooms) -> Firm:
    return Firm(rooms, await rooms.open(Method.SMS, await rooms.register()))


async def test_the_first_carrier_that_can_is_asked_and_nobody_else(firm: Firm) -> None:
    assert await firm.hand_over() == Taken(DeliveryRef(firm.one.verification_id, 1), "first", "SM1")
    assert firm.asked == (1, 0)


@pytest.mark.parametrize(
    "failure",
    [
        UNAVAILABLE,
        CarrierUnavailable(DeliveryReason.THROTTLED, 30),
        CarrierRefused(DeliveryReason.COUNTRY_BLOCKED),
        CarrierRefused(DeliveryReason.CARRIER_ERROR),
    ],
    ids=str,
)
async def test_a_failure_of_the_carrier_brings_the_next_one(firm: Firm, failure: Failure) -> None:
    firm.first.failures.append(failure)
    ended = await firm.hand_over()
    assert ended == Taken(DeliveryRef(firm.one.verification_id, 1), "second", "SM1")
    assert (await firm.rooms.read(firm.one)).delivery_carrier == "second"


@pytest.mark.parametrize(
    "reason",
    [
        DeliveryReason.INVALID_NUMBER,
        DeliveryReason.LANDLINE,
        DeliveryReason.OPTED_OUT,
        DeliveryReason.FRAUD_BLOCKED,
        DeliveryReason.UNREACHABLE,
    ],
)
async def test_what_is_said_of_the_number_holds_for_every_carrier(firm: Firm, reason: DeliveryReason) -> None:
    firm.first.failures.append(CarrierRefused(reason))
    assert await firm.hand_over() == Buried(reason, "first", 1)
    assert firm.asked == (1, 0)


async def test_a_carrier_that_will_not_is_not_asked_again_and_nobody_left_is_the_end(firm: Firm) -> None:
    firm.first.failures.append(CarrierRefused(DeliveryReason.COUNTRY_BLOCKED))
    firm.second.failures.append(CarrierRefused(DeliveryReason.COUNTRY_BLOCKED))
    assert await firm.hand_over() == Buried(DeliveryReason.COUNTRY_BLOCKED, "second", 2)
    assert firm.asked == (1, 1)


async def test_after_a_time_out_the_text_goes_once_more_by_the_other_carrier(firm: Firm) -> None:
    firm.first.failures.append(TIMED_OUT)
    ended = await firm.hand_over()
    assert ended == Taken(DeliveryRef(firm.one.verification_id, 1, send=2), "second", "SM1")


async def test_the_other_carrier_is_waited_for_before_the_one_that_timed_out_is_asked_again(firm: Firm) -> None:
    firm.first.failures.append(TIMED_OUT)
    firm.second.failures.append(UNAVAILABLE)
    ended = await firm.hand_over()
    assert ended == Taken(DeliveryRef(firm.one.verification_id, 1, send=2), "second", "SM1")
    assert firm.asked == (1, 2)


async def test_two_time_outs_are_the_end_whoever_had_them(firm: Firm) -> None:
    firm.first.failures.append(TIMED_OUT)
    firm.second.failures.append(TIMED_OUT)
    assert await firm.hand_over() == Buried(DeliveryReason.CARRIER_TIMEOUT, "second", 2)
    assert firm.asked == (1, 1)


async def test_a_process_that_takes_over_does_not_begin_to_count_anew(firm: Firm) -> None:
    """One died while it asked the first carrier, and another while it asked the second."""
    store = RedisHandOvers(firm.rooms.store)
    for carrier in ("first", "second"):
        await store.begin(DeliveryRef(firm.one.verification_id, 1), carrier, 2)
    ended = await firm.hand_over()
    assert isinstance(ended, Buried)
    assert (ended.reason, firm.asked) == (DeliveryReason.CARRIER_TIMEOUT, (0, 0))


async def test_a_text_that_its_carrier_reports_while_we_wait_is_not_sent_again(firm: Firm) -> None:
    """It was accepted, and only the answer was lost."""
    firm.first.failures.append(TIMED_OUT)

    async def report() -> None:
        sent = DeliveryReport(DeliveryRef(firm.one.verification_id, 1), DeliveryState.SENT, carrier_id="SM9")
        await firm.rooms.reports.take(sent, "first")

    firm.first.meanwhile = report
    with pytest.raises(DeliveryNotWanted):
        await firm.hand_over()
    now = await firm.rooms.read(firm.one)
    assert (now.carrier_id, now.delivery_state, firm.asked) == ("SM9", "sent", (1, 0))


async def test_late_reports_of_the_first_text_do_not_confuse_the_second(firm: Firm) -> None:
    firm.first.failures.append(TIMED_OUT)
    taken = await firm.hand_over()
    assert isinstance(taken, Taken)
    reports = firm.rooms.reports
    late = DeliveryReport(DeliveryRef(firm.one.verification_id, 1), DeliveryState.UNDELIVERED, carrier_id="SM9")
    await reports.take(late, "first")
    await reports.take(replace(late, ref=taken.ref), "first")
    assert (await firm.rooms.read(firm.one)).delivery_state == "queued"
    await reports.take(DeliveryReport(taken.ref, DeliveryState.DELIVERED, carrier_id="SM1"), "second")
    now = await firm.rooms.read(firm.one)
    assert (now.delivery_state, now.delivery_carrier, now.carrier_id) == ("delivered", "second", "SM1")


async def test_a_call_that_timed_out_is_never_placed_a_second_time(rooms: Rooms) -> None:
    firm = Firm(rooms, await rooms.open(Method.ARS, await rooms.register()))
    firm.first.failures.append(TIMED_OUT)
    assert await firm.hand_over(most_sends=1) == Buried(DeliveryReason.CARRIER_TIMEOUT, "first", 1)
    ended = await firm.hand_over(most_sends=1)
    assert isinstance(ended, Buried)
    assert firm.asked == (1, 0)


async def test_a_resend_prefers_a_carrier_that_did_not_have_it_and_takes_the_same_one_at_need(firm: Firm) -> None:
    firm.second.failures.append(UNAVAILABLE)
    ended = await firm.hand_over(before="first")
    assert isinstance(ended, Taken)
    assert (ended.carrier, firm.asked) == ("first", (1, 1))


async def test_a_paused_carrier_gets_nothing(firm: Firm) -> None:
    firm.paused.add("first")
    ended = await firm.hand_over()
    assert isinstance(ended, Taken)
    assert (ended.carrier, firm.asked) == ("second", (0, 1))
    firm.paused.add("second")


async def test_without_a_carrier_that_may_be_asked_it_is_given_up_and_said_so(firm: Firm) -> None:
    firm.paused |= {"first", "second"}
    assert await firm.hand_over() == Buried(DeliveryReason.NO_CARRIER, None, 0)


@pytest.mark.parametrize(("number", "carrier"), [(TO, "korean"), (ABROAD, "everywhere")], ids=["in Korea", "in Japan"])
async def test_a_carrier_is_asked_for_its_countries_only(firm: Firm, number: PhoneNumber, carrier: str) -> None:
    korean, everywhere = RecordingCarrier("korean"), RecordingCarrier("everywhere")
    only_there = Line("korean", frozenset({Capability.SMS}), frozenset({"KR"}), texts=korean, calls=None)
    firm.lines = [only_there, line(everywhere)]
    ended = await firm.hand_over(number=number)
    assert isinstance(ended, Taken)
    assert ended.carrier == carrier


async def test_a_carrier_is_asked_for_what_it_can_do_only(firm: Firm) -> None:
    firm.lines = [line(firm.first, frozenset({Capability.VOICE})), line(firm.second, frozenset({Capability.SMS}))]
    carriers = Carriers(firm.lines, frozenset)
    assert {method: carriers.carries(method, TO) for method in ContactMethod} == {
        ContactMethod.SMS: True,
        ContactMethod.ARS: True,
        ContactMethod.SMS_REPLY: False,
    }
    ended = await firm.hand_over()
    assert isinstance(ended, Taken)
    assert ended.carrier == "second"


async def test_a_carrier_that_keeps_failing_is_left_alone_and_another_s_customers_do_not_count(firm: Firm) -> None:
    (first, second), breaker = firm.lines, firm.lines[0].health[Capability.SMS].breaker
    firm.first.failures += [CarrierRefused(DeliveryReason.INVALID_NUMBER)] * 30
    text = OutgoingText(TO, "인증번호", None)
    for _ in range(30):
        with pytest.raises(CarrierRefused):
            await first.send_text(text)
    assert breaker.state is BreakerState.CLOSED
    firm.first.failures += [UNAVAILABLE] * 5
    for _ in range(5):
        with pytest.raises(CarrierUnavailable):
            await first.send_text(text)
    assert [health.breaker.state for health in first.health.values()] == [BreakerState.OPEN, BreakerState.CLOSED]
    asked = firm.first.asked
    ended = await firm.hand_over()
    assert isinstance(ended, Taken)
    assert (ended.carrier, firm.first.asked) == ("second", asked)
    health = first.health[Capability.SMS]
    assert (health.asked, health.refused, health.unavailable, health.last_error) == (35, 30, 5, "carrier_error")
    assert second.health[Capability.SMS].last_error is None


async def test_what_is_closed_between_two_carriers_goes_to_neither(firm: Firm) -> None:
    firm.first.failures.append(UNAVAILABLE)
    firm.first.meanwhile = lambda: firm.rooms.verifications.cancel(firm.one.verification_id, CLIENT)
    with pytest.raises(DeliveryNotWanted):
        await firm.hand_over()
    assert firm.asked == (1, 0)
