"""What every request passes through, whatever its path: id, problem answers, log, metrics, trace."""

from collections.abc import Awaitable, Callable
from logging import INFO
from time import perf_counter
from typing import TypeVar

import structlog
from aiohttp import web
from structlog.contextvars import bind_contextvars

from gateway.core.tracing import begin
from gateway.http import request_id
from gateway.http.lifecycle import Lifecycle
from gateway.http.metrics import HttpMetrics
from gateway.http.problems import problem_response
from gateway.http.whole_answer import Response, WholeAnswer
from gateway.http.whole_request import Incoming

UNMATCHED = "unmatched"
"""The route of a request whose path, or whose method there, is none of ours."""

Request = TypeVar("Request", bound=Incoming)
Answer = TypeVar("Answer", bound=Response)

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"})


class Edge:
    """Around the handlers of the application's pages and of the API's routes alike."""

    def __init__(self, metrics: HttpMetrics, lifecycle: Lifecycle) -> None:
        self._metrics = metrics
        self._lifecycle = lifecycle
        self._log = structlog.get_logger("gateway.http.access").bind()

    async def around(
        self,
        request: Request,
        route: str,
        handle: Callable[[Request], Awaitable[Answer]],
        verification_id: str | None = None,
    ) -> Answer | WholeAnswer:
        """The handler's answer, or the problem that came instead.

        `route` is the path as it was registered: a raw one holds the ids of customers. `verification_id` is for every
        line of the log; it must be one of ours.
        """
        started = perf_counter()
        assigned = request_id.assign(request)
        # aiohttp has a task for each request: what is bound here goes with it.
        if verification_id is None:
            bind_contextvars(request_id=assigned)
        else:
            bind_contextvars(request_id=assigned, verification_id=verification_id)
        method = request.method if request.method in _METHODS else "other"
        with begin(f"{method} {route}", request.headers.get("traceparent"), {"bonin.request_id": assigned}) as span:
            try:
                response: Answer | WholeAnswer = await handle(request)
            except Exception as error:
                response = problem_response(request, error)
            span.set("http.response.status_code", response.status)
        if self._lifecycle.draining:
            # The next request of this caller comes over a connection to a process that stays.
            response.force_close()
        seconds = perf_counter() - started
        self._metrics.observe(route, method, response.status, seconds, assigned)
        if self._log.is_enabled_for(INFO):
            self._log.info("request", method=method, route=route, status=response.status, ms=round(seconds * 1000, 2))
        return response


EDGE = web.AppKey("edge", Edge)
