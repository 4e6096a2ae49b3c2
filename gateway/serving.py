"""Serving an application until it is asked to stop, and then stopping in order."""

import asyncio
import errno
import signal
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import structlog
import uvloop
from aiohttp import web

from gateway.http.lifecycle import LIFECYCLE
from gateway.http.protocol import Runner
from gateway.http.server import RUNNER_OPTIONS

_SHUTDOWN_SECONDS = 10.0

_log = structlog.get_logger(__name__)


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
    finally:
        if LIFECYCLE in app:
            app[LIFECYCLE].drain()
        await runner.cleanup()


async def until_asked_to_stop() -> None:
    """Never come back: whoever runs this under `run` is cancelled when the process is asked to stop."""
    await asyncio.Event().wait()


def run(command: Coroutine[Any, Any, int]) -> int:
    """Run to the end, or until SIGINT or SIGTERM, whenever it comes; being asked to stop is a good end: 0.

    What the command has opened by then is closed in order; a second signal does not cut that short.
    """
    return uvloop.run(_until_signalled(command))


async def _until_signalled(command: Coroutine[Any, Any, int]) -> int:
    loop = asyncio.get_running_loop()
    running = asyncio.ensure_future(command)
    asked = False

    def stop() -> None:
        nonlocal asked
        if not asked:
            asked = True
            _log.info("stopping")
            running.cancel()

    for signalled in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signalled, stop)
    try:
        return await running
    except asyncio.CancelledError:
        return 0
