"""A customer's server that checks signatures, and a carrier to test it against."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from carrier_sim.carrier import Carrier
from carrier_sim.records import Call, Message

ACCOUNT_SID = "AC" + "1" * 32
AUTH_TOKEN = "an auth token of the tests"
REGISTRY_TOKEN = "a registry token of the tests"
DEPARTURE_TOKEN = "a departure token of the tests"
SMS_NUMBER = "+827012340001"
VOICE_NUMBER = "+827012340002"
MOBILE = "+821012345678"
OTHER_MOBILE = "+821087654321"
LANDLINE = "+82221234567"
PATIENCE_SECONDS = 10


@dataclass
class Received:
    """One webhook as it came in. `raw` tells identical copies."""

    path: str
    params: dict[str, str]
    raw: str


@dataclass
class CustomerServer:
    """Records webhooks that are signed right, and answers voice and text webhooks with prepared documents."""

    documents: dict[str, str] = field(default_factory=dict)
    failures: list[int] = field(default_factory=list)
    """Statuses to answer the next requests with, before all is well."""
    received: list[Received] = field(default_factory=list)
    badly_signed: int = 0
    url: str = ""
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def handle(self, request: web.Request) -> web.Response:
        if self.failures:
            return web.Response(status=self.failures.pop(0))
        posted = {name: str(value) for name, value in (await request.post()).items()}
        url = str(request.url)
        if not RequestValidator(AUTH_TOKEN).validate(url, posted, request.headers["X-Twilio-Signature"]):
            self.badly_signed += 1
            return web.Response(status=403)
        async with self._news:
            raw = (await request.read()).decode()
            self.received.append(Received(request.path, posted or dict(request.query), raw))
            self._news.notify_all()
        return web.Response(text=self.documents.get(request.path, "<Response/>"), content_type="text/xml")

    def of(self, path: str) -> list[dict[str, str]]:
        return [received.params for received in self.received if received.path == path]

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until what was received fulfils the condition."""
        async with asyncio.timeout(PATIENCE_SECONDS), self._news:
            await self._news.wait_for(condition)

    async def until_count(self, path: str, count: int) -> list[dict[str, str]]:
        await self.until(lambda: len(self.of(path)) >= count)
        return self.of(path)


@dataclass
class Bench:
    """A running carrier, its customer's server, and the ways to talk to both."""

    http: TestClient[Any, Any]
    carrier: Carrier
    base_url: str
    customer: CustomerServer
    twilio: Client

    def hook(self, path: str) -> str:
        return self.customer.url + path

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until the carrier's texts and calls fulfil the condition."""
        with self.carrier.events.subscription() as changes:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not condition():
                    await changes.get()

    async def call(self, **request: Any) -> Call:
        """Place a call; the carrier's own record of it."""
        given = {"to": MOBILE, "from_": VOICE_NUMBER, **request}
        placed = await self.twilio.calls.create_async(**given)
        call = self.carrier.main.switchboard.calls.get(str(placed.sid))
        assert call is not None
        return call

    async def answered_call(self, twiml: str) -> Call:
        call = await self.call(twiml=twiml)
        await self.ringing(call)
        await self.do(call, "answer")
        return call

    async def ringing(self, call: Call) -> None:
        await self.until(lambda: call.status == "ringing")

    async def over(self, call: Call) -> None:
        await self.until(lambda: call.over)

    async def do(self, call: Call, what: str, expect: int = 200, **body: Any) -> dict[str, Any]:
        response = await self.http.post(f"/control/calls/{call.sid}/{what}", json=body)
        answer: dict[str, Any] = await response.json()
        assert response.status == expect, answer
        return answer

    async def behave(self, number: str, behaviour: str, **more: str) -> None:
        response = await self.http.put(
            f"/control/phones/{number.replace('+', '%2B')}", json={"behaviour": behaviour, **more}
        )
        assert response.status == 200

    async def control(self, path: str, expect: int = 200) -> Any:
        response = await self.http.get(path)
        assert response.status == expect
        return await response.json()

    def texts_to(self, number: str) -> list[Message]:
        return [text for text in self.carrier.main.texting.messages if text.to == number]


def statuses(webhooks: Iterable[dict[str, str]], name: str) -> list[str]:
    return [params[name] for params in webhooks]


def twilio_client(base_url: str, http_client: AsyncTwilioHttpClient | None = None) -> Client:
    client = Client(ACCOUNT_SID, AUTH_TOKEN, http_client=http_client)
    client.api.base_url = base_url
    return client


SDK_AUTHENTICATES_THE_OLD_WAY = [
    pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The 'auth' parameter is deprecated:DeprecationWarning"),
]
"""The asynchronous Twilio client uses what aiohttp is about to drop."""
