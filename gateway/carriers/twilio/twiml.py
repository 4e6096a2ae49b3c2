"""A step of the dialogue as one TwiML document.

A key during the announcement ends the first `<Gather>` and comes to the turn event `early`; a plain `<Say>`
takes no keys; the entry comes from the last `<Gather>` to `keys`; without one Twilio falls through to the
`<Redirect>` to `silence`. See https://www.twilio.com/docs/voice/twiml/gather.
"""

from collections.abc import Callable, Iterable

from twilio.twiml.voice_response import Gather, VoiceResponse

from ivr.actions import FINISH_KEY, Action, Ask, HangUp, Say
from ivr.phrases import Language

_SPEECH = {Language.KOREAN: "ko-KR", Language.ENGLISH: "en-US"}

_EARLY_KEY_SECONDS = 1
"""How long a key still counts as early after the announcement: the least that a `<Gather>` allows."""


def render(actions: Iterable[Action], turn_url: Callable[[str], str]) -> str:
    """The document for one step; `turn_url` gives the absolute address of a turn event.

    Codes to check and denials are the driver's to carry out before, and say nothing. An empty document
    hangs up.
    """
    response = VoiceResponse()
    for action in actions:
        match action:
            case Say(language, sentences):
                _say(response, language, sentences)
            case Ask():
                _ask(response, action, turn_url)
            case HangUp():
                response.hangup()
    return str(response)


def _ask(response: VoiceResponse, ask: Ask, turn_url: Callable[[str], str]) -> None:
    if ask.announcement:
        # Without a finish key every key is noticed: otherwise `#` would just cut the announcement short.
        early = _gather(response, 1, _EARLY_KEY_SECONDS, turn_url("early"), finish_key="")
        _say(early, ask.language, ask.announcement)
    _say(response, ask.language, ask.instructions)
    entry = _gather(response, ask.keys, ask.timeout_seconds, turn_url("keys"), FINISH_KEY)
    _say(entry, ask.language, ask.prompt)
    response.redirect(turn_url("silence"), method="POST")


def _gather(response: VoiceResponse, keys: int, timeout_seconds: int, action: str, finish_key: str) -> Gather:
    return response.gather(
        input="dtmf",
        num_digits=keys,
        timeout=timeout_seconds,
        finish_on_key=finish_key,
        action=action,
        method="POST",
        action_on_empty_result=False,
    )


def _say(verb: VoiceResponse | Gather, language: Language, sentences: Iterable[str]) -> None:
    for sentence in sentences:
        verb.say(_printable(sentence), language=_SPEECH[language])


def _printable(text: str) -> str:
    """The text without control characters: the SDK lets them into a document that then is no XML."""
    return "".join(character if character.isprintable() else " " for character in text)
