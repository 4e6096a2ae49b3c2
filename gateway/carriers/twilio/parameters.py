"""Which parameters each of Twilio's webhooks may carry, which it must, and what they look like.

Twilio signs names and values run together without separators, so one signature stands for many ways to cut
the string: `Digits=12&From=+8210…` signs like `Digits=12From+8210…`, and whoever texts us chooses a part of
it. Exact names, required ones and tight shapes leave one way: above all, no optional parameter that sorts
after `Body` may hold a `+`, or the real sender could hide in it behind one written into the text. A
parameter that is not listed is refused, also when Twilio has added it.

Sources: https://www.twilio.com/docs/voice/twiml (voice requests), /docs/voice/twiml/gather,
/docs/voice/answering-machine-detection, /docs/voice/api/call-resource#statuscallback,
/docs/messaging/guides/track-outbound-message-status and /docs/messaging/guides/webhook-request.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_SID = "[A-Z]{2}[0-9A-Za-z]{32}"
_E164 = r"\+[1-9][0-9]{6,14}"
_OWN_NUMBER = r"\+?[0-9]{3,15}"
_WORD = "[A-Za-z0-9._-]{0,64}"
_NUMBER = "[0-9]{0,12}"
_KEYS = "[0-9*#A-D]{1,32}"
_PLACE = "[^+]{0,60}"
_URL = "https://[A-Za-z0-9./_-]{1,300}"
_MEDIA_TYPE = "[A-Za-z0-9./;= -]{1,80}"
_SENTENCE = "[^+]{0,400}"
_TOKEN = "[A-Za-z0-9._=-]{0,4000}"  # noqa: S105 (a shape)
_RFC_2822_DATE = r"[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} \+0000"
_BODY = "(?s:.{0,1600})"


class ParametersRefused(Exception):
    """The parameters are not those of a request of Twilio's. The message says which, and never a value."""


class OtherAccount(ParametersRefused):
    """One of our accounts has signed it, but it names another account, or none."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """An allow-list: name to shape (a regular expression for the whole value)."""

    required: Mapping[str, str]
    optional: Mapping[str, str]

    def check(self, given: Mapping[str, str]) -> None:
        """Raises `ParametersRefused` unless `given` has exactly what is listed, in shape."""
        for name in self.required.keys() - given.keys():
            raise ParametersRefused(f"missing parameter {name}")
        for name, value in given.items():
            shape = self.required.get(name) or self.optional.get(name)
            if shape is None:
                # A badly cut name may hold part of a value: only what looks like a name is repeated.
                raise ParametersRefused(f"unknown parameter {name}" if _NAME.fullmatch(name) else "unknown parameter")
            if not re.fullmatch(shape, value):
                raise ParametersRefused(f"malformed parameter {name}")


_NAME = re.compile("[A-Za-z]{1,40}")


def _places(*parties: str) -> dict[str, str]:
    """Where Twilio believes the parties to be: four fields each, often empty."""
    return {f"{party}{part}": _PLACE for party in parties for part in ("City", "State", "Zip", "Country")}


_MESSAGE = {"AccountSid": _SID, "MessageSid": _SID}
_MESSAGE_EXTRAS = {"ApiVersion": _WORD, "SmsSid": _SID, "SmsStatus": _WORD, "MessagingServiceSid": _SID}

MESSAGE_STATUS = Parameters(
    required={**_MESSAGE, "MessageStatus": "[a-z_]{1,20}"},
    optional={
        **_MESSAGE_EXTRAS,
        "From": _OWN_NUMBER,
        "To": _E164,
        "ErrorCode": _NUMBER,
        "ErrorMessage": _SENTENCE,
        "RawDlrDoneDate": _NUMBER,
        "ChannelInstallSid": _SID,
        "ChannelPrefix": _WORD,
        "ChannelStatusMessage": _SENTENCE,
        "ChannelToAddress": _WORD,
        "EventType": _WORD,
    },
)

INBOUND_TEXT = Parameters(
    required={**_MESSAGE, "From": _E164, "To": _OWN_NUMBER, "Body": _BODY},
    optional={
        **_MESSAGE_EXTRAS,
        **_places("From", "To"),
        **{f"MediaUrl{index}": _URL for index in range(10)},
        **{f"MediaContentType{index}": _MEDIA_TYPE for index in range(10)},
        "SmsMessageSid": _SID,
        "NumMedia": _NUMBER,
        "NumSegments": _NUMBER,
        "MessageType": _WORD,
        "OptOutType": _WORD,
        "ReferralNumMedia": _NUMBER,
    },
)

_CALL = {
    "AccountSid": _SID,
    "CallSid": _SID,
    "CallStatus": "[a-z-]{1,20}",
    "Direction": "[a-z-]{1,20}",
    "From": _OWN_NUMBER,
    "To": _E164,
}
_CALL_EXTRAS = {
    **_places("From", "To", "Caller", "Called"),
    "ApiVersion": _WORD,
    "Caller": _OWN_NUMBER,
    "Called": _E164,
    "CallerName": _SENTENCE,
    "CallToken": _TOKEN,
    "ForwardedFrom": _OWN_NUMBER,
    "ParentCallSid": _SID,
    "StirPassportToken": _TOKEN,
    "StirStatus": _WORD,
    "StirVerstat": _WORD,
    "AnsweredBy": "[a-z_]{1,20}",
    "MachineDetectionDuration": _NUMBER,
}

CALL_STATUS = Parameters(
    required=_CALL,
    optional={
        **_CALL_EXTRAS,
        "CallDuration": _NUMBER,
        "Duration": _NUMBER,
        "CallbackSource": _WORD,
        "ErrorCode": _NUMBER,
        "ErrorMessage": _SENTENCE,
        "RecordingDuration": _NUMBER,
        "RecordingSid": _SID,
        "RecordingUrl": _URL,
        "SequenceNumber": _NUMBER,
        "SipResponseCode": _NUMBER,
        "Timestamp": _RFC_2822_DATE,
    },
)

_AFTER_GATHER = {**_CALL_EXTRAS, "FinishedOnKey": "[0-9*#A-Za-z]{0,16}", "msg": _SENTENCE}

VOICE_ANSWERED = Parameters(required=_CALL, optional=_CALL_EXTRAS)
VOICE_KEYS = Parameters(required={**_CALL, "Digits": _KEYS}, optional=_AFTER_GATHER)
VOICE_SILENCE = Parameters(required=_CALL, optional={**_AFTER_GATHER, "Digits": ""})
