"""From the carriers that the firm has set up to the lines that are asked: the one place that knows every kind."""

from contextlib import AsyncExitStack

from gateway.carrier_settings import CarrierEntry, TwilioEntry
from gateway.carriers.twilio.carrier import TwilioCarrier
from gateway.carriers.twilio.webhooks import TwilioAccount
from gateway.core.carriers import Capability
from gateway.methods.routing import Line
from gateway.settings import Settings


def carrier_lines(settings: Settings, stack: AsyncExitStack) -> tuple[Line, ...]:
    """In the firm's order; `stack` closes what they open."""
    return tuple(_line(entry, settings.public_url, stack) for entry in settings.carriers)


def _line(entry: CarrierEntry, public_url: str, stack: AsyncExitStack) -> Line:
    match entry:
        case TwilioEntry():
            twilio = TwilioCarrier(
                name=entry.name,
                account_sid=entry.account_sid,
                auth_token=entry.auth_token.get_secret_value(),
                sms_number=entry.sms_number,
                voice_number=entry.voice_number,
                public_url=public_url,
                api_base_url=entry.api_base_url,
                timeout_seconds=entry.timeout,
            )
            stack.push_async_callback(twilio.close)
            return Line(entry.name, entry.can, entry.countries, texts=twilio, calls=twilio)
        case _:
            raise TypeError(f"there is nothing to build of the kind {entry.kind}")


def twilio_accounts(settings: Settings) -> list[TwilioAccount]:
    """Those whose webhooks are taken."""
    return [
        TwilioAccount(entry.name, entry.account_sid, entry.auth_tokens, Capability.INBOUND in entry.can)
        for entry in settings.carriers
        if isinstance(entry, TwilioEntry)
    ]
