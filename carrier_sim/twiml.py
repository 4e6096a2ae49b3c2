"""Reads the part of TwiML that calls and answering texts are made of.

Source: https://www.twilio.com/docs/voice/twiml and https://www.twilio.com/docs/messaging/twiml
"""

import re
from dataclasses import dataclass
from xml.etree import ElementTree

DEFAULT_GATHER_TIMEOUT = 5.0
DEFAULT_LANGUAGE = "en-US"


class TwimlError(Exception):
    """The document cannot be followed; the sentence never repeats what it holds."""


@dataclass(frozen=True, slots=True)
class Say:
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Pause:
    seconds: float


@dataclass(frozen=True, slots=True)
class Play:
    """A recording: shown on the phone, and over at once."""


@dataclass(frozen=True, slots=True)
class Gather:
    """Ask for keys. `num_digits` None is no limit; `finish_on_key` empty is none; `action` empty is
    the document's own address."""

    prompts: tuple[Say | Pause | Play, ...]
    num_digits: int | None
    timeout: float
    finish_on_key: str
    action: str
    method: str
    action_on_empty_result: bool


@dataclass(frozen=True, slots=True)
class Redirect:
    url: str
    method: str


@dataclass(frozen=True, slots=True)
class Hangup:
    """Also what `<Reject>` comes to in a call that was placed from here."""


Verb = Say | Pause | Play | Gather | Redirect | Hangup


def parse_voice(document: str) -> tuple[Verb, ...]:
    """The verbs of a voice document, in order. Raises TwimlError."""
    return tuple(_verb(element) for element in _response(document))


def parse_messages(document: str) -> tuple[str, ...]:
    """The texts that a messaging document answers with; none for an empty document. Raises TwimlError."""
    if not document.strip():
        return ()
    bodies = []
    for element in _response(document):
        if element.tag != "Message":
            raise TwimlError("only <Message> is followed in an answer to a text")
        body = element.find("Body")
        bodies.append(_text(element if body is None else body))
    return tuple(bodies)


def _response(document: str) -> ElementTree.Element:
    if "<!DOCTYPE" in document:
        raise TwimlError("a document type is not allowed")
    try:
        root = ElementTree.fromstring(document)  # noqa: S314 - without a DTD there is nothing to expand
    except ElementTree.ParseError as error:
        raise TwimlError("not well-formed XML") from error
    if root.tag != "Response":
        raise TwimlError("the root element is not <Response>")
    return root


def _verb(element: ElementTree.Element) -> Verb:
    match element.tag:
        case "Gather":
            return _gather(element)
        case "Redirect":
            return Redirect(_text(element), _method(element))
        case "Hangup" | "Reject":
            return Hangup()
        case _:
            return _prompt(element)


def _prompt(element: ElementTree.Element) -> Say | Pause | Play:
    match element.tag:
        case "Say":
            return Say(_text(element), element.get("language", DEFAULT_LANGUAGE))
        case "Pause":
            return Pause(_number(element, "length", 1.0))
        case "Play":
            return Play()
        case _:
            raise TwimlError("a verb that is not followed here")


def _gather(element: ElementTree.Element) -> Gather:
    if "dtmf" not in element.get("input", "dtmf").split():
        raise TwimlError("a Gather without dtmf input is not followed here")
    finish_on_key = element.get("finishOnKey", "#")
    if not re.fullmatch("[0-9#*]?", finish_on_key):
        raise TwimlError("finishOnKey is one key or empty")
    limit = _number(element, "numDigits", 0)
    return Gather(
        prompts=tuple(_prompt(child) for child in element),
        num_digits=int(limit) or None,
        timeout=_number(element, "timeout", DEFAULT_GATHER_TIMEOUT),
        finish_on_key=finish_on_key,
        action=element.get("action", ""),
        method=_method(element),
        action_on_empty_result=element.get("actionOnEmptyResult", "false").lower() == "true",
    )


def _text(element: ElementTree.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _method(element: ElementTree.Element) -> str:
    method = element.get("method", "POST").upper()
    if method not in ("GET", "POST"):
        raise TwimlError("method is GET or POST")
    return method


def _number(element: ElementTree.Element, name: str, default: float) -> float:
    value = element.get(name)
    if value is None or (name == "timeout" and value == "auto"):
        return default
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,3})?", value):
        raise TwimlError(f"{name} is not a number")
    return float(value)
