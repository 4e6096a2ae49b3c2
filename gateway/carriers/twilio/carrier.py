"""Texts and calls out through Twilio's REST API, as the ports of `gateway.core.ports` ask for them."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from aiohttp import ClientConnectorError, ClientError, ConnectionTimeoutError
from twilio.base.exceptions import TwilioRestException, TwilioServiceException

from gateway.carriers.twilio.translations import failure
from gateway.core.delivery import DeliveryReason, DeliveryRef
from gateway.core.ports import CarrierTimedOut, CarrierUnavailable, OutgoingCall, OutgoingText

if TYPE_CHECKING:
    from twilio.rest import Client

WEBHOOKS = "/webhooks/twilio"
"""Where all of Twilio's requests come in, below the public URL."""

_SID = re.compile("[A-Za-z0-9]{1,64}")
"""What names a text or a call at a carrier that speaks this API; it becomes part of addresses."""

_CALL_IS_OVER = (20404, 21220)
"""Error codes: no such call; the call is not in progress."""


class TwilioCarrier:
    """A `TextCarrier` and a `CallCarrier`. Made anywhere, used in one event loop, closed there."""

    def __init__(
        self,
        *,
        name: str,
        account_sid: str,
        auth_token: str,
        sms_number: str | None,
        voice_number: str | None,
        public_url: str,
        api_base_url: str | None,
        timeout_seconds: float,
    ) -> None:
        """`public_url` is where Twilio reaches the gateway; `api_base_url` replaces `https://api.twilio.com`.

        A carrier without `sms_number` is never asked to send a text, nor one without `voice_number` to place a call.
        """
        self.name = name
        self._account_sid, self._auth_token = account_sid, auth_token
        self._api_base_url, self._timeout_seconds = api_base_url, timeout_seconds
        self._sdk: Client | None = None
        self._loading = asyncio.Lock()
        self._sms_number = sms_number
        self._voice_number = voice_number
        self._webhooks = public_url.rstrip("/") + WEBHOOKS

    async def send_text(self, text: OutgoingText) -> str:
        """Create a message; answers its sid. Reports come to `messages/…`, if there is a `ref`."""
        wanted = {"to": text.to.e164, "from_": self._sms_number, "body": text.body}
        if text.ref is not None:
            wanted["status_callback"] = f"{self._webhooks}/messages/{_path(text.ref)}"
        with _translated():
            message = await (await self._client()).messages.create_async(**wanted)
            return _sid(message.sid)

    async def place_call(self, call: OutgoingCall) -> str:
        """Create a call; answers its sid. Turns come to `voice/…`, reports to `calls/…`."""
        ref = call.ref
        with _translated():
            placed = await (await self._client()).calls.create_async(
                to=call.to.e164,
                from_=self._voice_number,
                url=f"{self._webhooks}/voice/{ref.verification_id}/{call.first_turn}/answered",
                status_callback=f"{self._webhooks}/calls/{_path(ref)}",
                status_callback_event=["initiated", "ringing", "answered", "completed"],
                timeout=call.ring_seconds,
                machine_detection="Enable",
            )
            return _sid(placed.sid)

    async def end_call(self, call_id: str) -> None:
        """Complete the call, which cancels it if it still rings."""
        with _translated():
            try:
                await (await self._client()).calls(call_id).update_async(status="completed")
            except TwilioRestException as error:
                if error.code not in _CALL_IS_OVER:
                    raise

    async def close(self) -> None:
        """Close the connections."""
        if self._sdk is not None:
            await self._sdk.http_client.close()

    async def _client(self) -> "Client":
        async with self._loading:
            if self._sdk is None:
                self._sdk = await asyncio.to_thread(self._load)
            return self._sdk

    def _load(self) -> "Client":
        # The SDK takes a tenth of a second and 5 MB to load, so it is not loaded in the event loop, nor before there is
        # something to send: a process that only takes requests never has anything.
        from gateway.carriers.twilio.http_client import sdk_client

        return sdk_client(self._account_sid, self._auth_token, self._api_base_url, self._timeout_seconds)


@contextmanager
def _translated() -> Iterator[None]:
    """Turn what goes wrong into the port's exceptions, without the cause: it quotes numbers and bodies."""
    try:
        yield
    except (TwilioRestException, TwilioServiceException) as error:
        raise failure(error.status, error.code) from None
    except ConnectionTimeoutError:
        raise CarrierUnavailable(DeliveryReason.CARRIER_TIMEOUT) from None
    except ClientConnectorError:
        raise CarrierUnavailable(DeliveryReason.CARRIER_ERROR) from None
    except (TimeoutError, ClientError):
        raise CarrierTimedOut from None
    except (AttributeError, LookupError, RecursionError, TypeError, ValueError):
        # The SDK could not read the answer: whether the thing was done is as open as without one.
        raise CarrierTimedOut from None


def _path(ref: DeliveryRef) -> str:
    """Names a delivery in the address of its reports. A repeated hand-over has its own address, to tell them apart."""
    return f"{ref.verification_id}/{ref.number}" + (f".{ref.send}" if ref.send > 1 else "")


def _sid(sid: object) -> str:
    if not isinstance(sid, str) or _SID.fullmatch(sid) is None:
        raise ValueError("no sid in the answer")
    return sid
