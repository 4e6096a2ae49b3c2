"""Serving an application until it is asked to stop, and then stopping in order."""

import asyncio
import errno
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from gateway.http.lifecycle import LIFECYCLE
from gateway.http.protocol import Runner
from gateway.http.server import RUNNER_OPTIONS

_SHUTDOWN_SECONDS = 10.0


class AddressRefused(Exception):
    """Nothing can listen there; the message says why."""


class PortTaken(AddressRefused):
    """Another program listens there."""


@asynccontextmanager
async def serving(app: web.Application, host: str, port: int) -> AsyncIterator[int]:
    """Serve while the block runs; gives the port. On leaving: not ready, then no more intake, then the rest.

    Raises `PortTaken` or `AddressRefused`.
    """
    runner = Runner(app, shutdown_timeout=_SHUTDOWN_SECONDS, **RUNNER_OPTIONS)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortTaken(f"Port {port} on {host} is taken by another program.") from None
            raise AddressRefused(f"Nothing can listen on {host} port {port}: {error.strerror or error}.") from None
        yield int(runner.addresses[0][1])
        if LIFECYCLE in app:
            app[LIFECYCLE].drain()
    finally:
        await runner.cleanup()


async def until_asked_to_stop() -> None:
    """Come back at SIGINT or SIGTERM."""
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for asked in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(asked, stopped.set)
    try:
        await stopped.wait()
    finally:
        for asked in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(asked)
