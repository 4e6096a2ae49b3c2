"""The gateway's public interface, as the desk calls it. The key never leaves the server."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import Any

import orjson
from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, TCPConnector

from desk.refusals import DeskRefused, GatewayRefused, Refusal

_PATIENCE_SECONDS = 15.0
"""For whatever the page asks, with all tries."""
_NO_END = ClientTimeout(total=None)
_STREAM_PATIENCE = ClientTimeout(total=None, sock_read=60)
"""A stream is as long as its verification, and never silent for a minute."""

_AGAIN_AFTER_SECONDS = (0.2, 1.0)
"""How long to wait before each further try of a request whose answer was lost."""
_OUTCOME_UNKNOWN = frozenset({"store-unavailable", "idempotency-in-progress"})
"""Problems of the gateway that are over soon, and leave open whether something was done."""


class GatewayClient:
    """Raises `GatewayRefused` for what the gateway refuses, `DeskRefused` when it cannot be reached."""

    def __init__(self, base_url: str, key: str) -> None:
        self._base_url = base_url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {key}"}

    async def open(self) -> None:
        # Whoever follows a verification holds a connection: with aiohttp's limit of 100 all others would wait for one.
        self._session = ClientSession(connector=TCPConnector(limit=0), headers=self._headers, timeout=_NO_END)

    async def close(self) -> None:
        await self._session.close()

    async def get(self, path: str, locale: str) -> Any:
        return await _in_time(self._call("GET", path, locale))

    async def post(self, path: str, locale: str, body: object, once: str | None = None) -> Any:
        """Have something done once: where the answer is lost it is asked for again, under the same `Idempotency-Key`.

        `once` is that key, for what calling this twice must not do twice either.
        """
        headers = {"Idempotency-Key": once or secrets.token_urlsafe(16)}
        return await _in_time(self._until_known(path, locale, orjson.dumps(body), headers))

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

    async def _until_known(self, path: str, locale: str, data: bytes, headers: Mapping[str, str]) -> Any:
        for pause in _AGAIN_AFTER_SECONDS:
            try:
                return await self._call("POST", path, locale, data, headers)
            except (DeskRefused, GatewayRefused) as refused:
                if not _is_open(refused):
                    raise
            await asyncio.sleep(pause)
        return await self._call("POST", path, locale, data, headers)

    async def _call(
        self,
        method: str,
        path: str,
        locale: str,
        data: bytes | None = None,
        more_headers: Mapping[str, str] = MappingProxyType({}),
    ) -> Any:
        headers = {"Accept-Language": locale, "Content-Type": "application/json", **more_headers}
        try:
            async with self._session.request(method, self._base_url + path, data=data, headers=headers) as response:
                await _require_success(response)
                return orjson.loads(await response.read())
        except (ClientError, TimeoutError, orjson.JSONDecodeError):
            raise DeskRefused(Refusal.GATEWAY_UNREACHABLE) from None


async def _in_time(asking: Awaitable[Any]) -> Any:
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await asking
    except TimeoutError:
        raise DeskRefused(Refusal.GATEWAY_UNREACHABLE) from None


def _is_open(refused: DeskRefused | GatewayRefused) -> bool:
    """Whether nobody can say yet if it was done."""
    if isinstance(refused, DeskRefused):
        return True
    said = refused.said if isinstance(refused.said, dict) else {}
    return str(said.get("type", "")).rpartition("/")[2] in _OUTCOME_UNKNOWN


async def _require_success(response: ClientResponse) -> None:
    if response.status >= 400:
        raise GatewayRefused(response.status, orjson.loads(await response.read()))
