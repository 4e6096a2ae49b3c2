"""From a request to the endpoint of the API that its path names.

aiohttp's own router, with the layers that an application puts between it and a handler, costs more than all that is
done here; it goes on serving pages, webhooks and files.
"""

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from functools import partial
from typing import Any, cast

from aiohttp import web

from gateway.core.errors import Refusal
from gateway.core.problems import Problem
from gateway.http.edge import EDGE, UNMATCHED, Edge
from gateway.http.endpoint import Endpoint, Services
from gateway.http.lifecycle import LIFECYCLE
from gateway.http.paths import Paths
from gateway.http.routes import PathType, Route
from gateway.http.whole import Response

Answering = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class Api:
    """Answers what is among its routes, without the application that serves all else."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge
        self._paths = Paths[Endpoint]()
        self.routes: list[tuple[str, str]] = []
        """Method and path of all that is served."""

    def add(self, method: str, path: str, endpoint: Endpoint) -> None:
        self._paths.add(method, path, endpoint)
        self.routes.append((method, path))

    def before(self, others: Answering) -> Answering:
        """A handler of the API's paths, and of the others by `others`."""

        def answer(request: web.BaseRequest) -> Awaitable[web.StreamResponse]:
            assert isinstance(request, web.Request)  # noqa: S101 - of an application
            found = self._paths.find(request.rel_url.raw_path)
            # aiohttp asks of a response what ours has, whatever its class.
            return others(request) if found is None else cast(Any, self._answer(request, *found))

        return answer

    def _answer(
        self, request: web.Request, there: Mapping[str, Endpoint], values: list[str]
    ) -> Coroutine[Any, Any, Response]:
        endpoint = there.get(request.method)
        if endpoint is None:
            return self._edge.around(request, UNMATCHED, partial(_refuse_method, sorted(there)))
        handle = partial(endpoint.handle, values=values)
        return self._edge.around(request, endpoint.template, handle, endpoint.verification_in(values))


async def _refuse_method(allowed: list[str], _: web.Request) -> Response:
    raise Refusal(
        Problem.METHOD_NOT_ALLOWED, values={"allowed": ", ".join(allowed)}, headers={"Allow": ", ".join(allowed)}
    )


def register(
    app: web.Application, routes: Sequence[Route], services: Services, path_types: Mapping[str, PathType]
) -> None:
    """Make the routes the API of a base application, served where that runs by our `Runner`.

    Every `{parameter}` in a path needs its type; GET answers HEAD too.
    """
    api = app[API] = Api(app[EDGE])
    for route in routes:
        endpoint = Endpoint(route, services, path_types, app[LIFECYCLE])
        for method in ("GET", "HEAD") if route.method == "GET" else (route.method,):
            api.add(method, route.path, endpoint)


API = web.AppKey("api", Api)
