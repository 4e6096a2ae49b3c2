"""Serving an application until it is asked to stop, and then stopping in order."""

import asyncio
import resource
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import structlog
from aiohttp import web

from gateway.http.connections import CONNECTIONS
from gateway.http.lifecycle import LIFECYCLE
from gateway.http.runner import Runner
from gateway.http.server import RUNNER_OPTIONS
from gateway.running import BACKLOG, cannot_listen, spare_the_collector

_SHUTDOWN_SECONDS = 10.0

_OTHER_FILES = 256
"""Open files that are not connections of callers: the store's, carriers', the log. Where few may be open, half."""

_log = structlog.get_logger(__name__)


@asynccontextmanager
async def serving(
    app: web.Application,
    host: str,
    port: int,
    listening: socket.socket | None = None,
    drain_seconds: float = 0.0,
) -> AsyncIterator[int]:
    """Serve while the block runs; gives the port.

    On leaving, the application is no longer ready, but serves on for `drain_seconds`, until balancers have seen that.
    Then it takes nothing more in, ends streams and long polls, and lets requests finish.

    `listening` is a socket that listens already, used instead of host and port; other processes go on listening on it.
    Raises `PortTaken` or `AddressRefused`.
    """
    _allow_connections(app)
    runner = Runner(app, hands_over=listening is not None, shutdown_timeout=_SHUTDOWN_SECONDS, **RUNNER_OPTIONS)
    await runner.setup()
    try:
        site: web.BaseSite = (
            web.TCPSite(runner, host, port, backlog=BACKLOG)
            if listening is None
            else web.SockSite(runner, listening, backlog=BACKLOG)
        )
        try:
            await site.start()
        except OSError as error:
            raise cannot_listen(host, port, error) from None
        spare_the_collector()
        try:
            yield int(runner.addresses[0][1])
        finally:
            if LIFECYCLE in app:
                app[LIFECYCLE].drain()
                await asyncio.sleep(drain_seconds)
    finally:
        await runner.cleanup()


def _allow_connections(app: web.Application) -> None:
    """Take as many open files as the system gives, and keep below them: accepting fails for all beyond."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if CONNECTIONS not in app:
        return
    connections = app[CONNECTIONS]
    wanted = connections.limits.most + _OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft != resource.RLIM_INFINITY and soft < wanted:
        connections.limits = replace(connections.limits, most=max(soft - _OTHER_FILES, soft // 2))
        _log.warning("fewer_connections", allowed=connections.limits.most, open_files=soft)
