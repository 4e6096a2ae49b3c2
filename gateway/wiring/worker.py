"""A process that delivers and takes no requests, beside gateways that only take requests."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from aiohttp import web

from gateway.http.server import create_base_app
from gateway.settings import Settings
from gateway.wiring.foundation import lay_foundation, run_parts


@asynccontextmanager
async def open_worker(settings: Settings) -> AsyncIterator[web.Application]:
    """A worker that runs; the application has its health and its numbers. Raises what `open_gateway` raises."""
    async with AsyncExitStack() as stack:
        foundation = await lay_foundation(settings, stack)
        app = create_base_app(registry=foundation.metrics, trouble=foundation.trouble)
        parts = *foundation.watches(), *foundation.delivering_parts(), foundation.installation_metrics()
        await run_parts(parts, stack)
        yield app
