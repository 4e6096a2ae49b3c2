"""Serves an application over our own connections, strictly."""

from collections.abc import Awaitable

from aiohttp import HttpVersion10, HttpVersion11, hdrs, web
from prometheus_client import CollectorRegistry

from gateway.http.connections import CONNECTIONS, NEWCOMER_SECONDS, Connections
from gateway.http.dispatch import API, Answering, Api
from gateway.http.protocol import Connection, refuse
from gateway.http.whole_request import HOST


def _strictly(handle: Answering) -> Answering:
    """Refuse what no client of an API sends.

    What a proxy in front may read in another way than the gateway is how requests are smuggled.
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
        and "#" not in request.raw_path
        and HOST.fullmatch(headers.get(hdrs.HOST, "/" if is_1_1 else "")) is not None
        and len(headers.getall(hdrs.AUTHORIZATION, ())) < 2
        and (not codings or (is_1_1 and codings == ["chunked"]))
    )


def _whatever_is_expected(handle: Answering) -> Answering:
    """aiohttp's own application knows one expectation, and answers others past all that is ours."""

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        try:
            return await handle(request)
        except web.HTTPExpectationFailed:
            return refuse(request)

    return answer


async def _refused(request: web.BaseRequest) -> web.StreamResponse:
    return refuse(request)


class _Server(web.Server):
    api: Api | None
    counted: Connections

    def __call__(self) -> Connection:
        return Connection(self, loop=self._loop, **self._kwargs).serving(self.api, self.counted)


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
        server.api = self.app.get(API)
        server.counted = self._connections = self.app.get(CONNECTIONS) or Connections(CollectorRegistry())
        return server

    async def cleanup(self) -> None:
        """Who had come in by then, and was about to ask, is answered."""
        for site in self.sites:
            await site.stop()
        if self.server is not None:
            await self._connections.until_heard(NEWCOMER_SECONDS)
        await super().cleanup()
