"""The application that every process serves: health, numbers, problems, static files."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from prometheus_client import CollectorRegistry

from gateway.core.errors import Refusal
from gateway.http.connections import CONNECTIONS, Connections
from gateway.http.edge import EDGE, UNMATCHED, Edge
from gateway.http.headers import add_headers
from gateway.http.health import add_health
from gateway.http.ids import VERIFICATION_ID
from gateway.http.lifecycle import LIFECYCLE, Lifecycle
from gateway.http.metrics import HttpMetrics
from gateway.http.problems import is_for_people, problem_page, refusal_for, show_problem
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

    `trouble` answers why the store cannot be used, or None; metrics go to, and are served from, `registry`. Without
    `connections` the usual limits hold.
    """
    lifecycle = Lifecycle()
    edge = Edge(HttpMetrics(registry, exemplars=exemplars), lifecycle)
    app = web.Application(middlewares=[_passing(edge)])
    app[EDGE] = edge
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


def _passing(edge: Edge) -> Middleware:
    @web.middleware
    async def passing(request: web.Request, handler: Handler) -> web.StreamResponse:
        resource = request.match_info.route.resource
        if isinstance(resource, web.StaticResource):
            handler = _of_file(handler, Path(resource.get_info()["directory"]))
        if is_for_people(request):
            handler = _for_people(handler)
        # aiohttp asks of a response what ours has, whatever its class.
        return cast(web.StreamResponse, await edge.around(request, _template(request), handler, _subject(request)))

    return passing


def _of_file(handler: Handler, directory: Path) -> Handler:
    """Refuse a missing file as anything else that is missing: aiohttp's answer is empty, and of a type for downloads.

    A folder is no file, and neither is a name that the file system refuses, such as one that is too long.
    """

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            response = await handler(request)
            is_there = await asyncio.to_thread((directory / request.match_info["filename"]).is_file)
        except (OSError, web.HTTPForbidden):
            is_there = False
        if not is_there:
            raise web.HTTPNotFound
        return response

    return handle


def _for_people(handler: Handler) -> Handler:
    """Say in words, not in JSON, that there is nothing at an address, or that it cannot be shown now."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPNotFound as nothing:
            return problem_page(request, refusal_for(nothing))
        except (Refusal, web.HTTPException):
            raise  # what is asked for elsewhere than by a link
        except Exception as error:
            if request.writer.output_size:
                raise  # a stream that has begun can only be cut short
            return problem_page(request, refusal_for(error))

    return handle


def _subject(request: web.Request) -> str | None:
    """The verification that the path names. It goes into the log, so nothing of another shape is taken for it."""
    verification_id = request.match_info.get("verification_id", "")
    return verification_id if _VERIFICATION_ID.fullmatch(verification_id) else None


def _template(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return UNMATCHED if resource is None else resource.canonical


async def _prepare(request: web.Request, response: web.StreamResponse) -> None:
    add_headers(request, response)
