"""What happens on a connection before a request reaches the application, and when none ever does.

aiohttp by itself waits for a head, and for a client to read, as long as either takes. It answers bytes that are not
HTTP in plain text with what it could not read, and logs each as an error: a stranger could fill the log.
"""

import asyncio
import socket
from collections.abc import Awaitable
from typing import cast

import orjson
import structlog
from aiohttp import HttpVersion10, web
from aiohttp.web_protocol import RequestHandler
from prometheus_client import CollectorRegistry

from gateway.core.errors import Refusal
from gateway.core.problems import Problem
from gateway.http import request_id
from gateway.http.connections import (
    CONNECTIONS,
    HEAD_SECONDS,
    LARGEST_HEAD,
    NEWCOMER_SECONDS,
    READING_SECONDS,
    Connections,
)
from gateway.http.dispatch import API, Answering
from gateway.http.language import DEFAULT
from gateway.http.problems import CONTENT_TYPE, problem_document, problem_response

_log = structlog.get_logger("gateway.http.access")

_TCP_USER_TIMEOUT = getattr(socket, "TCP_USER_TIMEOUT", None)
"""Linux: the kernel gives up on a peer that takes nothing, also after we have closed (tcp(7))."""


class _Connection(RequestHandler):
    """One connection."""

    __slots__ = ("_connections", "_head_bytes", "_head_timer", "_heads", "_reading_timer")

    _head_timer: asyncio.TimerHandle | None
    _reading_timer: asyncio.TimerHandle | None

    def counted_by(self, connections: Connections) -> "_Connection":
        self._connections = connections
        self._head_timer = self._reading_timer = None
        self._heads = self._head_bytes = 0
        return self

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport = cast(asyncio.Transport, transport)
        peer = transport.get_extra_info("peername")
        if not self._connections.admit(self, peer[0] if isinstance(peer, tuple) else ""):
            self._force_close = True
            transport.write(_answer_to_no_request(Refusal(Problem.TOO_MANY_CONNECTIONS, retry_after=1)))
            transport.close()
            return
        super().connection_made(transport)
        bounded = transport.get_extra_info("socket")
        if _TCP_USER_TIMEOUT is not None and bounded is not None and bounded.family != socket.AF_UNIX:
            bounded.setsockopt(socket.IPPROTO_TCP, _TCP_USER_TIMEOUT, int(READING_SECONDS * 1000))
        self._head_timer = self._loop.call_later(HEAD_SECONDS, self._head_is_late)

    def connection_lost(self, exc: BaseException | None) -> None:
        self._connections.leave(self)
        for timer in (self._head_timer, self._reading_timer):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def close(self) -> None:
        """Serve no more than what is being served. aiohttp would hold the line, and not listen to it."""
        is_idle = self._is_idle
        super().close()
        if is_idle and self.transport is not None:
            self.transport.close()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._request_count != self._heads:
            if not self._heads:
                self._connections.hear(self)
            self._heads, self._head_bytes = self._request_count, 0
            if self._head_timer is not None:
                self._head_timer.cancel()
                self._head_timer = None
        elif self._is_idle and data:
            self._head_goes_on(len(data))

    def resume_reading(self, resume_parser: bool = True) -> None:
        """Go on after a pause. aiohttp does so whenever a body was read, also where nothing had paused."""
        if self._reading_paused:
            super().resume_reading(resume_parser)

    def _head_goes_on(self, length: int) -> None:
        self._head_bytes += length
        if self._head_bytes > LARGEST_HEAD:
            self._end("large_head", Refusal(Problem.BAD_REQUEST))
        elif self._head_timer is None:
            self._head_timer = self._loop.call_later(HEAD_SECONDS, self._head_is_late)

    def _head_is_late(self) -> None:
        self._head_timer = None
        # Who sent nothing at all, as browsers that connect ahead do, is owed no answer.
        refusal = Refusal(Problem.HEAD_TOO_SLOW, values={"seconds": int(HEAD_SECONDS)})
        self._end("slow_head", refusal if self._head_bytes or self._heads else None)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._reading_timer = self._loop.call_later(READING_SECONDS, self._reads_too_slowly)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._reading_timer is not None:
            self._reading_timer.cancel()
            self._reading_timer = None

    def _reads_too_slowly(self) -> None:
        self._connections.count_closed("slow_reader")
        if self.transport is not None:
            self.transport.abort()

    @property
    def _is_idle(self) -> bool:
        """Between two requests, or before the first. After an answer the rest of an unread body may still come."""
        if self._messages:
            return False
        return not self._heads if self._waiter is None else not self._waiter.done()

    @property
    def waits_for_client(self) -> bool:
        request = self._current_request
        return self._is_idle if request is None else not request.content.is_eof()

    def give_way(self) -> None:
        if self.transport is not None:
            self.transport.abort()

    def _end(self, reason: str, refusal: Refusal | None) -> None:
        self._connections.count_closed(reason)
        if refusal is not None and self.transport is not None:
            self.transport.write(_answer_to_no_request(refusal))
        self.force_close()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The answer to what never reached a handler; the connection then closes."""
        if status >= 500 or not isinstance(request, web.Request) or request.writer.output_size > 0:
            return super().handle_error(request, status, exc, message)
        return _refuse(request)


def _refuse(request: web.BaseRequest) -> web.StreamResponse:
    assert isinstance(request, web.Request)  # noqa: S101 - of an application
    request_id.assign(request)
    response = problem_response(request, Refusal(Problem.BAD_REQUEST))
    response.force_close()
    _log.info("not_http", status=response.status)
    # aiohttp asks of a response what ours has, whatever its class.
    return cast(web.StreamResponse, response)


def _answer_to_no_request(refusal: Refusal) -> bytes:
    """A whole answer in bytes, where there is no request to answer."""
    problem = refusal.problem.value
    body = orjson.dumps(problem_document(refusal, DEFAULT, request_id.new()))
    lines = [
        f"HTTP/1.1 {problem.status} {problem.slug}",
        f"Content-Type: {CONTENT_TYPE}",
        f"Content-Length: {len(body)}",
        *([f"Retry-After: {refusal.retry_after}"] if refusal.retry_after else []),
        "Connection: close",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def _strictly(handle: Answering) -> Answering:
    """Refuse what no client of an API sends: HTTP/0.9, and targets that are not a path (RFC 9112, 3.2.2 to 3.2.4).

    A proxy that is told another host than the gateway believes in, or none, is how requests are smuggled.
    """

    def answer(request: web.BaseRequest) -> Awaitable[web.StreamResponse]:
        if request.version < HttpVersion10 or not request.raw_path.startswith("/"):
            return _refused(request)
        return handle(request)

    return answer


def _whatever_is_expected(handle: Answering) -> Answering:
    """aiohttp's own application knows one expectation, and answers others past all that is ours."""

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        try:
            return await handle(request)
        except web.HTTPExpectationFailed:
            return _refuse(request)

    return answer


async def _refused(request: web.BaseRequest) -> web.StreamResponse:
    return _refuse(request)


class _Server(web.Server):
    counted: Connections

    def __call__(self) -> _Connection:
        return _Connection(self, loop=self._loop, **self._kwargs).counted_by(self.counted)


class Runner(web.AppRunner):
    """`web.AppRunner` whose connections are counted and in a hurry, and answer everything with a problem."""

    __slots__ = ("_connections",)

    _connections: Connections

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        answer = _whatever_is_expected(made.request_handler)
        if API in self.app:
            answer = self.app[API].before(answer)
        server = _Server(_strictly(answer), request_factory=made.request_factory, **made._kwargs)
        server.counted = self._connections = self.app.get(CONNECTIONS) or Connections(CollectorRegistry())
        return server

    async def cleanup(self) -> None:
        """Who had come in by then, and was about to ask, is answered."""
        for site in self.sites:
            await site.stop()
        if self.server is not None:
            await self._connections.until_heard(NEWCOMER_SECONDS)
        await super().cleanup()
