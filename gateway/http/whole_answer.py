"""An answer whose bytes are all known: its head is written by hand, in one piece with its body.

aiohttp's own responses build a dictionary of headers, fill it in and run hooks for each answer, which costs as much as
all the rest of its machinery.
"""

from collections.abc import Mapping
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from time import time

from aiohttp import HttpVersion11, web

from gateway.http.headers import USUAL
from gateway.http.request_id import HEADER, request_id_of
from gateway.http.whole_request import Incoming

_STATUS_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n" for status in HTTPStatus}
_WITHOUT_CONTENT = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})
"""Where a length would mean nothing, or be another answer's (RFC 9110, 8.6)."""


class WholeAnswer:
    """Has what aiohttp's protocol needs of a response, and no more. Each is sent once."""

    __slots__ = ("_body", "_closes", "_content", "_headers", "_request", "keep_alive", "status")

    def __init__(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        """`headers` are this answer's own. One of the same name as a usual one takes its place."""
        self.status = status
        self._body = body
        self._headers = headers
        self._closes = False
        self.keep_alive = False

    def force_close(self) -> None:
        """Before it goes on the wire."""
        self._closes = True

    def on_the_wire(self, request: Incoming) -> bytes:
        """All of it. `keep_alive` then says whether the connection stays."""
        self.keep_alive = request.keep_alive and not self._closes
        head = self._head(request)
        return head if request.method == "HEAD" else head + self._body

    async def prepare(self, request: web.BaseRequest) -> None:
        """aiohttp's protocol asks for this before `write_eof`.

        Raises `ConnectionResetError` where a stream has begun: nobody could tell a problem from more of it, so all that
        can be said is that it ends before its end.
        """
        assert isinstance(request, web.Request)  # noqa: S101 - of an application
        if request.writer.output_size:
            raise ConnectionResetError
        self._request = request
        self._content = self.on_the_wire(request)

    async def write_eof(self) -> None:
        """Send it all. Raises `ConnectionResetError` when the client is gone."""
        writer, transport = self._request.writer, self._request.transport
        if transport is None or transport.is_closing():
            raise ConnectionResetError
        writer.output_size += len(self._content)
        transport.write(self._content)
        await writer.drain()

    def _head(self, request: Incoming) -> bytes:
        head = _begun(self.status, self._headers, request_id_of(request))
        if self.status not in _WITHOUT_CONTENT:
            head += f"Content-Length: {len(self._body)}\r\n"
        if not self.keep_alive:
            head += "Connection: close\r\n"
        elif request.version != HttpVersion11:
            head += "Connection: keep-alive\r\n"
        return f"{head}\r\n".encode()


Response = web.StreamResponse | WholeAnswer
"""What a handler answers; the first is for streams, pages and files."""


def answer_to_no_request(status: int, body: bytes, headers: Mapping[str, str], request_id: str) -> bytes:
    """All of an answer where no request came to be answered; the connection closes after it."""
    head = f"{_begun(status, headers, request_id)}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body


def _begun(status: int, headers: Mapping[str, str], request_id: str) -> str:
    """A head, but for what depends on the body and on the connection."""
    head = f"{_STATUS_LINES[status]}{HEADER}: {request_id}\r\n{_usual(int(time()), tuple(headers))}"
    for name, value in headers.items():
        if not value.isprintable():
            raise ValueError(f"{name} would break the head")
        head += f"{name}: {value}\r\n"
    return head


@lru_cache(maxsize=64)
def _usual(second: int, others: tuple[str, ...]) -> str:
    """The date and the usual headers, but for those that an answer gives itself. There are a handful of such sets."""
    usual = {"Date": formatdate(second, usegmt=True), **USUAL}
    return "".join(f"{name}: {value}\r\n" for name, value in usual.items() if name not in others)
