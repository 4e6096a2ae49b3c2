"""What happens in an answered call: TwiML is followed, sentences are said, keys are taken.

Keys count only while a `<Gather>` is open: before, between and after they are dropped, as at the real
carrier. Source: https://www.twilio.com/docs/voice/twiml
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin

from carrier_sim.call_callbacks import CallCallbacks
from carrier_sim.keys import KeyEntry
from carrier_sim.pace import Background, Pace
from carrier_sim.records import Call, Saying
from carrier_sim.twiml import Gather, Hangup, Pause, Play, Redirect, Say, TwimlError, Verb, parse_voice
from carrier_sim.webhooks import Webhook, WebhookFailed, Webhooks, is_web_address

APPLICATION_ERROR = "We are sorry. An application error has occurred. Goodbye."


@dataclass(frozen=True, slots=True)
class Document:
    """Where the next TwiML comes from: an address to ask, or the TwiML itself."""

    url: str = ""
    method: str = "POST"
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    inline: str = field(default="", repr=False)


class Talk:
    """The conversation of one call."""

    def __init__(
        self,
        call: Call,
        first: Document,
        *,
        callbacks: CallCallbacks,
        webhooks: Webhooks,
        background: Background,
        pace: Pace,
        speech_seconds: Callable[[str, bool], float],
        changed: Callable[[Call], None],
    ) -> None:
        self._call = call
        self._callbacks = callbacks
        self._webhooks = webhooks
        self._background = background
        self._pace = pace
        self._speech_seconds = speech_seconds
        self._changed = changed
        self._next: Document | None = first
        self._following: asyncio.Task[None] | None = None
        self._entry: KeyEntry | None = None
        self.human_pace = False

    async def run(self) -> None:
        """Talk until the TwiML ends or somebody hangs up."""
        while self._next is not None:
            document, self._next = self._next, None
            self._following = self._background.spawn(self._follow(document))
            await asyncio.wait([self._following])
            self._entry, self._call.saying, self._call.listening = None, None, False

    def press(self, keys: str) -> None:
        for key in keys:
            if self._entry is not None:
                self._entry.press(key)

    def leave_for(self, document: Document | None) -> None:
        """Stop what is going on and follow this document, or hang up."""
        self._next = document
        if self._following is not None:
            self._following.cancel()

    async def _follow(self, first: Document) -> None:
        document: Document | None = first
        try:
            while document is not None:
                document = await self._act(await self._open(document), document)
        except (WebhookFailed, TwimlError):
            await self._say(Say(APPLICATION_ERROR, "en-US"))

    async def _open(self, document: Document) -> tuple[Verb, ...]:
        if document.inline:
            return parse_voice(document.inline)
        if not is_web_address(document.url):
            raise TwimlError("an address that leads nowhere")
        params = {**self._callbacks.voice_params(self._call), **document.params}
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
        self._call.turn += 1
        self._call.listening = True
        self._changed(self._call)
        for prompt in gather.prompts:
            if not entry.begun:
                await self._perform(prompt, entry)
        while not entry.complete and await entry.next_key(self._pace.scaled(gather.timeout)):
            pass
        self._entry = None
        self._call.listening = False
        self._changed(self._call)
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
        seconds = self._speech_seconds(say.text, self.human_pace)
        self._call.saying = Saying(say.text, say.language, self._pace.scaled(seconds))
        self._changed(self._call)
        await self._wait(seconds, entry)
        self._call.saying = None
        self._call.heard.append(say.text)
        if entry is None:
            # Counted when it has been said: keys pressed any sooner would be dropped.
            self._call.turn += 1
        self._changed(self._call)

    async def _wait(self, seconds: float, entry: KeyEntry | None) -> None:
        if entry is None:
            await self._pace.sleep(seconds)
        else:
            await entry.next_key(self._pace.scaled(seconds))
