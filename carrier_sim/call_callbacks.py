"""What the account's server is told about a call, in Twilio's words.

Sources: https://www.twilio.com/docs/voice/twiml#request-parameters,
https://www.twilio.com/docs/voice/api/call-resource#statuscallback
"""

from email.utils import format_datetime

from carrier_sim.records import Call, now
from carrier_sim.webhooks import Webhook, Webhooks

EVENTS = ("initiated", "ringing", "answered", "completed")


class CallCallbacks:
    """The status callbacks of one call: those that were asked for, numbered in order."""

    def __init__(self, account_sid: str, webhooks: Webhooks, *, url: str, method: str, events: frozenset[str]) -> None:
        self._account_sid = account_sid
        self._webhooks = webhooks
        self._url = url
        self._method = method
        self._events = events
        self._sequence = 0

    def voice_params(self, call: Call) -> dict[str, str]:
        """What every request about this call says."""
        params = {
            "CallSid": call.sid,
            "AccountSid": self._account_sid,
            "From": call.from_,
            "To": call.to,
            "Caller": call.from_,
            "Called": call.to,
            "CallStatus": call.status.value,
            "Direction": "outbound-api",
            "ApiVersion": "2010-04-01",
        }
        if call.answered_by is not None:
            params["AnsweredBy"] = call.answered_by
        return params

    def initiated(self, call: Call) -> None:
        self._tell("initiated", call, {"CallStatus": "initiated"})

    def ringing(self, call: Call) -> None:
        self._tell("ringing", call, {})

    def answered(self, call: Call) -> None:
        self._tell("answered", call, {})

    def completed(self, call: Call, sip_response: int) -> None:
        """The last one, however the call ended."""
        last = {"CallDuration": str(call.duration), "Duration": str(-(-call.duration // 60))}
        self._tell("completed", call, {**last, "SipResponseCode": str(sip_response)})

    def _tell(self, event: str, call: Call, more: dict[str, str]) -> None:
        sequence, self._sequence = self._sequence, self._sequence + 1
        if not self._url or event not in self._events:
            return
        params = {
            **self.voice_params(call),
            "CallbackSource": "call-progress-events",
            "SequenceNumber": str(sequence),
            "Timestamp": format_datetime(now()),
            **more,
        }
        self._webhooks.tell(call.sid, Webhook(self._url, params, self._method))
