"""The turns of a call: what the dialogue hears meets the store and the verdict."""

import asyncio
import re

import pytest

from contacts.models import Contact
from gateway.core.alarms import AlarmKind
from gateway.core.delivery import DeliveryRef
from gateway.core.errors import Refusal
from gateway.core.problems import Problem
from gateway.core.verification import Method, Status, Verification
from gateway.methods.ars import Turn
from gateway.store.hand_overs import RedisHandOvers
from ivr.actions import Ask, CheckCode, Deny, HangUp, Say
from ivr.events import Answered, AnsweredBy, Event, HungUp, Keys, Silence
from tests.builders import CUSTOMER_ID
from tests.gateway.rooms import Rooms

CARRIER = "recorder"


class Phone:
    """The customer's phone, and the carrier that brings its turns to the gateway."""

    def __init__(self, rooms: Rooms, verification: Verification) -> None:
        self._rooms = rooms
        self.verification = verification
        self.turn = rooms.carrier.calls[-1].first_turn

    async def take(self, event: Event) -> Turn:
        taken = await self._rooms.ars.take_turn(self.verification.verification_id, self.turn, event, CARRIER)
        self.turn = taken.next_turn
        return taken

    async def pick_up(self) -> Turn:
        return await self.take(Answered(AnsweredBy.HUMAN))

    async def press_the_first_key(self) -> Turn:
        found = re.search("([0-8])번", said(await self.pick_up()))
        assert found is not None
        return await self.take(Keys(found[1]))

    async def now(self) -> tuple[str, str | None]:
        verification = await self._rooms.read(self.verification)
        return verification.status, verification.reason


def said(turn: Turn) -> str:
    words: list[str] = []
    for action in turn.actions:
        match action:
            case Say(_, sentences):
                words += sentences
            case Ask():
                words += (*action.announcement, *action.instructions, *action.prompt)
    return " ".join(words)


@pytest.fixture
async def contact(rooms: Rooms) -> Contact:
    return await rooms.register()


@pytest.fixture
async def phone(rooms: Rooms, contact: Contact) -> Phone:
    """It rings."""
    verification = await rooms.open(Method.ARS, contact)
    begun = await RedisHandOvers(rooms.store).begin(DeliveryRef(verification.verification_id, 1), CARRIER, 1)
    await rooms.ars.deliver(rooms.carrier, verification, contact.number, begun.ref)
    return Phone(rooms, verification)


async def test_the_call_says_who_calls_and_for_what(phone: Phone) -> None:
    heard = said(await phone.pick_up())
    assert "본인증권" in heard
    assert "인증서 발급" in heard


async def test_keying_in_the_number_on_the_screen_verifies(rooms: Rooms, phone: Phone) -> None:
    await phone.press_the_first_key()
    last = await phone.take(Keys(rooms.code_of(phone.verification)))
    assert await phone.now() == ("verified", "correct")
    assert last.actions[-1] == HangUp()
    assert not any(isinstance(action, CheckCode) for action in last.actions)


async def test_a_wrong_number_asks_again_within_the_attempts_and_then_locks(rooms: Rooms, phone: Phone) -> None:
    await phone.press_the_first_key()
    wrong = rooms.another_code(phone.verification)
    for left in (4, 3, 2, 1):
        taken = await phone.take(Keys(wrong))
        assert isinstance(taken.actions[-1], Ask)
        assert (await rooms.read(phone.verification)).wrong_answers == 5 - left
    assert isinstance((await phone.take(Keys(wrong))).actions[-1], HangUp)
    assert await phone.now() == ("failed", "locked")


async def test_nine_denies_and_raises_an_alarm(rooms: Rooms, phone: Phone) -> None:
    await phone.pick_up()
    taken = await phone.take(Keys("9"))
    assert taken.actions[0] == Deny()
    assert await phone.now() == ("denied", "denied_by_phone")
    (alarm,) = await rooms.sounded()
    assert (alarm.kind, alarm.subject, alarm.count) == (AlarmKind.DENIED, CUSTOMER_ID, 1)
    assert alarm.seen == {
        "operation": "issue", "method": "ars", "verification_id": phone.verification.verification_id
    }  # fmt: skip


async def test_nine_sounds_the_alarm_also_when_the_verification_ended_during_the_call(
    rooms: Rooms, phone: Phone
) -> None:
    await phone.pick_up()
    await rooms.verifications.cancel(phone.verification.verification_id, None)
    taken = await phone.take(Keys("9"))
    assert taken.actions[0] == Deny()
    assert await phone.now() == ("canceled", "canceled_by_caller")
    assert [alarm.kind for alarm in await rooms.sounded()] == [AlarmKind.DENIED]


@pytest.mark.parametrize(
    ("events", "reason"),
    [
        ([Answered(AnsweredBy.MACHINE)], "voicemail"),
        ([Answered(AnsweredBy.HUMAN), HungUp()], "hung_up"),
        ([Answered(AnsweredBy.HUMAN), Silence(), Silence(), Silence()], "no_input"),
    ],
)
async def test_every_other_end_of_a_call_is_named(phone: Phone, events: list[Event], reason: str) -> None:
    for event in events:
        await phone.take(event)
    assert await phone.now() == ("failed", reason)


async def test_a_turn_is_taken_once(rooms: Rooms, phone: Phone) -> None:
    before = phone.turn
    turns = [
        rooms.ars.take_turn(phone.verification.verification_id, before, Answered(AnsweredBy.HUMAN), CARRIER)
        for _ in range(5)
    ]
    taken = await asyncio.gather(*turns, return_exceptions=True)
    refused = [one for one in taken if isinstance(one, Refusal)]
    assert len(refused) == 4
    assert {one.problem for one in refused} == {Problem.TURN_ALREADY_TAKEN}


async def test_a_guessed_turn_is_refused_and_disturbs_nothing(rooms: Rooms, phone: Phone) -> None:
    with pytest.raises(Refusal) as refusal:
        await rooms.ars.take_turn(phone.verification.verification_id, "guessed", Answered(AnsweredBy.HUMAN), CARRIER)
    assert refusal.value.problem is Problem.TURN_ALREADY_TAKEN
    assert isinstance((await phone.pick_up()).actions[-1], Ask)


async def test_a_call_nobody_placed_has_no_turns(rooms: Rooms, contact: Contact, phone: Phone) -> None:
    with pytest.raises(Refusal) as refusal:
        await rooms.ars.take_turn("ver_00nobody", phone.turn, Answered(AnsweredBy.HUMAN), CARRIER)
    assert refusal.value.problem is Problem.VERIFICATION_NOT_FOUND


async def test_a_verification_closed_meanwhile_is_said_to_be_over(rooms: Rooms, phone: Phone) -> None:
    await phone.press_the_first_key()
    code = rooms.code_of(phone.verification)
    await rooms.verifications.close(phone.verification, Status.CANCELED, "canceled_by_caller", "screen")
    taken = await phone.take(Keys(code))
    assert taken.actions[-1] == HangUp()
    assert said(taken)
    assert await phone.now() == ("canceled", "canceled_by_caller")


async def test_the_right_number_past_its_time_is_too_late(rooms: Rooms, phone: Phone) -> None:
    await phone.press_the_first_key()
    code = rooms.code_of(phone.verification)
    await rooms.let_life_pass(phone.verification)
    assert (await phone.take(Keys(code))).actions[-1] == HangUp()
    assert (await rooms.read(phone.verification)).shown_status == "expired"


async def test_the_code_is_in_no_state_that_is_kept_of_the_dialogue(rooms: Rooms, phone: Phone) -> None:
    await phone.press_the_first_key()
    await phone.take(Keys(rooms.another_code(phone.verification)))
    kept = (await rooms.read(phone.verification)).dialogue
    assert rooms.code_of(phone.verification) not in kept
    assert rooms.another_code(phone.verification) not in kept


async def test_another_carrier_does_not_lead_the_call_though_it_knows_the_turn(phone: Phone, rooms: Rooms) -> None:
    with pytest.raises(Refusal) as refused:
        await rooms.ars.take_turn(phone.verification.verification_id, phone.turn, Answered(AnsweredBy.HUMAN), "second")
    assert refused.value.problem is Problem.VERIFICATION_NOT_FOUND
    await phone.pick_up()
