"""From a request to the endpoint of the API that its path names.

aiohttp's own router, with the layers that an application puts between it and a handler, costs more than all that is
done here; it goes on serving pages, webhooks and files.
"""

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from functools import partial
from typing import Any, cast

from aiohttp import HttpVersion11, hdrs, web

from gateway.core.errors import Refusal
from gateway.core.problems import Problem
from gateway.http.edge import EDGE, UNMATCHED, Edge
from gateway.http.endpoint import Endpoint, Services
from gateway.http.lifecycle import LIFECYCLE
from gateway.http.paths import Paths
from gateway.http.routes import PathType, Route
from gateway.http.whole_answer import Response, WholeAnswer
from gateway.http.whole_request import Incoming, WholeRequest

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

    def answer_to(self, request: WholeRequest) -> Coroutine[Any, Any, WholeAnswer] | None:
        """None for what is not the API's, and for what is answered by a stream."""
        found = self._paths.find(request.raw_path.partition("?")[0])
        if found is None:
            return None
        endpoint = found[0].get(request.method)
        if endpoint is not None and endpoint.streams:
            return None
        # Only streams are answered as aiohttp's own responses.
        return cast(Coroutine[Any, Any, WholeAnswer], self._answer(request, *found))

    def before(self, others: Answering) -> Answering:
        """A handler that answers the API's paths, and leaves all others to `others`."""

        def answer(request: web.BaseRequest) -> Awaitable[web.StreamResponse]:
            assert isinstance(request, web.Request)  # noqa: S101 - of an application
            found = self._paths.find(request.rel_url.raw_path)
            if found is None:
                return others(request)
            answering = self._after_continue if hdrs.EXPECT in request.headers else self._answer
            # aiohttp asks of a response what ours has, whatever its class.
            return cast(Awaitable[web.StreamResponse], answering(request, *found))

        return answer

    async def _after_continue(self, request: web.Request, there: Mapping[str, Endpoint], values: list[str]) -> Response:
        """`Expect: 100-continue` (RFC 9110, 10.1.1); any other expectation may be ignored.

        Also where the head alone would be refused: the JDK's client of Java 17 waits for 100 without end.
        """
        if request.version == HttpVersion11 and request.headers[hdrs.EXPECT].lower() == "100-continue":
            await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            request.writer.output_size = 0
        return await self._answer(request, there, values)

    def _answer(
        self, request: Incoming, there: Mapping[str, Endpoint], values: list[str]
    ) -> Coroutine[Any, Any, Response]:
        endpoint = there.get(request.method)
        if endpoint is None:
            return self._edge.around(request, UNMATCHED, partial(_refuse_method, sorted(there)))
        path = endpoint.read_path(values)
        verification_id = None if isinstance(path, Refusal) else path.get("verification_id")
        return self._edge.around(request, endpoint.template, partial(endpoint.handle, path), verification_id)


async def _refuse_method(allowed: list[str], _: Incoming) -> Response:
    raise Refusal(
        Problem.METHOD_NOT_ALLOWED, values={"allowed": ", ".join(allowed)}, headers={"Allow": ", ".join(allowed)}
    )


def register(
    app: web.Application, routes: Sequence[Route], services: Services, path_types: Mapping[str, PathType]
) -> None:
    """Make the routes the API of a base application. Our `Runner` serves it.

    Every `{parameter}` in a path needs its type; GET answers HEAD too.
    """
    api = app[API] = Api(app[EDGE])
    for route in routes:
        endpoint = Endpoint(route, services, path_types, app[LIFECYCLE])
        for method in ("GET", "HEAD") if route.method == "GET" else (route.method,):
            api.add(method, route.path, endpoint)


API = web.AppKey("api", Api)
