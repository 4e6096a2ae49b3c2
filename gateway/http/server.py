"""What every request passes through, whatever its path: id, problem answers, headers, log, metrics."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from time import perf_counter
from types import MappingProxyType
from typing import Any

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from prometheus_client import CollectorRegistry
from structlog.contextvars import bind_contextvars, clear_contextvars

from gateway.core.tracing import begin
from gateway.http import request_id
from gateway.http.connections import CONNECTIONS, Connections
from gateway.http.health import add_health
from gateway.http.ids import VERIFICATION_ID
from gateway.http.lifecycle import LIFECYCLE, Lifecycle
from gateway.http.metrics import HttpMetrics
from gateway.http.problems import problem_response, show_problem
from gateway.http.static_files import add_static_files

RUNNER_OPTIONS: Mapping[str, Any] = MappingProxyType(
    {
        "access_log": None,
        "auto_decompress": False,
        "keepalive_timeout": 75.0,
        "lingering_time": 1.0,
        "max_field_size": 8190,
        "max_headers": 100,
        "max_line_size": 4096,
    }
)
"""For `web.AppRunner`: aiohttp by itself keeps idle connections for an hour and unpacks compressed bodies."""

PAGE_CSP = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
API_CSP = "default-src 'none'; frame-ancestors 'none'"

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"})
_UNMATCHED = "unmatched"
_VERIFICATION_ID = re.compile(VERIFICATION_ID)


def create_base_app(
    *,
    registry: CollectorRegistry,
    trouble: Callable[[], Awaitable[str | None]],
    connections: Connections | None = None,
    exemplars: bool = False,
) -> web.Application:
    """An application with the middleware, `/livez`, `/readyz`, `/metrics` and `/problems/{slug}`
    and the static files.

    `trouble` says why the store will not do, if so; metrics go to, and are served from, `registry`. Without
    `connections` the usual limits hold.
    """
    lifecycle = Lifecycle()
    app = web.Application(middlewares=[_edge(HttpMetrics(registry, exemplars=exemplars), lifecycle)])
    app[CONNECTIONS] = connections or Connections(registry)
    app[LIFECYCLE] = lifecycle

    async def close_streams(_: web.Application) -> None:
        lifecycle.close()

    app.on_shutdown.append(close_streams)
    app.on_response_prepare.append(_prepare)
    app.router.add_get("/problems/{slug}", show_problem)
    add_static_files(app)
    add_health(app, registry, trouble)
    return app


def _edge(metrics: HttpMetrics, lifecycle: Lifecycle) -> Middleware:
    log = structlog.get_logger("gateway.http.access").bind()

    @web.middleware
    async def edge(request: web.Request, handler: Handler) -> web.StreamResponse:
        started = perf_counter()
        # A connection's requests share one context: what the last one bound must not stay.
        clear_contextvars()
        assigned = request_id.assign(request)
        bind_contextvars(request_id=assigned, **_subject(request))
        route, method = _template(request), request.method if request.method in _METHODS else "other"
        with begin(f"{method} {route}", request.headers.get("traceparent"), {"bonin.request_id": assigned}) as span:
            try:
                response = await handler(request)
            except asyncio.CancelledError:
                raise
            except Exception as error:
                if isinstance(error, web.HTTPRedirection):
                    raise
                response = problem_response(request, _meant(request, error))
            span.set("http.response.status_code", response.status)
        if lifecycle.draining:
            # The next request of this caller comes over a connection to a process that stays.
            response.force_close()
        seconds = perf_counter() - started
        metrics.observe(route, method, response.status, seconds, assigned)
        log.info("request", method=method, route=route, status=response.status, ms=round(seconds * 1000, 2))
        return response

    return edge


def _meant(request: web.Request, error: Exception) -> Exception:
    """A file name that the file system refuses, for its length for one, is the name of no file."""
    if isinstance(error, OSError) and isinstance(request.match_info.route.resource, web.StaticResource):
        return web.HTTPNotFound()
    return error


def _subject(request: web.Request) -> dict[str, str]:
    """The verification that the path names, for every line of the log; anything else there may be anybody's."""
    verification_id = request.match_info.get("verification_id", "")
    return {"verification_id": verification_id} if _VERIFICATION_ID.fullmatch(verification_id) else {}


def _template(request: web.Request) -> str:
    """The route as it was registered: a raw path holds the ids of customers."""
    resource = request.match_info.route.resource
    return _UNMATCHED if resource is None else resource.canonical


async def _prepare(request: web.Request, response: web.StreamResponse) -> None:
    add_headers(request, response)


def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """What every answer carries."""
    headers = response.headers
    headers.pop("Server", None)
    headers[request_id.HEADER] = request_id.request_id_of(request)
    headers["X-Content-Type-Options"] = "nosniff"
    headers.setdefault("Referrer-Policy", "no-referrer")
    headers.setdefault("Cache-Control", "no-cache" if isinstance(response, web.FileResponse) else "no-store")
    headers.setdefault("Content-Security-Policy", PAGE_CSP if response.content_type == "text/html" else API_CSP)
