"""What is answered to bytes that are not HTTP: a problem like any other, and not aiohttp's own words.

aiohttp answers them in plain text with the bytes that it could not read, and logs each as an error: a stranger
could fill the log.
"""

import structlog
from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from gateway.core.errors import Refusal
from gateway.core.problems import Problem
from gateway.http import request_id
from gateway.http.problems import problem_response
from gateway.http.server import add_headers

_log = structlog.get_logger("gateway.http.access")


class _Connection(RequestHandler):
    """One connection."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The answer to what never reached a handler; the connection then closes."""
        if status >= 500 or not isinstance(request, web.Request) or request.writer.output_size > 0:
            return super().handle_error(request, status, exc, message)
        request_id.assign(request)
        response = problem_response(request, Refusal(Problem.BAD_REQUEST))
        add_headers(request, response)
        # Left out, aiohttp would name itself and its version here.
        response.headers["Server"] = "bonin"
        response.force_close()
        _log.info("not_http", status=response.status)
        return response


class _Server(web.Server):
    def __call__(self) -> _Connection:
        return _Connection(self, loop=self._loop, **self._kwargs)


class Runner(web.AppRunner):
    """`web.AppRunner` whose connections answer everything with a problem."""

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return _Server(made.request_handler, request_factory=made.request_factory, **made._kwargs)
