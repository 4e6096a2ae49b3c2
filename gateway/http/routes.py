"""The registry of routes: what each path takes and answers.

The OpenAPI document is made from the same registry as what is served, so the two cannot disagree.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Generic

from aiohttp import web
from pydantic import BaseModel
from typing_extensions import TypeVar

from gateway.core.callers import Caller, Scope
from gateway.core.errors import FieldError
from gateway.core.problems import Problem
from gateway.http.language import Locale, negotiate
from gateway.http.lifecycle import Lifecycle
from gateway.http.models import Answer, Body, NoBody, NoQuery, Query
from gateway.http.request_id import request_id_of
from gateway.http.whole_request import Incoming

NO_HEADERS: Mapping[str, str] = MappingProxyType({})

B = TypeVar("B", bound=Body, default=NoBody)
Q = TypeVar("Q", bound=Query, default=NoQuery)


@dataclass(slots=True)
class ApiRequest(Generic[B, Q]):
    """A request whose caller, path, query and body have been checked."""

    raw: Incoming
    caller: Caller
    path: Mapping[str, str]
    query: Q
    body: B
    lifecycle: Lifecycle
    may_go_on: Callable[[], Awaitable[bool]]
    """Whether the key would still be let in: a stream ends when it would not."""
    known_as: bytes = b""
    """The same for the same request under the same `Idempotency-Key` (`gateway.core.idempotency`)."""

    @property
    def locale(self) -> Locale:
        return negotiate(self.raw.headers.get("Accept-Language"))

    @property
    def request_id(self) -> str:
        return request_id_of(self.raw)


@dataclass(slots=True)
class ApiResponse:
    """What a handler answers: `body` is, or fits, the model that the route names for `status`.

    Bytes are JSON that fits it.
    """

    status: int
    body: BaseModel | Mapping[str, Any] | bytes | None = None
    headers: Mapping[str, str] = field(default_factory=lambda: NO_HEADERS)


Handler = Callable[[ApiRequest[Any, Any]], Awaitable[ApiResponse | web.StreamResponse]]
"""Streams (server-sent events) are answered as aiohttp's own responses."""


@dataclass(frozen=True, slots=True)
class PathType:
    """The shape of one path parameter, and what to say of a value that cannot exist."""

    pattern: str
    problem: Problem
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
    takes: tuple[str, ...] = ()
    """Headers of the request that the handler reads."""
    gives: tuple[str, ...] = ()
    """Headers of its answers that are not every answer's."""
    tags: tuple[str, ...] = ()
    stands: Callable[[ApiRequest[Any, Any]], Awaitable[None]] | None = None
    """Asked before an answer is repeated under an `Idempotency-Key`: raises `Refusal` if what it said has been taken
    back since."""
    streams: bool = False
    """Answers server-sent events: `responses` names the model of their data."""

    @property
    def takes_body(self) -> bool:
        return self.method in ("POST", "PUT")

    @property
    def takes_idempotency_key(self) -> bool:
        return self.method == "POST" and self.scope is not None

    @property
    def path_parameters(self) -> tuple[str, ...]:
        return tuple(re.findall(r"{(\w+)}", self.path))
