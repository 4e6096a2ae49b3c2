"""One call, from dialling to the end: an actor that rings a phone and talks to whoever picks up.

Source: https://www.twilio.com/docs/voice/api/call-resource
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from carrier_sim.call_callbacks import CallCallbacks
from carrier_sim.pace import Background, Pace
from carrier_sim.phones import Phones
from carrier_sim.records import Call, CallStatus, now
from carrier_sim.settings import Behaviour
from carrier_sim.talk import Document, Talk

DIALLING_SECONDS = 0.05
ROUTING_SECONDS = 0.2
NETWORK_GIVES_UP_SECONDS = 3.0
"""How long a phone that is `no_answer` rings, unless the caller gives up before."""

DETECTION_SECONDS = 0.3
GREETING_KEY_SECONDS = 0.1


class WrongMoment(Exception):
    """What was asked does not fit the state that the call is in."""


class Outcome(Enum):
    """How dialling ends: the status of the call, and the SIP answer (RFC 3261) that told so."""

    ANSWERED = (CallStatus.IN_PROGRESS, 200)
    BUSY = (CallStatus.BUSY, 486)
    REJECTED = (CallStatus.BUSY, 603)
    NO_ANSWER = (CallStatus.NO_ANSWER, 487)
    UNREACHABLE = (CallStatus.FAILED, 480)
    CANCELED = (CallStatus.CANCELED, 487)


_BY_ITSELF = {
    Behaviour.ANSWERS: (0.8, Outcome.ANSWERED),
    Behaviour.VOICEMAIL: (1.2, Outcome.ANSWERED),
    Behaviour.REJECTS: (0.8, Outcome.REJECTED),
    Behaviour.NO_ANSWER: (NETWORK_GIVES_UP_SECONDS, Outcome.NO_ANSWER),
}
"""What a ringing phone does, after how many seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPlan:
    """What the account asked for. `machine_detection` is empty, `Enable` or `DetectMessageEnd`."""

    document: Document
    ring_seconds: float
    machine_detection: str = ""


class CallSession:
    """A call that is going on."""

    def __init__(
        self,
        call: Call,
        plan: CallPlan,
        *,
        talk: Talk,
        phones: Phones,
        callbacks: CallCallbacks,
        background: Background,
        pace: Pace,
        changed: Callable[[Call], None],
    ) -> None:
        self.call = call
        self._plan = plan
        self._talk = talk
        self._phones = phones
        self._phone = phones.peek(call.to)
        self._callbacks = callbacks
        self._background = background
        self._pace = pace
        self._changed = changed
        self._outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()

    async def run(self) -> None:
        """The whole call. Cancelling it drops the call without a word."""
        await self._pace.sleep(DIALLING_SECONDS)
        self._callbacks.initiated(self.call)
        outcome = await self._ring()
        if outcome is Outcome.ANSWERED:
            if self._phone.behaviour is Behaviour.VOICEMAIL:
                self._background.spawn(self._play_greeting_keys())
            await self._detect_machine()
            await self._talk.run()
            self._end(CallStatus.COMPLETED, 200)
        else:
            self._end(*outcome.value)

    def answer(self, *, human_pace: bool = False) -> None:
        """Pick up; at `human_pace` what is said takes as long as a person speaks. Raises WrongMoment."""
        self._require_ringing()
        self._talk.human_pace = human_pace
        self._settle(Outcome.ANSWERED)

    def reject(self) -> None:
        """Raises WrongMoment."""
        self._require_ringing()
        self._settle(Outcome.REJECTED)

    def press(self, keys: str) -> None:
        """Raises WrongMoment."""
        self._require_in_progress()
        self._talk.press(keys)

    def hang_up(self) -> None:
        """What the person with the phone does. Raises WrongMoment."""
        self._require_in_progress()
        self._talk.leave_for(None)

    def complete(self, *, only_unanswered: bool) -> None:
        """What the account does: end the call, or, when `only_unanswered`, cancel it if nobody picked up."""
        if not self._outcome.done():
            self._settle(Outcome.CANCELED)
        elif not only_unanswered and self.call.status is CallStatus.IN_PROGRESS:
            self._talk.leave_for(None)

    def redirect(self, document: Document) -> None:
        """Leave the TwiML that is being followed, and follow this. Raises WrongMoment."""
        self._require_in_progress()
        self._talk.leave_for(document)

    def _require_ringing(self) -> None:
        if self.call.status is not CallStatus.RINGING or self._outcome.done():
            raise WrongMoment

    def _require_in_progress(self) -> None:
        if self.call.status is not CallStatus.IN_PROGRESS:
            raise WrongMoment

    async def _ring(self) -> Outcome:
        self._phone = self._phones.peek(self.call.to)
        behaviour = self._phone.behaviour
        if behaviour in (Behaviour.BUSY, Behaviour.UNREACHABLE):
            outcome = Outcome.BUSY if behaviour is Behaviour.BUSY else Outcome.UNREACHABLE
            return await self._settled_within(ROUTING_SECONDS, outcome)
        if not self._outcome.done():
            self._enter(CallStatus.RINGING)
            self._callbacks.ringing(self.call)
        moment, outcome = _BY_ITSELF.get(behaviour, (self._plan.ring_seconds, Outcome.NO_ANSWER))
        if moment >= self._plan.ring_seconds:
            moment, outcome = self._plan.ring_seconds, Outcome.NO_ANSWER
        return await self._settled_within(moment, outcome)

    async def _settled_within(self, seconds: float, otherwise: Outcome) -> Outcome:
        await asyncio.wait([self._outcome], timeout=self._pace.scaled(seconds))
        if not self._outcome.done():
            self._settle(otherwise)
        return self._outcome.result()

    def _settle(self, outcome: Outcome) -> None:
        self._outcome.set_result(outcome)
        if outcome is Outcome.ANSWERED:
            self.call.answered = now()
            self._enter(CallStatus.IN_PROGRESS)
            self._callbacks.answered(self.call)

    async def _detect_machine(self) -> None:
        if not self._plan.machine_detection:
            return
        await self._pace.sleep(DETECTION_SECONDS)
        machine = "machine_end_beep" if self._plan.machine_detection == "DetectMessageEnd" else "machine_start"
        self.call.answered_by = machine if self._phone.behaviour is Behaviour.VOICEMAIL else "human"

    async def _play_greeting_keys(self) -> None:
        for key in self._phone.greeting_keys:
            await self._pace.sleep(GREETING_KEY_SECONDS)
            self._talk.press(key)

    def _enter(self, status: CallStatus) -> None:
        self.call.status, self.call.updated = status, now()
        self._changed(self.call)

    def _end(self, status: CallStatus, sip_response: int) -> None:
        self.call.ended = now()
        self._enter(status)
        self._callbacks.completed(self.call, sip_response)
