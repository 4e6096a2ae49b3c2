"""Twilio's webhooks: proven to be Twilio's, held to the parameters we know, and told in our words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from twilio.request_validator import RequestValidator

from gateway.carriers.twilio.parameters import (
    CALL_STATUS,
    INBOUND_TEXT,
    MESSAGE_STATUS,
    VOICE_ANSWERED,
    VOICE_KEYS,
    VOICE_SILENCE,
    Parameters,
    ParametersRefused,
)
from gateway.carriers.twilio.translations import CALL_STATES, MESSAGE_STATES, call_reason, message_reason
from gateway.core.delivery import DeliveryRef, DeliveryReport
from ivr.events import Answered, AnsweredBy, EarlyKeys, Keys, Silence

FORM = "application/x-www-form-urlencoded"

_MAX_PARAMETERS = 100

_ANSWERED_BY = {
    "human": AnsweredBy.HUMAN,
    "machine_start": AnsweredBy.MACHINE,
    "machine_end_beep": AnsweredBy.MACHINE,
    "machine_end_silence": AnsweredBy.MACHINE,
    "machine_end_other": AnsweredBy.MACHINE,
    "fax": AnsweredBy.MACHINE,
}


class SignatureRefused(Exception):
    """The request is not proven to come from Twilio."""


@dataclass(frozen=True, slots=True)
class InboundText:
    """A text that somebody sent us; numbers in E.164. `repr` hides all but the carrier's id."""

    message_id: str
    sender: str = field(repr=False)
    recipient: str = field(repr=False)
    body: str = field(repr=False)


class TwilioWebhooks:
    """Reads the webhooks of one account. `authenticate` first; its parameters go to one of the `parse_…`."""

    def __init__(self, *, auth_tokens: Sequence[str], account_sid: str, public_url: str) -> None:
        """`public_url` is the address that Twilio was given, whatever proxies stand in between.

        Twilio signs with the primary token alone; while the secondary one takes its place, either may come.
        """
        self._validators = [RequestValidator(token) for token in auth_tokens]
        self._account_sid = account_sid
        self._public_url = public_url.rstrip("/")

    def authenticate(
        self, path_and_query: str, content_type: str, body: bytes, signature: str | None
    ) -> dict[str, str]:
        """The parameters of a signed form. Raises `SignatureRefused` or `ParametersRefused`.

        A query is refused: none of our addresses has one, and `bodySHA256` in it would make the
        validator vouch for a body that is not a form.
        """
        if not signature:
            raise SignatureRefused
        if "?" in path_and_query:
            raise ParametersRefused("a query is not expected")
        if content_type.partition(";")[0].strip().lower() != FORM:
            raise ParametersRefused(f"the content type is not {FORM}")
        parameters = _form(body)
        url = self._public_url + path_and_query
        if not any(validator.validate(url, parameters, signature) for validator in self._validators):
            raise SignatureRefused
        return parameters

    def parse_message_status(self, ref: DeliveryRef, parameters: Mapping[str, str]) -> DeliveryReport:
        """What became of the text `ref`. Raises `ParametersRefused`."""
        self._check(MESSAGE_STATUS, parameters)
        status = parameters["MessageStatus"]
        if status not in MESSAGE_STATES:
            raise ParametersRefused("malformed parameter MessageStatus")
        return DeliveryReport(ref, MESSAGE_STATES[status], message_reason(status, parameters.get("ErrorCode")))

    def parse_call_status(self, ref: DeliveryRef, parameters: Mapping[str, str]) -> DeliveryReport:
        """What became of the call `ref`. Raises `ParametersRefused`."""
        self._check(CALL_STATUS, parameters)
        status = parameters["CallStatus"]
        if status not in CALL_STATES:
            raise ParametersRefused("malformed parameter CallStatus")
        return DeliveryReport(ref, CALL_STATES[status], call_reason(status, parameters.get("SipResponseCode")))

    def parse_inbound_text(self, parameters: Mapping[str, str]) -> InboundText:
        """A text to one of our numbers. Raises `ParametersRefused`."""
        self._check(INBOUND_TEXT, parameters)
        return InboundText(parameters["MessageSid"], parameters["From"], parameters["To"], parameters["Body"])

    def parse_voice_turn(self, event: str, parameters: Mapping[str, str]) -> Answered | EarlyKeys | Keys | Silence:
        """The dialogue's event; `event` ends the turn's address: answered, early, keys or silence.

        Raises `ParametersRefused`, and KeyError for an `event` that no address of ours ends in.
        """
        self._check(_VOICE_TURNS[event], parameters)
        match event:
            case "answered":
                by = parameters.get("AnsweredBy")
                heard = AnsweredBy.NOT_REPORTED if by is None else _ANSWERED_BY.get(by, AnsweredBy.UNKNOWN)
                return Answered(heard)
            case "early":
                return EarlyKeys(parameters["Digits"])
            case "keys":
                return Keys(parameters["Digits"])
        return Silence()

    def _check(self, expected: Parameters, parameters: Mapping[str, str]) -> None:
        expected.check(parameters)
        if parameters["AccountSid"] != self._account_sid:
            raise ParametersRefused("malformed parameter AccountSid")


_VOICE_TURNS = {
    "answered": VOICE_ANSWERED,
    "early": VOICE_KEYS,
    "keys": VOICE_KEYS,
    "silence": VOICE_SILENCE,
}


def _form(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=_MAX_PARAMETERS,
        )
    except ValueError:
        raise ParametersRefused("the body is not a form in UTF-8") from None
    parameters = dict(pairs)
    if len(parameters) != len(pairs):
        raise ParametersRefused("a parameter is given twice")
    return parameters
