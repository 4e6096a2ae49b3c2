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
    OtherAccount,
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
class TwilioAccount:
    """An account whose webhooks are taken: which of our carriers it is, and the tokens that prove its requests.

    Twilio signs with the primary token only; while the secondary one is replacing it, either may have signed.
    """

    carrier: str
    account_sid: str
    auth_tokens: Sequence[str] = field(repr=False)
    takes_replies: bool

    def signed(self, address: str, parameters: Mapping[str, str], signature: str) -> bool:
        return any(RequestValidator(token).validate(address, parameters, signature) for token in self.auth_tokens)


@dataclass(frozen=True, slots=True)
class SignedForm:
    """The parameters of a request, and the carrier that it is proven to come from."""

    carrier: str
    parameters: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class InboundText:
    """A text that somebody sent us, from a number in E.164. `repr` hides all but the carrier's id."""

    message_id: str
    sender: str = field(repr=False)
    body: str = field(repr=False)


class TwilioWebhooks:
    """Reads the webhooks of the firm's accounts. `authenticate` first; its form goes to one of the `parse_…`."""

    def __init__(self, accounts: Sequence[TwilioAccount], public_url: str) -> None:
        """`public_url` is the address that Twilio was given, whatever proxies stand in between."""
        self._accounts = {account.account_sid: account for account in accounts}
        self._replies_from = {account.carrier for account in accounts if account.takes_replies}
        self._public_url = public_url.rstrip("/")

    def authenticate(self, path_and_query: str, content_type: str, body: bytes, signature: str | None) -> SignedForm:
        """The form, and which carrier it is from: only a token of the account that it names can have signed it.

        Raises `SignatureRefused` for a wrong signature, whatever else is wrong, and `ParametersRefused` for what Twilio
        signed but we do not take: a query, which none of our addresses has, or a body that is not a form, of which it
        signs the address alone.
        """
        is_form = content_type.partition(";")[0].strip().lower() == FORM
        pairs = _pairs(body) if is_form and body else []
        parameters, address = dict(pairs), self._public_url + path_and_query
        account = self._accounts.get(parameters.get("AccountSid", ""))
        signers = self._accounts.values() if account is None else (account,)
        if not signature or not any(one.signed(address, parameters, signature) for one in signers):
            raise SignatureRefused
        if "?" in path_and_query:
            raise ParametersRefused("a query is not expected")
        if not is_form:
            raise ParametersRefused(f"the content type is not {FORM}")
        if len(parameters) != len(pairs):
            raise ParametersRefused("a parameter is given twice")
        if account is None:
            raise OtherAccount("malformed or missing parameter AccountSid")
        return SignedForm(account.carrier, parameters)

    def parse_message_status(self, ref: DeliveryRef, form: SignedForm) -> DeliveryReport:
        """What became of the text `ref`. Raises `ParametersRefused`."""
        parameters = _checked(MESSAGE_STATUS, form)
        status = parameters["MessageStatus"]
        if status not in MESSAGE_STATES:
            raise ParametersRefused("malformed parameter MessageStatus")
        reason = message_reason(status, parameters.get("ErrorCode"))
        return DeliveryReport(ref, MESSAGE_STATES[status], reason, parameters["MessageSid"])

    def parse_call_status(self, ref: DeliveryRef, form: SignedForm) -> DeliveryReport:
        """What became of the call `ref`. Raises `ParametersRefused`."""
        parameters = _checked(CALL_STATUS, form)
        status = parameters["CallStatus"]
        if status not in CALL_STATES:
            raise ParametersRefused("malformed parameter CallStatus")
        reason = call_reason(status, parameters.get("SipResponseCode"))
        return DeliveryReport(ref, CALL_STATES[status], reason, parameters["CallSid"])

    def parse_inbound_text(self, form: SignedForm) -> InboundText:
        """A text to one of our numbers, from a carrier that is trusted with who sent it. Raises `ParametersRefused`."""
        if form.carrier not in self._replies_from:
            raise ParametersRefused("this carrier is not set up for inbound texts")
        parameters = _checked(INBOUND_TEXT, form)
        return InboundText(parameters["MessageSid"], parameters["From"], parameters["Body"])

    def parse_voice_turn(self, event: str, form: SignedForm) -> Answered | EarlyKeys | Keys | Silence:
        """The dialogue's event; `event` ends the turn's address: answered, early, keys or silence.

        Raises `ParametersRefused`, and KeyError for an `event` that no address of ours ends in.
        """
        parameters = _checked(_VOICE_TURNS[event], form)
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


def _checked(expected: Parameters, form: SignedForm) -> Mapping[str, str]:
    expected.check(form.parameters)
    return form.parameters


_VOICE_TURNS = {
    "answered": VOICE_ANSWERED,
    "early": VOICE_KEYS,
    "keys": VOICE_KEYS,
    "silence": VOICE_SILENCE,
}


def _pairs(body: bytes) -> list[tuple[str, str]]:
    """Names and values of a form. Raises `SignatureRefused`: what cannot be read cannot be proven either."""
    try:
        return parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=_MAX_PARAMETERS,
        )
    except ValueError:
        raise SignatureRefused from None
