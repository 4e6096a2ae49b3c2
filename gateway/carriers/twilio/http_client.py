"""The HTTP client under the Twilio SDK: one pool, a deadline for every request, and nothing in the logs.

The SDK's own asynchronous client opens its session before a loop runs, ignores its time-out, logs every
request, and keeps the last one with its body and credentials.
"""

import logging
import re
from typing import Any
from urllib.parse import urlencode

from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, encode_basic_auth
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from gateway.carriers.bounded import read_at_most
from gateway.core.delivery import DeliveryReason
from gateway.core.ports import CarrierUnavailable

_LARGEST_ANSWER = 65_536
"""Bytes. The longest honest answer, a message of 1,600 characters that are all escaped, has about 12,000."""

_SILENT = logging.Logger("twilio", level=logging.CRITICAL + 1)
"""Outside the hierarchy of loggers, so that no configuration can make it speak."""


class PooledHttpClient(AsyncHttpClient):  # type: ignore[misc]
    """Sends what the SDK asks for. Raises what aiohttp raises, ValueError for an answer that is too long, and
    `CarrierUnavailable` when throttled."""

    def __init__(self, timeout_seconds: float) -> None:
        super().__init__(_SILENT, is_async=True, timeout=timeout_seconds)
        # Half of the time is for what comes before sending: a failure there has certainly done nothing.
        self._timeout = ClientTimeout(
            total=timeout_seconds, connect=timeout_seconds / 2, sock_connect=timeout_seconds / 2
        )
        self._session: ClientSession | None = None

    async def request(
        self,
        method: str,
        url: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 (the SDK's signature; the pool's own deadline holds)
        allow_redirects: bool = False,
    ) -> Any:
        """One request. Redirects are never followed: they would take the credentials along."""
        if self._session is None:
            self._session = ClientSession(timeout=self._timeout, cookie_jar=DummyCookieJar())
        sent_headers = dict(headers or {})
        if auth is not None:
            sent_headers["Authorization"] = encode_basic_auth(*auth)
        query = urlencode(params, doseq=True) if params else ""
        async with self._session.request(
            method.upper(),
            f"{url}?{query}" if query else url,
            data=urlencode(data, doseq=True).encode("ascii") if data else None,
            headers=sent_headers,
            allow_redirects=False,
        ) as response:
            if response.status == 429:
                # Said here because the SDK drops the headers of an error.
                seconds = response.headers.get("Retry-After", "")
                retry_after = float(seconds) if re.fullmatch("[0-9]{1,5}", seconds) else None
                raise CarrierUnavailable(DeliveryReason.THROTTLED, retry_after)
            body = await read_at_most(response.content, _LARGEST_ANSWER)
            return Response(response.status, body.decode(errors="replace"), response.headers)

    async def close(self) -> None:
        """Close the pool; a later request opens another."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def sdk_client(account_sid: str, auth_token: str, api_base_url: str | None, timeout_seconds: float) -> Client:
    """The SDK over such a pool; `api_base_url` replaces `https://api.twilio.com`."""
    # With an environment of our own the SDK does not look for a region and an edge in the process's.
    client = Client(
        account_sid, auth_token, http_client=PooledHttpClient(timeout_seconds), environment={"TWILIO_EDGE": ""}
    )
    if api_base_url is not None:
        client.api.base_url = api_base_url.rstrip("/")
    return client
