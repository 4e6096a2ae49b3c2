"""CAMARA clients on the local carrier, and on servers that misbehave."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from aiohttp.test_utils import BaseTestServer, TestServer
from pydantic import SecretStr

from carrier_sim.app import create_app
from carrier_sim.carrier import CARRIER, Carrier
from carrier_sim.settings import CarrierSettings, FaultSettings
from gateway.carriers.camara.client import CamaraClient
from gateway.carriers.camara.services import camara_client

CLIENT_ID = "bonin tests/1"
CLIENT_SECRET = "a secret: of the tests, 100%"
TOKEN_PATH = "/oauth2/token"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def root_of(server: BaseTestServer) -> str:
    return str(server.make_url("")).rstrip("/")


@dataclass
class LocalCarrier:
    """The local carrier, and a client that it knows."""

    carrier: Carrier
    url: str
    client: CamaraClient


@pytest.fixture
async def local_carrier() -> AsyncIterator[LocalCarrier]:
    settings = CarrierSettings(
        account_sid="AC" + "1" * 32,
        auth_token="unused",
        sms_number="+827012340001",
        voice_number="+827012340002",
        registry_token="unused",
        camara_client_id=CLIENT_ID,
        camara_client_secret=CLIENT_SECRET,
        faults=FaultSettings(),
    )
    app = create_app(settings)
    async with TestServer(app) as server:
        client = camara_client(root_of(server), CLIENT_ID, SecretStr(CLIENT_SECRET))
        yield LocalCarrier(app[CARRIER], root_of(server), client)
        await client.close()


@dataclass
class Operator:
    """An operator's server that answers as it is told; what it was asked is kept."""

    answer: Handler | None = None
    token: Handler | None = None
    url: str = ""
    tokens_given: int = 0
    asked: list[web.Request] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    token_requests: list[web.Request] = field(default_factory=list)
    token_bodies: list[bytes] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        if request.path == TOKEN_PATH:
            self.token_requests.append(request)
            self.token_bodies.append(body)
            return await (self.token or self.good_token)(request)
        self.asked.append(request)
        self.bodies.append(body)
        assert self.answer is not None
        return await self.answer(request)

    async def good_token(self, _: web.Request) -> web.StreamResponse:
        self.tokens_given += 1
        token = f"token-{self.tokens_given}"
        return web.json_response({"access_token": token, "token_type": "Bearer", "expires_in": 300})

    def answers(self, content: object, status: int = 200) -> None:
        async def answer(_: web.Request) -> web.StreamResponse:
            return web.json_response(content, status=status)

        self.answer = answer


@pytest.fixture
async def operator() -> AsyncIterator[Operator]:
    operator = Operator()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", operator.handle)
    async with TestServer(app) as server:
        operator.url = root_of(server)
        yield operator


StartClient = Callable[..., CamaraClient]


@pytest.fixture
async def start_client(operator: Operator) -> AsyncIterator[StartClient]:
    """A client of the operator; `timeout_seconds` for those that have to wait."""
    async with AsyncExitStack() as stack:

        def start(timeout_seconds: float = 5.0) -> CamaraClient:
            client = camara_client(operator.url, CLIENT_ID, SecretStr(CLIENT_SECRET), timeout_seconds=timeout_seconds)
            stack.push_async_callback(client.close)
            return client

        yield start
