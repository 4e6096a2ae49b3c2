"""For those who watch the process: alive, ready, numbers."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, choose_encoder

from gateway.core.errors import Refusal
from gateway.core.problems import Problem
from gateway.http.lifecycle import LIFECYCLE
from gateway.http.metrics_of_all import MetricsOfAll

METRICS_OF_ALL = web.AppKey("metrics_of_all", MetricsOfAll)
"""Set where several processes serve one port: a scrape reaches any of them."""

READY_SECONDS = 2.0
"""A store that takes longer to answer a ping is not one to send customers to."""


def add_health(app: web.Application, registry: CollectorRegistry, trouble: Callable[[], Awaitable[str | None]]) -> None:
    """`/livez` without I/O, `/readyz` by `trouble`, which says why not, `/metrics` from `registry`."""

    async def livez(_: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def readyz(request: web.Request) -> web.Response:
        if request.app[LIFECYCLE].draining:
            raise Refusal(Problem.DRAINING, retry_after=5)
        if (why := await _in_time(trouble)) is not None:
            raise Refusal(Problem.STORE_UNAVAILABLE, retry_after=1, members={"why": why})
        return web.json_response({"status": "ready"})

    async def metrics(request: web.Request) -> web.Response:
        if METRICS_OF_ALL in app:
            told = await app[METRICS_OF_ALL].gathered()
            return web.Response(body=told, headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})
        try:
            encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        except (TypeError, ValueError):  # a version in `Accept` that is none
            encode, content_type = choose_encoder("")
        return web.Response(body=encode(registry), headers={"Content-Type": content_type})

    app.router.add_get("/livez", livez)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", metrics)


async def _in_time(trouble: Callable[[], Awaitable[str | None]]) -> str | None:
    try:
        async with asyncio.timeout(READY_SECONDS):
            return await trouble()
    except TimeoutError:
        return "no answer"
