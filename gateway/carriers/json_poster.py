"""POST and a JSON object back, from a server that may be anything: bounded in time and size, never redirected."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson
import structlog

from gateway.carriers.bounded import read_at_most

_LARGEST_ANSWER = 16_384
"""Bytes. The longest honest answer, kyc-match with every attribute, has about 2,000."""

_CORRELATOR = re.compile("[a-zA-Z0-9-]{1,55}")
"""What every version of the APIs takes (Commonalities 0.4 and later)."""


class NoAnswer(Exception):
    """Nothing came back that can be read: no connection, no end in time, too long, or not HTTP."""


@dataclass(frozen=True, slots=True)
class JsonAnswer:
    """`content` is empty where the body was not a JSON object. It holds personal data or a token: never shown."""

    status: int
    content: Mapping[str, Any] = field(repr=False)


class JsonPoster:
    """One pool of connections. Used in one event loop, closed there."""

    def __init__(self, timeout_seconds: float) -> None:
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> JsonAnswer:
        """Sends an `x-correlator` along. Raises `NoAnswer`, without the cause: it quotes addresses."""
        sent = {**headers, "x-correlator": _correlator()}
        try:
            async with self._opened().post(url, data=body, headers=sent, allow_redirects=False) as response:
                return JsonAnswer(response.status, _object_in(await read_at_most(response.content, _LARGEST_ANSWER)))
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            raise NoAnswer from None

    async def close(self) -> None:
        """Close the pool; a later request opens another."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            # Compressed answers are not unpacked: a small body could become a very large one.
            self._session = aiohttp.ClientSession(
                timeout=self._timeout,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                headers={"Accept": "application/json", "Accept-Encoding": "identity"},
            )
        return self._session


def _correlator() -> str:
    """The id of the request that is being served, so that both sides find each other's log; else a fresh one."""
    serving = structlog.contextvars.get_contextvars().get("request_id")
    if isinstance(serving, str) and _CORRELATOR.fullmatch(serving) is not None:
        return serving
    return str(uuid.uuid4())


def _object_in(body: bytes) -> dict[str, Any]:
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return content if isinstance(content, dict) else {}
