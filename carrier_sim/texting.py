"""Carries texts: from the account to phones with status callbacks, and from phones to the inbound webhook.

Sources: https://www.twilio.com/docs/messaging/guides/track-outbound-message-status,
https://www.twilio.com/docs/messaging/guides/webhook-request
"""

import logging

from carrier_sim.events import Events
from carrier_sim.numbers import country, is_landline
from carrier_sim.pace import Background, Pace
from carrier_sim.phones import Phones
from carrier_sim.records import Direction, Message, MessageStatus, Records, new_sid, now
from carrier_sim.segments import count_segments
from carrier_sim.settings import Account, Behaviour
from carrier_sim.twiml import TwimlError, parse_messages
from carrier_sim.views import message_view
from carrier_sim.webhooks import Webhook, Webhooks

UNREACHABLE_HANDSET = 30003
LANDLINE = 30006

SENDING_SECONDS = 0.05
ARRIVING_SECONDS = 0.15

STOP_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"})
START_WORDS = frozenset({"START", "UNSTOP", "YES"})

_log = logging.getLogger(__name__)


class Texting:
    """The texts of one account."""

    def __init__(
        self,
        account: Account,
        phones: Phones,
        webhooks: Webhooks,
        events: Events,
        background: Background,
        pace: Pace,
    ) -> None:
        self._account = account
        self._phones = phones
        self._webhooks = webhooks
        self._events = events
        self._background = background
        self._pace = pace
        self.messages: Records[Message] = Records()

    def send(self, *, to: str, from_: str, body: str, direction: Direction, status_callback: str = "") -> Message:
        """Take a text of the account to a phone; its status changes follow by themselves."""
        message = Message(
            sid=new_sid("SM"),
            account=self._account.name,
            to=to,
            from_=from_,
            body=body,
            direction=direction,
            status=MessageStatus.QUEUED,
            status_callback=status_callback,
        )
        self.messages.add(message)
        self._background.spawn(self._carry(message))
        return message

    def receive(self, *, from_: str, to: str, body: str) -> Message:
        """Take a text of a phone to the account, and its answer, if there is one, back."""
        message = Message(
            sid=new_sid("SM"),
            account=self._account.name,
            to=to,
            from_=from_,
            body=body,
            direction=Direction.INBOUND,
            status=MessageStatus.RECEIVED,
            arrived=True,
            sent=now(),
        )
        self.messages.add(message)
        self._events.publish("message", message_view(message))
        self._opt_out_or_in(message)
        if self._account.inbound_url:
            webhook = Webhook(self._account.inbound_url, self._inbound_params(message))
            self._webhooks.tell(from_, webhook, lambda document: self._answer(message, document))
        return message

    async def _carry(self, message: Message) -> None:
        self._report(message, MessageStatus.QUEUED)
        await self._pace.sleep(SENDING_SECONDS)
        message.sent = now()
        self._report(message, MessageStatus.SENT)
        await self._pace.sleep(ARRIVING_SECONDS)
        if is_landline(message.to):
            self._report(message, MessageStatus.UNDELIVERED, LANDLINE)
        elif self._phones.peek(message.to).behaviour is Behaviour.UNREACHABLE:
            self._report(message, MessageStatus.UNDELIVERED, UNREACHABLE_HANDSET)
        else:
            message.arrived = True
            self._report(message, MessageStatus.DELIVERED)

    def _report(self, message: Message, status: MessageStatus, error_code: int | None = None) -> None:
        message.status, message.error_code, message.updated = status, error_code, now()
        if message.arrived:
            self._events.publish("message", message_view(message))
        if not message.status_callback:
            return
        params = {
            "MessageSid": message.sid,
            "SmsSid": message.sid,
            "MessageStatus": status.value,
            "SmsStatus": status.value,
            "To": message.to,
            "From": message.from_,
            "AccountSid": self._account.account_sid,
            "ApiVersion": "2010-04-01",
        }
        if error_code is not None:
            params["ErrorCode"] = str(error_code)
        self._webhooks.tell(message.sid, Webhook(message.status_callback, params))

    def _inbound_params(self, message: Message) -> dict[str, str]:
        return {
            "MessageSid": message.sid,
            "SmsSid": message.sid,
            "SmsMessageSid": message.sid,
            "AccountSid": self._account.account_sid,
            "From": message.from_,
            "To": message.to,
            "Body": message.body,
            "NumMedia": "0",
            "NumSegments": str(count_segments(message.body)),
            "SmsStatus": message.status.value,
            "ApiVersion": "2010-04-01",
            **place_params("From", message.from_),
            **place_params("To", message.to),
        }

    def _answer(self, message: Message, document: str) -> None:
        try:
            bodies = parse_messages(document)
        except TwimlError:
            _log.warning("the answer to an inbound text is not TwiML that can be followed")
            return
        for body in bodies:
            self.send(to=message.from_, from_=message.to, body=body, direction=Direction.OUTBOUND_REPLY)

    def _opt_out_or_in(self, message: Message) -> None:
        word = message.body.strip().upper()
        if word in STOP_WORDS | START_WORDS:
            self._phones.get(message.from_).opted_out = word in STOP_WORDS


def place_params(side: str, number: str) -> dict[str, str]:
    """Where a number is from, as far as is known: the carrier sends the names even when they are empty."""
    return {
        f"{side}City": "",
        f"{side}State": "",
        f"{side}Zip": "",
        f"{side}Country": country(number),
    }
