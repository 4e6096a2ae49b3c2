"""One process of a gateway, or one that only delivers: what `bonin serve` and `bonin worker` become."""

import argparse
import socket
from contextlib import AsyncExitStack

import structlog

from gateway.http.health import METRICS_OF_ALL
from gateway.http.metrics_of_all import MetricsOfAll
from gateway.running import until_asked_to_stop
from gateway.serving import serving
from gateway.settings import Settings
from gateway.wiring.gateway import Gateway, open_gateway
from gateway.wiring.worker import open_worker
from gateway.workers import NotServing, Place

_log = structlog.get_logger(__name__)


async def serve_alone(settings: Settings, arguments: argparse.Namespace) -> int:
    """Serve until cancelled, on a port of its own or in the place that a supervisor gave."""
    async with AsyncExitStack() as stack:
        opened = open_gateway(settings, api_only=arguments.api_only, memory_fd=arguments.memory_fd)
        gateway = await stack.enter_async_context(opened)
        if arguments.listen_fd is None:
            served = serving(gateway.app, settings.host, settings.port, drain_seconds=settings.drain_seconds)
            port = await stack.enter_async_context(served)
            _log.info("serving", host=settings.host, port=port)
        else:
            place = Place(
                arguments.listen_fd, arguments.ready_fd, arguments.life_fd, arguments.memory_fd, arguments.metrics_path
            )
            await _serve_in_place(gateway, place, stack)
        await until_asked_to_stop()
    return 0


async def _serve_in_place(gateway: Gateway, place: Place, stack: AsyncExitStack) -> None:
    metrics = gateway.app[METRICS_OF_ALL] = MetricsOfAll(gateway.metrics, place.metrics_path)
    try:
        await stack.enter_async_context(metrics.told())
    except FileNotFoundError:
        # A sibling that has noticed took away what it had made.
        raise NotServing("The supervisor of this process is gone.") from None
    listening = socket.socket(fileno=place.listen_fd)
    await stack.enter_async_context(serving(gateway.app, "", 0, listening))
    place.watch_over()
    place.tell_ready()


async def deliver(settings: Settings) -> int:
    """Deliver until cancelled."""
    async with AsyncExitStack() as stack:
        app = await stack.enter_async_context(open_worker(settings))
        if settings.worker_port is not None:
            await stack.enter_async_context(serving(app, settings.host, settings.worker_port))
        _log.info("working", host=settings.host, port=settings.worker_port)
        await until_asked_to_stop()
    return 0
