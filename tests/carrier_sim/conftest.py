import dataclasses
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from twilio.http.async_http_client import AsyncTwilioHttpClient

from carrier_sim.app import create_app
from carrier_sim.carrier import CARRIER
from carrier_sim.settings import CarrierSettings, FaultSettings
from tests.carrier_sim.support import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    DEPARTURE_TOKEN,
    REGISTRY_TOKEN,
    SMS_NUMBER,
    VOICE_NUMBER,
    Bench,
    CustomerServer,
    twilio_client,
)

SETTINGS = CarrierSettings(
    account_sid=ACCOUNT_SID,
    auth_token=AUTH_TOKEN,
    sms_number=SMS_NUMBER,
    voice_number=VOICE_NUMBER,
    registry_token=REGISTRY_TOKEN,
    departure_token=DEPARTURE_TOKEN,
    faults=FaultSettings(),
    speed=20,
)

StartBench = Callable[..., Awaitable[Bench]]


@pytest.fixture
async def start_bench() -> AsyncIterator[StartBench]:
    """Starts a carrier beside a customer's server, with these settings changed."""
    async with AsyncExitStack() as stack:

        async def start(**changes: Any) -> Bench:
            customer = CustomerServer()
            hooks = web.Application()
            hooks.router.add_route("*", "/{path:.*}", customer.handle)
            hook_server = await stack.enter_async_context(TestServer(hooks))
            customer.url = str(hook_server.make_url("")).rstrip("/")
            changes.setdefault("inbound_url", f"{customer.url}/inbound")
            app = create_app(dataclasses.replace(SETTINGS, **changes))
            server = TestServer(app)
            http: TestClient[Any, Any] = await stack.enter_async_context(TestClient(server))
            async_http = await stack.enter_async_context(AsyncTwilioHttpClient())
            base_url = str(server.make_url("")).rstrip("/")
            return Bench(http, app[CARRIER], base_url, customer, twilio_client(base_url, async_http))

        yield start


@pytest.fixture
async def bench(start_bench: StartBench) -> Bench:
    """A carrier without faults in which time passes twenty times as fast."""
    return await start_bench()
