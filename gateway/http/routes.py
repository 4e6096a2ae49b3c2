"""The registry of routes: what each path takes and answers, and the one wrapper every handler runs in.

The OpenAPI document is made from the same registry, so the two cannot disagree.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Generic

from aiohttp import HttpVersion11, web
from pydantic import BaseModel
from typing_extensions import TypeVar

from gateway.core.callers import ApiKeys, Caller, Scope
from gateway.core.errors import FieldError, Refusal
from gateway.core.idempotency import Answered
from gateway.core.problems import Problem
from gateway.http.auth import ANONYMOUS, authenticate, require_scope
from gateway.http.bodies import read_json, read_query, validate_body
from gateway.http.idempotency import HEADER as IDEMPOTENCY_KEY
from gateway.http.idempotency import REPLAYED, Idempotency
from gateway.http.language import Locale, negotiate
from gateway.http.models import Answer, Body, NoBody, NoQuery, Query
from gateway.http.rates import Rates
from gateway.http.request_id import request_id_of

NO_BODY = NoBody()
NO_QUERY = NoQuery()
NO_HEADERS: Mapping[str, str] = MappingProxyType({})

B = TypeVar("B", bound=Body, default=NoBody)
Q = TypeVar("Q", bound=Query, default=NoQuery)


@dataclass(slots=True)
class ApiRequest(Generic[B, Q]):
    """A request whose caller, path, query and body have been checked."""

    raw: web.Request
    caller: Caller
    path: Mapping[str, str]
    query: Q
    body: B

    @property
    def locale(self) -> Locale:
        return negotiate(self.raw.headers.get("Accept-Language"))

    @property
    def request_id(self) -> str:
        return request_id_of(self.raw)


@dataclass(slots=True)
class ApiResponse:
    """What a handler answers: `body` is, or fits, the model that the route names for `status`."""

    status: int = 200
    body: BaseModel | Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=lambda: NO_HEADERS)


Handler = Callable[[ApiRequest[Any, Any]], Awaitable[ApiResponse | web.StreamResponse]]
"""Streams (server-sent events) are answered as aiohttp's own responses."""


@dataclass(frozen=True, slots=True)
class PathType:
    """The shape of one path parameter, and what to say of a value that cannot exist."""

    pattern: str
    problem: Problem = Problem.NOT_FOUND
    description: str = ""
    error: FieldError | None = None
    """What to correct, where the caller chooses the value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One method on one path. Without a `scope` anybody may call it; `problems` are the handler's own."""

    method: str
    path: str
    handler: Handler
    scope: Scope | None
    or_scopes: tuple[Scope, ...] = ()
    """Scopes that open the path as well; the handler then says to what."""
    summary_ko: str
    summary_en: str
    responses: Mapping[int, type[Answer] | None]
    request: type[Body] | None = None
    query: type[Query] | None = None
    problems: tuple[Problem, ...] = ()
    tags: tuple[str, ...] = ()
    streams: bool = False
    """Answers server-sent events: `responses` names the model of their data."""

    @property
    def takes_body(self) -> bool:
        return self.method in ("POST", "PUT", "PATCH")

    @property
    def takes_idempotency_key(self) -> bool:
        return self.method == "POST" and self.scope is not None

    @property
    def path_parameters(self) -> tuple[str, ...]:
        return tuple(re.findall(r"{(\w+)}", self.path))


@dataclass(frozen=True, slots=True)
class Services:
    """What the wrapper needs of the world outside."""

    keys: ApiKeys
    idempotency: Idempotency
    rates: Rates


def register(
    app: web.Application, routes: Sequence[Route], services: Services, path_types: Mapping[str, PathType]
) -> None:
    """Install the routes. Every `{parameter}` in a path needs its type; GET answers HEAD too."""
    for route in routes:
        handle = _Endpoint(route, services, path_types).handle
        resource = app.router.add_resource(route.path)
        resource.add_route(route.method, handle, expect_handler=_continue)
        if route.method == "GET":
            resource.add_route("HEAD", handle, expect_handler=_continue)


class _Endpoint:
    """The wrapper around one handler, with all that can be known beforehand looked up once."""

    def __init__(self, route: Route, services: Services, path_types: Mapping[str, PathType]) -> None:
        self._route = route
        self._handler = route.handler
        self._scopes = () if route.scope is None else (route.scope, *route.or_scopes)
        self._body_model = (route.request or NoBody) if route.takes_body else None
        self._no_query = route.query is None
        self._query_model = route.query or NoQuery
        self._once = services.idempotency.once if route.takes_idempotency_key else None
        self._keys, self._rates = services.keys, services.rates
        self._path = tuple(
            (name, re.compile(path_types[name].pattern), path_types[name]) for name in route.path_parameters
        )

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Check who calls, whether they may, and then each part of the request, until one is wrong."""
        caller = ANONYMOUS
        if self._scopes:
            caller = await self._authenticate(request)
            require_scope(caller, *self._scopes)
        path = self._read_path(request)
        query = NO_QUERY if self._no_query and not request.query_string else read_query(self._query_model, request)
        if self._body_model is None:
            return await self._answer(ApiRequest(request, caller, path, query, NO_BODY))
        raw, document = await read_json(request)
        call = ApiRequest(request, caller, path, query, validate_body(self._body_model, raw))
        if self._once is None or IDEMPOTENCY_KEY not in request.headers:
            return await self._answer(call)
        answer, replayed = await self._once(request, caller, document, lambda: self._carry_out(call))
        return _response(answer, {REPLAYED: "true"} if replayed else {})

    async def _authenticate(self, request: web.Request) -> Caller:
        try:
            caller = await authenticate(request.headers.get("Authorization"), self._keys)
        except Refusal:
            self._rates.take_failure(request)
            raise
        self._rates.take(caller)
        return caller

    def _read_path(self, request: web.Request) -> Mapping[str, str]:
        found = request.match_info
        for name, pattern, kind in self._path:
            if pattern.fullmatch(found[name]) is None:
                raise Refusal(kind.problem, errors=(kind.error,) if kind.error else ())
        return found

    async def _answer(self, call: ApiRequest[Any, Any]) -> web.StreamResponse:
        answered = await self._handler(call)
        return answered if isinstance(answered, web.StreamResponse) else _response(self._encode(answered))

    async def _carry_out(self, call: ApiRequest[Any, Any]) -> Answered:
        answered = await self._handler(call)
        if isinstance(answered, web.StreamResponse):
            raise TypeError("a stream cannot be remembered under an Idempotency-Key")
        return self._encode(answered)

    def _encode(self, answered: ApiResponse) -> Answered:
        """The bytes to send, through the model of that status: what the model does not name stays inside."""
        model = self._route.responses[answered.status]
        if model is None:
            return Answered(answered.status, b"", answered.headers)
        body = answered.body if isinstance(answered.body, model) else model.model_validate(answered.body)
        encoded = model.__pydantic_serializer__.to_json(body)
        return Answered(answered.status, encoded, {**answered.headers, "Content-Type": "application/json"})


def _response(answer: Answered, more_headers: Mapping[str, str] = NO_HEADERS) -> web.Response:
    return web.Response(status=answer.status, body=answer.body, headers={**answer.headers, **more_headers})


async def _continue(request: web.Request) -> None:
    """`Expect: 100-continue` (RFC 9110, 10.1.1); any other expectation may be ignored."""
    if request.version == HttpVersion11 and request.headers.get("Expect", "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0
