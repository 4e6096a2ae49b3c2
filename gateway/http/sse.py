"""Server-sent events (WHATWG HTML, 9.2) that end with their client, their source or the server."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass

from aiohttp import hdrs, web

from gateway.http.headers import add_headers
from gateway.http.lifecycle import Lifecycle
from gateway.http.whole_request import Incoming

KEEP_ALIVE_SECONDS = 15.0
"""Proxies close what is silent for longer; it is also how a client that left is noticed."""

_HEADERS = {"Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no"}
"""Without the second of them nginx, and whatever follows it, holds an answer back until it is whole."""


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event: `data` is one line of JSON. A client that lost the stream asks again with the last `id` it got."""

    name: str
    data: bytes
    id: str = ""


class _Stream(web.StreamResponse):
    async def _prepare_headers(self) -> None:
        await super()._prepare_headers()
        # aiohttp names itself and its version; no application is there to take it out again.
        self.headers.pop(hdrs.SERVER, None)


async def stream_events(
    request: Incoming,
    events: AsyncGenerator[ServerEvent, None],
    lifecycle: Lifecycle,
    *,
    keep_alive: float = KEEP_ALIVE_SECONDS,
) -> web.StreamResponse:
    """Send the events until they end, or the process stops.

    What the source raises cuts the stream short. The source heeds `Last-Event-ID`, or begins with the present state.
    """
    assert isinstance(request, web.Request)  # noqa: S101 - what streams takes the long way
    response = _Stream(headers=_HEADERS)
    add_headers(request, response)
    with suppress(ConnectionError, TimeoutError):
        await response.prepare(request)
        if request.method != "HEAD":
            # A write that fails leaves the source where it gave its last event, with whatever it holds.
            async with aclosing(events):
                await _pump(response, events, lifecycle.closing, keep_alive)
    return response


async def _pump(
    response: web.StreamResponse,
    events: AsyncGenerator[ServerEvent, None],
    closing: asyncio.Event,
    keep_alive: float,
) -> None:
    closed = asyncio.ensure_future(closing.wait())
    upcoming = asyncio.ensure_future(anext(events, None))
    try:
        while not closed.done():
            await asyncio.wait((upcoming, closed), timeout=keep_alive, return_when=asyncio.FIRST_COMPLETED)
            if not upcoming.done():
                await _write(response, b": keep-alive\n\n", keep_alive)
                continue
            event = upcoming.result()
            if event is None:
                return
            await _write(response, _encode(event), keep_alive)
            upcoming = asyncio.ensure_future(anext(events, None))
    finally:
        closed.cancel()
        upcoming.cancel()
        await asyncio.gather(closed, upcoming, return_exceptions=True)


async def _write(response: web.StreamResponse, chunk: bytes, seconds: float) -> None:
    async with asyncio.timeout(seconds):
        await response.write(chunk)


def _encode(event: ServerEvent) -> bytes:
    named = b"id: %b\n" % event.id.encode() if event.id else b""
    return named + b"event: %b\ndata: %b\n\n" % (event.name.encode(), event.data)
