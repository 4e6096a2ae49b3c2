"""Calls the customer's server back, signed as Twilio signs, with retries and seeded faults.

Source: https://www.twilio.com/docs/usage/security
"""

import asyncio
import base64
import hashlib
import hmac
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

import aiohttp
from yarl import URL

from carrier_sim.faults import Faults
from carrier_sim.pace import Background, Pace

RETRY_AFTER_SECONDS = (0.25, 0.5, 1.0, 2.0, 4.0)
"""The customer's server may be restarting: wait so long before each further try."""

OVERTAKEN_SECONDS = 0.4
"""How long an overtaken webhook is held back, so that the next one can pass."""

TIMEOUT = aiohttp.ClientTimeout(total=15)

_log = logging.getLogger(__name__)


class WebhookFailed(Exception):
    """The customer's server could not be reached, or did not answer with success."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """One request to the customer's server."""

    url: str = field(repr=False)
    params: Mapping[str, str] = field(repr=False)
    method: str = "POST"


def is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets that enclose no address, or a port that is none
        return False


def signature(auth_token: str, url: str, params: Mapping[str, str]) -> str:
    """`X-Twilio-Signature`: HMAC-SHA1 over the URL and the sorted body parameters."""
    signed = url + "".join(name + params[name] for name in sorted(params))
    digest = hmac.new(auth_token.encode(), signed.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


class Webhooks:
    """Delivers webhooks. Those of one lane keep their order, unless a fault has one overtaken."""

    def __init__(self, auth_token: str, faults: Faults, background: Background, pace: Pace) -> None:
        self._auth_token = auth_token
        self._faults = faults
        self._background = background
        self._pace = pace
        self._last_of_lane: dict[str, asyncio.Task[None]] = {}
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        connector = aiohttp.TCPConnector(limit=200, limit_per_host=200)
        self._session = aiohttp.ClientSession(connector=connector, timeout=TIMEOUT)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def tell(self, lane: str, webhook: Webhook, answered: Callable[[str], None] | None = None) -> None:
        """Deliver in the background; `answered` gets the body of every successful answer."""
        fate = self._faults.of_webhook()
        if fate.lost:
            return
        before = self._last_of_lane.get(lane)
        held = fate.delay + (OVERTAKEN_SECONDS if fate.overtaken else 0)
        copies = 2 if fate.duplicated else 1
        task = self._background.spawn(self._deliver(before, held, webhook, copies, answered))
        if not fate.overtaken:
            self._last_of_lane[lane] = task
            task.add_done_callback(lambda done: self._forget(lane, done))

    async def ask(self, webhook: Webhook) -> str:
        """Deliver now and give the answer. Raises WebhookFailed when every try failed."""
        for wait in (*RETRY_AFTER_SECONDS, None):
            try:
                return await self._request(webhook)
            except (aiohttp.ClientError, TimeoutError) as error:
                if wait is None or not _worth_another_try(error):
                    raise WebhookFailed from error
                await self._pace.sleep(wait)
        raise AssertionError

    def _forget(self, lane: str, done: asyncio.Task[None]) -> None:
        if self._last_of_lane.get(lane) is done:
            del self._last_of_lane[lane]

    async def _deliver(
        self,
        before: asyncio.Task[None] | None,
        held: float,
        webhook: Webhook,
        copies: int,
        answered: Callable[[str], None] | None,
    ) -> None:
        if before is not None:
            await asyncio.wait([before])
        await self._pace.sleep(held)
        for _ in range(copies):
            try:
                answer = await self.ask(webhook)
            except WebhookFailed:
                _log.warning("a webhook was given up")
                return
            if answered is not None:
                answered(answer)

    async def _request(self, webhook: Webhook) -> str:
        if self._session is None:
            raise RuntimeError("the carrier is not running")
        form = urlencode(webhook.params)
        if webhook.method == "GET":
            url, data = webhook.url + ("&" if urlsplit(webhook.url).query else "?") + form, None
            signed = signature(self._auth_token, url, {})
        else:
            url, data = webhook.url, form
            signed = signature(self._auth_token, url, webhook.params)
        headers = {"X-Twilio-Signature": signed, "User-Agent": "TwilioProxy/1.1", "Accept": "*/*"}
        if data is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
        # The URL is what was signed: it must not be quoted again on its way.
        async with self._session.request(
            webhook.method, URL(url, encoded=True), data=data, headers=headers, allow_redirects=False
        ) as response:
            response.raise_for_status()
            if response.status >= 300:
                raise aiohttp.ClientResponseError(response.request_info, (), status=response.status)
            return await response.text()


def _worth_another_try(error: aiohttp.ClientError | TimeoutError) -> bool:
    return not isinstance(error, aiohttp.ClientResponseError) or error.status >= 500
