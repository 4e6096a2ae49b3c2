"""A request that arrives whole: plain, and all of it at once, as nearly every request of a backend does.

It needs no stream, so it is read by llhttp alone, which is also aiohttp's parser. Whatever is followed by more, or is
in any way out of the ordinary, is left to aiohttp: doubt takes the long way.
"""

import asyncio
import re
from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final, Protocol, cast

from aiohttp import HttpVersion11, web
from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser
from multidict import CIMultiDict, MultiMapping
from yarl import URL

LARGEST: Final = 4096
"""Bytes. No line of it can be longer than aiohttp allows, nor its body than any that the API takes."""
_MOST_HEADERS = 50

_PLAIN_TARGET = re.compile(rb"/[A-Za-z0-9._~/-]*(?:\?[A-Za-z0-9._~/=&-]*)?")
"""Nothing in it has to be decoded, or could be read in two ways."""
HOST = re.compile(r"[A-Za-z0-9._~:\[\]-]*")
"""What a Host header may be: a name or an address, and a port; empty where there is none to name (RFC 9112, 3.2)."""
_METHODS: Mapping[bytes, str] = MappingProxyType(
    {name.encode(): name for name in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")}
)
_OUT_OF_THE_ORDINARY = frozenset({"expect", "transfer-encoding", "content-encoding"})
_KEEPS_THE_CONNECTION = frozenset({"keep-alive", "upgrade", "upgrade, http2-settings"})
"""Another protocol may be wished for, as the JDK's client does in each request, and need not be spoken (RFC 9110,
7.8)."""


class WholeRequest:
    """What the API asks of a request, in the words of `web.Request`; `body` is all there is of it."""

    __slots__ = ("_noted", "body", "headers", "method", "raw_path", "transport")

    version = HttpVersion11
    keep_alive = True

    def __init__(
        self,
        transport: asyncio.Transport,
        method: str,
        raw_path: str,
        headers: CIMultiDict[str],
        body: bytes,
    ) -> None:
        self.transport = transport
        self.method = method
        self.raw_path = raw_path
        self.headers = headers
        self.body = body
        self._noted: dict[web.RequestKey[str], str] = {}

    @property
    def query(self) -> MultiMapping[str]:
        return URL(self.raw_path, encoded=True).query

    def __getitem__(self, key: web.RequestKey[str]) -> str:
        return self._noted[key]

    def __setitem__(self, key: web.RequestKey[str], value: str) -> None:
        self._noted[key] = value


Incoming = web.Request | WholeRequest
"""A request of the API, whichever way it came."""


class _Hearing(Protocol):
    """A connection of ours."""

    hears_no_more: bool


def is_gone(request: Incoming) -> bool:
    """Whether nobody waits any more: whoever has stopped sending has left, or is content with the present state."""
    transport = request.transport
    if transport is None or transport.is_closing():
        return True
    return cast(_Hearing, transport.get_protocol()).hears_no_more


class Unfinished(Enum):
    """A plain head whose body is still to come, as of clients that send the two one after the other."""

    BODY = "body"


def whole_request(data: bytes, transport: asyncio.Transport) -> WholeRequest | Unfinished | None:
    """The request in `data`, if that holds one plain request, or the head of one, and nothing else; else None."""
    if len(data) > LARGEST:
        return None
    read = _Read()
    parser = HttpRequestParser(read)
    try:
        parser.feed_data(data)
    except HttpParserUpgrade as upgrade:
        # The parser leaves what follows such a head to the other protocol.
        body, length = data[upgrade.args[0] :], int(dict(read.headers).get("content-length", "0"))
        if len(body) > length:
            return None
        read.body, read.is_whole = body, len(body) == length
    except HttpParserError:
        return None
    headers, method = dict(read.headers), _METHODS.get(parser.get_method())
    if (
        read.begun != 1
        or not read.has_head
        or method is None
        or parser.get_http_version() != "1.1"
        or _PLAIN_TARGET.fullmatch(read.target) is None
        or len(headers) > _MOST_HEADERS
        or len(headers) != len(read.headers)
        or not _OUT_OF_THE_ORDINARY.isdisjoint(headers)
        or HOST.fullmatch(headers.get("host", "/")) is None
        or headers.get("connection", "keep-alive").lower() not in _KEEPS_THE_CONNECTION
    ):
        return None
    if not read.is_whole:
        return Unfinished.BODY
    return WholeRequest(transport, method, read.target.decode(), CIMultiDict(headers), read.body)


class _Read:
    """What the parser tells of as it reads."""

    __slots__ = ("begun", "body", "has_head", "headers", "is_whole", "target")

    def __init__(self) -> None:
        self.begun = 0
        self.has_head = self.is_whole = False
        self.target = self.body = b""
        self.headers: list[tuple[str, str]] = []
        """Names in lower case."""

    def on_message_begin(self) -> None:
        self.begun += 1

    def on_url(self, part: bytes) -> None:
        self.target += part

    def on_header(self, name: bytes, value: bytes) -> None:
        # What cannot be decoded is an error of the parser's (`HttpParserCallbackError`).
        self.headers.append((name.decode("ascii").lower(), value.decode("ascii").strip()))

    def on_headers_complete(self) -> None:
        self.has_head = True

    def on_body(self, part: bytes) -> None:
        self.body += part

    def on_message_complete(self) -> None:
        self.is_whole = True
