"""The one wrapper that every handler of the API runs in."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import hdrs, web

from gateway.core.callers import ApiKeys, Caller
from gateway.core.errors import Refusal
from gateway.core.idempotency import Answered
from gateway.http.auth import ANONYMOUS, authenticate, require_scope
from gateway.http.bodies import read_json, read_query, validate_body
from gateway.http.idempotency import HEADER as IDEMPOTENCY_KEY
from gateway.http.idempotency import REPLAYED, Idempotency
from gateway.http.lifecycle import Lifecycle
from gateway.http.models import NoBody, NoQuery
from gateway.http.rates import Rates
from gateway.http.routes import ApiRequest, ApiResponse, PathType, Route
from gateway.http.whole_answer import Response, WholeAnswer
from gateway.http.whole_request import Incoming

_NO_BODY = NoBody()
_NO_QUERY = NoQuery()


@dataclass(frozen=True, slots=True)
class Services:
    """What the wrapper needs of the world outside."""

    keys: ApiKeys
    idempotency: Idempotency
    rates: Rates


class Endpoint:
    """The wrapper around one handler, with all that can be known beforehand looked up once."""

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
        self._keys, self._rates = services.keys, services.rates
        self._path = tuple(
            (name, re.compile(path_types[name].pattern), path_types[name]) for name in route.path_parameters
        )
        self._names_verification = "verification_id" in route.path_parameters[:1]

    def verification_in(self, values: Sequence[str]) -> str | None:
        """The verification that the path names, which begins with it; None where it cannot be one of ours."""
        if not self._names_verification or self._path[0][1].fullmatch(values[0]) is None:
            return None
        return values[0]

    async def handle(self, request: Incoming, values: Sequence[str]) -> Response:
        """Check who calls, whether they may, and then each part of the request, until one is wrong."""
        caller = ANONYMOUS
        if self._scopes:
            caller = await self._authenticate(request)
            require_scope(caller, *self._scopes)
        path = self._read_path(values)
        query = _NO_QUERY if self._no_query and "?" not in request.raw_path else read_query(self._query_model, request)
        if self._body_model is None:
            return await self._answer(ApiRequest(request, caller, path, query, _NO_BODY, self._lifecycle))
        raw, document = await read_json(request)
        body = validate_body(self._body_model, raw)
        call = ApiRequest(request, caller, path, query, body, self._lifecycle)
        if self._once is None or IDEMPOTENCY_KEY not in request.headers:
            return await self._answer(call)
        answer, replayed = await self._once(request, caller, document, lambda: self._carry_out(call))
        headers = {**answer.headers, REPLAYED: "true"} if replayed else answer.headers
        return WholeAnswer(answer.status, answer.body, headers)

    async def _authenticate(self, request: Incoming) -> Caller:
        try:
            caller = await authenticate(request.headers.get(hdrs.AUTHORIZATION), self._keys)
        except Refusal:
            self._rates.take_failure(request)
            raise
        self._rates.take(caller)
        return caller

    def _read_path(self, values: Sequence[str]) -> Mapping[str, str]:
        found = {}
        for (name, pattern, kind), value in zip(self._path, values, strict=True):
            if pattern.fullmatch(value) is None:
                raise Refusal(kind.problem, errors=(kind.error,) if kind.error else ())
            found[name] = value
        return found

    async def _answer(self, call: ApiRequest[Any, Any]) -> Response:
        answered = await self._handler(call)
        if isinstance(answered, web.StreamResponse):
            return answered
        answer = self._encode(answered)
        return WholeAnswer(answer.status, answer.body, answer.headers)

    async def _carry_out(self, call: ApiRequest[Any, Any]) -> Answered:
        answered = await self._handler(call)
        if isinstance(answered, web.StreamResponse):
            raise TypeError("a stream cannot be remembered under an Idempotency-Key")
        return self._encode(answered)

    def _encode(self, answered: ApiResponse) -> Answered:
        """The bytes to send, through the model of that status: what the model does not name stays inside.

        What is bytes already names its fields itself.
        """
        model = self._models[answered.status]
        if model is None:
            return Answered(answered.status, b"", answered.headers)
        encoded = answered.body
        if not isinstance(encoded, bytes):
            body = encoded if isinstance(encoded, model) else model.model_validate(encoded)
            encoded = model.__pydantic_serializer__.to_json(body)
        return Answered(answered.status, encoded, {**answered.headers, "Content-Type": "application/json"})
