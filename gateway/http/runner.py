"""Serves an application over our own connections, strictly."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import HttpVersion10, HttpVersion11, hdrs, web
from aiohttp.http import RawRequestMessage
from prometheus_client import CollectorRegistry
from yarl import URL

from gateway.http.connections import (
    CONNECTIONS,
    HANDING_OVER_SECONDS,
    HEAD_SECONDS,
    NEWCOMER_SECONDS,
    Connections,
)
from gateway.http.dispatch import API, Answering, Api
from gateway.http.problems import refuse
from gateway.http.protocol import Connection
from gateway.http.whole_request import HOST

RequestFactory = Callable[..., web.BaseRequest]


def _strictly(handle: Answering) -> Answering:
    """Refuse what no client of an API sends.

    Requests are smuggled in what a proxy in front reads differently from the gateway.
    """

    def answer(request: web.BaseRequest) -> Awaitable[web.StreamResponse]:
        return handle(request) if _is_plain(request) else _refused(request)

    return answer


def _is_plain(request: web.BaseRequest) -> bool:
    """HTTP/1, for a path of one host (RFC 9112, 3.2), by one caller, in a coding that is undone here (6.1)."""
    headers, is_1_1 = request.headers, request.version == HttpVersion11
    codings = [coding.lower() for coding in headers.getall(hdrs.TRANSFER_ENCODING, ())]
    return (
        (is_1_1 or request.version == HttpVersion10)
        and request.raw_path.startswith("/")
        and request.method != hdrs.METH_CONNECT
        and "#" not in request.raw_path
        and HOST.fullmatch(headers.get(hdrs.HOST, "/" if is_1_1 else "")) is not None
        and len(headers.getall(hdrs.AUTHORIZATION, ())) < 2
        and (not codings or (is_1_1 and codings == ["chunked"]))
    )


def _whatever_is_expected(handle: Answering) -> Answering:
    """aiohttp's application knows one expectation, and answers any other by itself, past everything of ours."""

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        try:
            return await handle(request)
        except web.HTTPExpectationFailed:
            return refuse(request)

    return answer


def _adjusting(make: RequestFactory) -> RequestFactory:
    def made(message: RawRequestMessage, *others: Any) -> web.BaseRequest:
        return make(_closing_where_more_is_lost(_without_its_host(message)), *others)

    return made


def _closing_where_more_is_lost(message: RawRequestMessage) -> RawRequestMessage:
    """aiohttp's parser stops behind a request that wishes for another protocol, and what came with it is gone.

    It may have been the beginning of a request, whose rest would then be read as one of its own.
    """
    return message._replace(should_close=True) if message.upgrade else message


def _without_its_host(message: RawRequestMessage) -> RawRequestMessage:
    """A target may name the host as well (RFC 9112, 3.2.2); one that names another than the request has is refused."""
    scheme, _, rest = message.path.partition("://")
    host, slash, path = rest.partition("/")
    if not host or not slash or path.startswith("/") or scheme.lower() not in ("http", "https"):
        return message
    if host.lower() != message.headers.get(hdrs.HOST, "").lower():
        return message
    return message._replace(path=slash + path, url=URL(slash + path, encoded=True))


async def _refused(request: web.BaseRequest) -> web.StreamResponse:
    return refuse(request)


class _Server(web.Server):
    api: Api | None
    counted: Connections

    def __call__(self) -> Connection:
        return Connection(self, loop=self._loop, **self._kwargs).serving(self.api, self.counted)


class Runner(web.AppRunner):
    """`web.AppRunner` whose connections are counted, have time limits, and answer with a problem what is not HTTP."""

    __slots__ = ("_connections", "_hands_over")

    _connections: Connections

    def __init__(self, app: web.Application, *, hands_over: bool = False, **options: Any) -> None:
        """`hands_over`: another process serves the same address by the time that this one stops."""
        super().__init__(app, **options)
        self._hands_over = hands_over

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        answer = _whatever_is_expected(made.request_handler)
        if API in self.app:
            answer = self.app[API].before(answer)
        server = _Server(_strictly(answer), request_factory=_adjusting(made.request_factory), **made._kwargs)
        server.api = self.app.get(API)
        server.counted = self._connections = self.app.get(CONNECTIONS) or Connections(CollectorRegistry())
        return server

    async def cleanup(self) -> None:
        """Whoever has connected and is about to ask is still answered.

        A client that keeps a connection cannot know that it was closed while its next request was on the way, and may
        not send that again (RFC 9110, 9.2.2). So a process that hands over keeps such connections a little longer, to
        close those in use with an answer, and newcomers for as long as their first request may take.
        """
        for site in self.sites:
            await site.stop()
        if self.server is not None:
            if self._hands_over:
                await self._connections.until_left(HANDING_OVER_SECONDS)
                await self._connections.until_heard(HEAD_SECONDS)
            else:
                await self._connections.until_heard(NEWCOMER_SECONDS)
        await super().cleanup()
