"""The gateway's public interface, as the desk calls it. The key never leaves the server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout

from desk.refusals import DeskRefused, GatewayRefused, Refusal

_PATIENCE = ClientTimeout(total=15)
_STREAM_PATIENCE = ClientTimeout(total=None, sock_read=60)
"""A stream is as long as its verification, and never silent for a minute."""


class GatewayClient:
    """Raises `GatewayRefused` for what the gateway refuses, `DeskRefused` when it cannot be reached."""

    def __init__(self, base_url: str, key: str) -> None:
        self._base_url = base_url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {key}"}

    async def open(self) -> None:
        self._session = ClientSession(headers=self._headers, timeout=_PATIENCE)

    async def close(self) -> None:
        await self._session.close()

    async def get(self, path: str, locale: str) -> Any:
        return await self._call("GET", path, locale)

    async def post(self, path: str, locale: str, body: object, once: str | None = None) -> Any:
        """`once` is the `Idempotency-Key` of what must not be done twice."""
        return await self._call("POST", path, locale, orjson.dumps(body), once)

    @asynccontextmanager
    async def stream(self, path: str, locale: str) -> AsyncIterator[ClientResponse]:
        """An answer whose body is still to come."""
        try:
            async with self._session.get(
                self._base_url + path, headers={"Accept-Language": locale}, timeout=_STREAM_PATIENCE
            ) as response:
                await _require_success(response)
                yield response
        except (ClientError, TimeoutError, orjson.JSONDecodeError):
            raise DeskRefused(Refusal.GATEWAY_UNREACHABLE) from None

    async def _call(
        self, method: str, path: str, locale: str, data: bytes | None = None, once: str | None = None
    ) -> Any:
        headers = {"Accept-Language": locale, "Content-Type": "application/json"}
        if once is not None:
            headers["Idempotency-Key"] = once
        try:
            async with self._session.request(method, self._base_url + path, data=data, headers=headers) as response:
                await _require_success(response)
                return orjson.loads(await response.read())
        except (ClientError, TimeoutError, orjson.JSONDecodeError):
            raise DeskRefused(Refusal.GATEWAY_UNREACHABLE) from None


async def _require_success(response: ClientResponse) -> None:
    if response.status >= 400:
        raise GatewayRefused(response.status, orjson.loads(await response.read()))
