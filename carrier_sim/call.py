"""One call, from dialling to the end: an actor that rings a phone and follows TwiML.

Keys count only while a `<Gather>` is open: before, between and after they are dropped, as at the real
carrier. Sources: https://www.twilio.com/docs/voice/twiml, https://www.twilio.com/docs/voice/api/call-resource
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from urllib.parse import urljoin

from carrier_sim.call_callbacks import CallCallbacks
from carrier_sim.keys import KeyEntry
from carrier_sim.pace import Background, Pace
from carrier_sim.phones import Phones
from carrier_sim.records import Call, CallStatus, Saying, now
from carrier_sim.settings import Behaviour
from carrier_sim.twiml import (
    Gather,
    Hangup,
    Pause,
    Play,
    Redirect,
    Say,
    TwimlError,
    Verb,
    parse_voice,
)
from carrier_sim.webhooks import Webhook, WebhookFailed, Webhooks, is_web_address

DIALLING_SECONDS = 0.05
ROUTING_SECONDS = 0.2
NETWORK_GIVES_UP_SECONDS = 3.0
"""How long a phone that is `no_answer` rings, unless the caller gives up before."""

DETECTION_SECONDS = 0.3
GREETING_KEY_SECONDS = 0.1

APPLICATION_ERROR = "We are sorry. An application error has occurred. Goodbye."


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


@dataclass(frozen=True, slots=True)
class Document:
    """Where the next TwiML comes from: an address to ask, or the TwiML itself."""

    url: str = ""
    method: str = "POST"
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    inline: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPlan:
    """What the account asked for."""

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
        phones: Phones,
        callbacks: CallCallbacks,
        webhooks: Webhooks,
        background: Background,
        pace: Pace,
        speech_seconds: Callable[[str, bool], float],
        changed: Callable[[Call], None],
    ) -> None:
        self.call = call
        self._plan = plan
        self._phones = phones
        self._phone = phones.peek(call.to)
        self._callbacks = callbacks
        self._webhooks = webhooks
        self._background = background
        self._pace = pace
        self._speech_seconds = speech_seconds
        self._changed = changed
        self._outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._human_pace = False
        self._next: Document | None = plan.document
        self._talking: asyncio.Task[None] | None = None
        self._entry: KeyEntry | None = None

    async def run(self) -> None:
        """The whole call. Cancelling it drops the call without a word."""
        await self._pace.sleep(DIALLING_SECONDS)
        self._callbacks.initiated(self.call)
        outcome = await self._ring()
        if outcome is Outcome.ANSWERED:
            await self._talk()
            self._end(CallStatus.COMPLETED, 200)
        else:
            self._end(*outcome.value)

    # What the person with the phone does.

    def answer(self, *, human_pace: bool = False) -> None:
        """Pick up; at `human_pace` what is said takes as long as a person speaks."""
        self._require(CallStatus.RINGING)
        self._human_pace = human_pace
        self._settle(Outcome.ANSWERED)

    def reject(self) -> None:
        self._require(CallStatus.RINGING)
        self._settle(Outcome.REJECTED)

    def press(self, keys: str) -> None:
        self._require(CallStatus.IN_PROGRESS)
        for key in keys:
            if self._entry is not None:
                self._entry.press(key)

    def hang_up(self) -> None:
        self._require(CallStatus.IN_PROGRESS)
        self._stop_talking(None)

    # What the account does.

    def complete(self, *, only_unanswered: bool) -> None:
        """End the call, or, when `only_unanswered`, cancel it if nobody has picked up."""
        if not self._outcome.done():
            self._settle(Outcome.CANCELED)
        elif not only_unanswered and self.call.status is CallStatus.IN_PROGRESS:
            self._stop_talking(None)

    def redirect(self, document: Document) -> None:
        """Leave the TwiML that is being followed, and follow this."""
        self._require(CallStatus.IN_PROGRESS)
        self._stop_talking(document)

    def _require(self, status: CallStatus) -> None:
        ended = status is CallStatus.RINGING and self._outcome.done()
        if self.call.status is not status or ended:
            raise WrongMoment

    def _settle(self, outcome: Outcome) -> None:
        self._outcome.set_result(outcome)
        if outcome is Outcome.ANSWERED:
            self.call.answered = now()
            self._enter(CallStatus.IN_PROGRESS)
            self._callbacks.answered(self.call)

    def _enter(self, status: CallStatus) -> None:
        self.call.status, self.call.updated = status, now()
        self._changed(self.call)

    def _stop_talking(self, document: Document | None) -> None:
        self._next = document
        if self._talking is not None:
            self._talking.cancel()

    def _end(self, status: CallStatus, sip_response: int) -> None:
        self.call.ended = now()
        self.call.saying, self.call.listening = None, False
        self._enter(status)
        self._callbacks.completed(self.call, sip_response)

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

    async def _talk(self) -> None:
        if self._phone.behaviour is Behaviour.VOICEMAIL and self._phone.greeting_keys:
            self._background.spawn(self._play_greeting_keys(self._phone.greeting_keys))
        while self._next is not None:
            document, self._next = self._next, None
            self._talking = self._background.spawn(self._follow(document))
            await asyncio.wait([self._talking])
            self._entry, self.call.saying, self.call.listening = None, None, False
        self._talking = None

    async def _play_greeting_keys(self, keys: str) -> None:
        for key in keys:
            await self._pace.sleep(GREETING_KEY_SECONDS)
            if self.call.status is CallStatus.IN_PROGRESS:
                self.press(key)

    async def _follow(self, first: Document) -> None:
        document: Document | None = first
        try:
            if self.call.answered_by is None and self._plan.machine_detection:
                await self._detect_machine()
            while document is not None:
                verbs = await self._open(document)
                document = await self._act(verbs, document)
        except (WebhookFailed, TwimlError):
            await self._say(Say(APPLICATION_ERROR, "en-US"))

    async def _detect_machine(self) -> None:
        await self._pace.sleep(DETECTION_SECONDS)
        machine = "machine_end_beep" if self._plan.machine_detection == "DetectMessageEnd" else "machine_start"
        self.call.answered_by = machine if self._phone.behaviour is Behaviour.VOICEMAIL else "human"

    async def _open(self, document: Document) -> tuple[Verb, ...]:
        if document.inline:
            return parse_voice(document.inline)
        if not is_web_address(document.url):
            raise TwimlError("an address that leads nowhere")
        params = {**self._callbacks.voice_params(self.call), **document.params}
        return parse_voice(await self._webhooks.ask(Webhook(document.url, params, document.method)))

    async def _act(self, verbs: tuple[Verb, ...], document: Document) -> Document | None:
        """Do the verbs in order; the document to go on with, or None to hang up."""
        for verb in verbs:
            match verb:
                case Gather():
                    if (answered := await self._gather(verb, document)) is not None:
                        return answered
                case Redirect():
                    return Document(urljoin(document.url, verb.url), verb.method)
                case Hangup():
                    return None
                case Say() | Pause() | Play():
                    await self._perform(verb)
        return None

    async def _gather(self, gather: Gather, document: Document) -> Document | None:
        entry = self._entry = KeyEntry(gather.num_digits, gather.finish_on_key)
        self.call.turn += 1
        self.call.listening = True
        self._changed(self.call)
        for prompt in gather.prompts:
            if not entry.begun:
                await self._perform(prompt, entry)
        while not entry.complete and await entry.next_key(self._pace.scaled(gather.timeout)):
            pass
        self._entry = None
        self.call.listening = False
        self._changed(self.call)
        if not entry.begun and not gather.action_on_empty_result:
            return None
        params = {"Digits": entry.digits, "FinishedOnKey": entry.finished_on_key}
        return Document(urljoin(document.url, gather.action), gather.method, params)

    async def _perform(self, prompt: Say | Pause | Play, entry: KeyEntry | None = None) -> None:
        match prompt:
            case Say():
                await self._say(prompt, entry)
            case Pause():
                await self._wait(prompt.seconds, entry)

    async def _say(self, say: Say, entry: KeyEntry | None = None) -> None:
        seconds = self._speech_seconds(say.text, self._human_pace)
        self.call.saying = Saying(say.text, say.language, self._pace.scaled(seconds))
        self._changed(self.call)
        await self._wait(seconds, entry)
        self.call.saying = None
        self.call.heard.append(say.text)
        if entry is None:
            # Counted when it has been said: keys pressed any sooner would be dropped.
            self.call.turn += 1
        self._changed(self.call)

    async def _wait(self, seconds: float, entry: KeyEntry | None) -> None:
        if entry is None:
            await self._pace.sleep(seconds)
        else:
            await entry.next_key(self._pace.scaled(seconds))
