"""A process that delivers and takes no requests, beside gateways that only take requests."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from gateway.http.server import create_base_app
from gateway.settings import Settings
from gateway.wiring.foundation import lay_foundation, run_parts


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker that is running; `app` has its health and its numbers, for whoever wants to serve them."""

    app: web.Application


@asynccontextmanager
async def open_worker(settings: Settings) -> AsyncIterator[Worker]:
    """Raises what `open_gateway` raises."""
    async with AsyncExitStack() as stack:
        foundation = await lay_foundation(settings, stack)
        app = create_base_app(registry=foundation.metrics, trouble=foundation.trouble)
        parts = *foundation.watches(), *foundation.delivering_parts(), foundation.installation_metrics()
        await run_parts(parts, stack)
        yield Worker(app)
