"""A small application on the HTTP framework, with routes that do each thing a handler may do."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import web
from prometheus_client import CollectorRegistry
from pydantic import Field, field_validator

from contacts.key_ring import KeyRing
from gateway.core.callers import Caller, Scope
from gateway.core.errors import FieldError, Refusal, StoreUnavailable
from gateway.core.idempotency import Answered, Fresh, InProgress, Mismatch
from gateway.core.problems import Problem
from gateway.http.auth import key_digest
from gateway.http.client_address import ClientAddresses
from gateway.http.dispatch import register
from gateway.http.docs_page import add_docs_page
from gateway.http.endpoint import Services
from gateway.http.idempotency import Idempotency
from gateway.http.limits import RateLimits
from gateway.http.models import Answer, Body, Line, NoBody, Query, WholeNumber, field_error, omitted_when_none
from gateway.http.openapi import add_openapi
from gateway.http.rates import Rates
from gateway.http.routes import ApiRequest, ApiResponse, PathType, Route
from gateway.http.server import create_base_app
from gateway.http.sse import ServerEvent, stream_events

KEY = "test-key-of-the-desk"
NARROW_KEY = "test-key-that-may-only-decide"


class Address(Body):
    city: Line


class Greet(Body):
    name: Line
    kind: Literal["hello", "farewell"] = "hello"
    times: int = Field(default=1, ge=1, le=5)
    addresses: tuple[Address, ...] = Field(default=(), max_length=3)
    code: str | None = None

    @field_validator("code")
    @classmethod
    def _six_digits(cls, code: str | None) -> str | None:
        if code is not None and len(code) != 6:
            raise field_error("여섯 자리여야 합니다.", "Give six digits.")
        return code


class Greeting(Answer):
    text: str
    client: str
    note: str | None = omitted_when_none()


class Wait(Query):
    wait: WholeNumber = Field(default=0, le=30, description="seconds")


class Waited(Answer):
    waited: int


class Trouble(Body):
    how: Literal["crash", "store", "refuse", "locked"]


class Count(Answer):
    count: int


class KnownKeys:
    async def find(self, digest: str) -> Caller | None:
        if digest == key_digest(KEY):
            return Caller("desk", "kim", frozenset({Scope.CONTACTS, Scope.VERIFY}), "wide")
        if digest == key_digest(NARROW_KEY):
            return Caller("narrow", "lee", frozenset({Scope.DECIDE}), "narrow")
        return None


class MemoryOfAnswers:
    """What the store's implementation does, for one process and for ever."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], tuple[str, Answered | None]] = {}
        self.reachable = True

    async def begin(
        self, client: str, key_digest: str, fingerprints: Sequence[str]
    ) -> Fresh | InProgress | Answered | Mismatch:
        known = self._seen.get((client, key_digest))
        if known is None:
            self._seen[client, key_digest] = (fingerprints[0], None)
            return Fresh()
        claimed_for, answer = known
        if claimed_for not in fingerprints:
            return Mismatch()
        return answer or InProgress()

    async def finish(self, client: str, key_digest: str, fingerprint: str, answer: Answered) -> None:
        self._require_reachable()
        if self._seen[client, key_digest][0] == fingerprint:
            self._seen[client, key_digest] = (fingerprint, answer)

    async def abandon(self, client: str, key_digest: str, fingerprint: str) -> None:
        self._require_reachable()
        if self._seen[client, key_digest][0] == fingerprint:
            del self._seen[client, key_digest]

    def _require_reachable(self) -> None:
        if not self.reachable:
            raise StoreUnavailable("connection refused")


@dataclass
class World:
    """What the routes of the application see and change."""

    answers: MemoryOfAnswers = field(default_factory=MemoryOfAnswers)
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    rate_limits: RateLimits = field(default_factory=RateLimits)
    store_trouble: str | None = None
    hangs: bool = False
    calls: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    listeners_left: asyncio.Event = field(default_factory=asyncio.Event)
    source_breaks: bool = False

    async def greet(self, request: ApiRequest[Greet]) -> ApiResponse:
        self.calls += 1
        text = " ".join([f"{request.body.kind} {request.body.name}"] * request.body.times)
        where = f"/v1/customers/{request.path['customer_id']}/greetings/{self.calls}"
        return ApiResponse(201, Greeting(text=text, client=request.caller.client), {"Location": where})

    async def count_calls(self, request: ApiRequest[NoBody, Wait]) -> ApiResponse:
        return ApiResponse(200, {"waited": request.query.wait, "secret": "must not leave"})

    async def trouble(self, request: ApiRequest[Trouble]) -> ApiResponse:
        self.calls += 1
        match request.body.how:
            case "crash":
                raise RuntimeError("the number is +821012345678")
            case "store":
                raise StoreUnavailable("connection refused")
            case "locked":
                raise Refusal(Problem.CUSTOMER_LOCKED, values={"limit": 5}, members={"attempts_remaining": 0})
        raise Refusal(
            Problem.TOO_MANY_REQUESTS,
            values={"cap": "number"},
            retry_after=30,
            errors=(FieldError("contact_id", "잠시 기다려 주세요.", "Wait a little."),),
        )

    async def wait_for_gate(self, request: ApiRequest) -> ApiResponse:
        self.calls += 1
        self.arrived.set()
        await self.gate.wait()
        return ApiResponse(200, Count(count=self.calls))

    async def forget(self, request: ApiRequest) -> ApiResponse:
        return ApiResponse(204)

    async def whoami(self, request: ApiRequest) -> ApiResponse:
        return ApiResponse(200, Greeting(text=request.locale, client=request.caller.client, note="public"))

    async def events(self, request: ApiRequest) -> web.StreamResponse:
        return await stream_events(request.raw, self._counted(), request.lifecycle, keep_alive=0.05)

    async def _counted(self) -> AsyncGenerator[ServerEvent, None]:
        try:
            yield ServerEvent("count", b'{"count":1}')
            self.arrived.set()
            await self.gate.wait()
            if self.source_breaks:
                raise StoreUnavailable("connection refused")
            yield ServerEvent("count", b'{"count":2}')
        finally:
            self.listeners_left.set()

    async def what_troubles_it(self) -> str | None:
        if self.hangs:
            await asyncio.Event().wait()
        return self.store_trouble


PATH_TYPES = {
    "customer_id": PathType("[A-Za-z0-9_-]{1,32}", Problem.CUSTOMER_NOT_FOUND, "고객 번호 / the customer"),
}


def routes_of(world: World) -> tuple[Route, ...]:
    return (
        Route(
            method="POST",
            path="/v1/customers/{customer_id}/greetings",
            handler=world.greet,
            scope=Scope.CONTACTS,
            summary_ko="인사",
            summary_en="Greet a customer",
            request=Greet,
            responses={201: Greeting},
            problems=(Problem.CUSTOMER_LOCKED,),
            tags=("greetings",),
        ),
        Route(
            method="GET",
            path="/v1/greetings",
            handler=world.count_calls,
            scope=Scope.CONTACTS,
            summary_ko="기다림",
            summary_en="Wait",
            query=Wait,
            responses={200: Waited},
        ),
        Route(
            method="POST",
            path="/v1/trouble",
            handler=world.trouble,
            scope=Scope.VERIFY,
            summary_ko="문제",
            summary_en="Trouble",
            request=Trouble,
            responses={200: Count},
        ),
        Route(
            method="POST",
            path="/v1/gate",
            handler=world.wait_for_gate,
            scope=Scope.VERIFY,
            summary_ko="문",
            summary_en="Wait at the gate",
            responses={200: Count},
        ),
        Route(
            method="DELETE",
            path="/v1/customers/{customer_id}",
            handler=world.forget,
            scope=Scope.CONTACTS,
            summary_ko="삭제",
            summary_en="Forget a customer",
            responses={204: None},
        ),
        Route(
            method="GET",
            path="/whoami",
            handler=world.whoami,
            scope=None,
            summary_ko="누구",
            summary_en="Who am I",
            responses={200: Greeting},
        ),
        Route(
            method="GET",
            path="/v1/events",
            handler=world.events,
            scope=Scope.VERIFY,
            summary_ko="이벤트",
            summary_en="Events",
            responses={200: Count},
            streams=True,
        ),
    )


def demo_app(world: World) -> web.Application:
    app = create_base_app(registry=world.registry, trouble=world.what_troubles_it)
    routes = routes_of(world)
    rates = Rates(world.registry, world.rate_limits, ClientAddresses())
    register(app, routes, Services(KnownKeys(), Idempotency(world.answers, KeyRing(b"p" * 32)), rates), PATH_TYPES)
    add_openapi(app, routes, PATH_TYPES, "1.2.3")
    add_docs_page(app)
    return app
