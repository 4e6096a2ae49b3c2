"""The one wrapper that every handler of the API runs in."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

from aiohttp import hdrs, web

from gateway.core.callers import ApiKeys, Caller
from gateway.core.errors import Refusal
from gateway.core.idempotency import Answered
from gateway.http.auth import ANONYMOUS, authenticate, require_scope
from gateway.http.bodies import read_body, read_json, read_query, validate_body
from gateway.http.idempotency import HEADER as IDEMPOTENCY_KEY
from gateway.http.idempotency import REPLAYED, Idempotency
from gateway.http.lifecycle import Lifecycle
from gateway.http.models import NoBody, NoQuery
from gateway.http.rates import Rates
from gateway.http.routes import ApiRequest, ApiResponse, PathType, Route
from gateway.http.whole_answer import Response, WholeAnswer
from gateway.http.whole_request import Incoming, WholeRequest

_JSON: Mapping[str, str] = MappingProxyType({"Content-Type": "application/json"})
_NO_BODY = NoBody()
_NO_QUERY = NoQuery()


@dataclass(frozen=True, slots=True)
class Services:
    """What the wrapper needs of the world outside."""

    keys: ApiKeys
    idempotency: Idempotency
    rates: Rates


class Endpoint:
    """The wrapper around one handler. Whatever is known beforehand is looked up once."""

    def __init__(
        self, route: Route, services: Services, path_types: Mapping[str, PathType], lifecycle: Lifecycle
    ) -> None:
        self.template = route.path
        self.streams = route.streams
        self._models = route.responses
        self._lifecycle = lifecycle
        self._handler = route.handler
        self._scopes = () if route.scope is None else (route.scope, *route.or_scopes)
        self._body_model = (route.request or NoBody) if route.takes_body else None
        self._no_query = route.query is None
        self._query_model = route.query or NoQuery
        self._once = services.idempotency.once if route.takes_idempotency_key else None
        self._stands = route.stands
        self._keys, self._rates = services.keys, services.rates
        self._path = tuple(
            (name, re.compile(path_types[name].pattern), path_types[name]) for name in route.path_parameters
        )

    def read_path(self, values: Sequence[str]) -> Mapping[str, str] | Refusal:
        """The parameters of the path, or the refusal of one that cannot exist, to raise once it is known who asks."""
        found = {}
        for (name, pattern, kind), value in zip(self._path, values, strict=True):
            if pattern.fullmatch(value) is None:
                return Refusal(kind.problem, errors=(kind.error,) if kind.error else ())
            found[name] = value
        return found

    async def handle(self, path: Mapping[str, str] | Refusal, request: Incoming) -> Response:
        """Check who calls, whether they may, and then each part of the request, until one is wrong."""
        caller = ANONYMOUS
        if self._scopes:
            caller = await self._authenticate(request)
            require_scope(caller, *self._scopes)
        if isinstance(path, Refusal):
            raise path
        query = _NO_QUERY if self._no_query and "?" not in request.raw_path else read_query(self._query_model, request)
        call: ApiRequest[Any, Any] = ApiRequest(
            request, caller, path, query, _NO_BODY, self._lifecycle, partial(self._may_go_on, request)
        )
        if self._body_model is not None:
            sent = request.body if isinstance(request, WholeRequest) else await read_body(request)
            raw, document = read_json(request, sent, says_nothing=self._body_model is NoBody)
            call.body = validate_body(self._body_model, raw)
            if self._once is not None and IDEMPOTENCY_KEY in request.headers:
                answer, replayed = await self._once(request, caller, document, partial(self._carry_out, call))
                if replayed and self._stands is not None:
                    await self._stands(call)
                headers = {**answer.headers, REPLAYED: "true"} if replayed else answer.headers
                return WholeAnswer(answer.status, answer.body, headers)
        answered = await self._handler(call)
        return answered if isinstance(answered, web.StreamResponse) else WholeAnswer(*self._encode(answered))

    async def _authenticate(self, request: Incoming) -> Caller:
        try:
            caller = await authenticate(request.headers.get(hdrs.AUTHORIZATION), self._keys)
        except Refusal:
            self._rates.take_failure(request)
            raise
        self._rates.take(caller)
        return caller

    async def _may_go_on(self, request: Incoming) -> bool:
        try:
            require_scope(await authenticate(request.headers.get(hdrs.AUTHORIZATION), self._keys), *self._scopes)
        except Refusal:
            return False
        return True

    async def _carry_out(self, call: ApiRequest[Any, Any], known_as: bytes) -> Answered:
        call.known_as = known_as
        answered = await self._handler(call)
        if isinstance(answered, web.StreamResponse):
            raise TypeError("a stream cannot be remembered under an Idempotency-Key")
        return Answered(*self._encode(answered))

    def _encode(self, answered: ApiResponse) -> tuple[int, bytes, Mapping[str, str]]:
        """Status, body and headers. Whatever the model of that status does not name stays inside.

        Bytes are sent as they are: whoever wrote them has named each field.
        """
        model = self._models[answered.status]
        if model is None:
            return answered.status, b"", answered.headers
        encoded = answered.body
        if not isinstance(encoded, bytes):
            body = encoded if isinstance(encoded, model) else model.model_validate(encoded)
            encoded = model.__pydantic_serializer__.to_json(body)
        return answered.status, encoded, {**answered.headers, **_JSON} if answered.headers else _JSON
