"""A desk whose gateway fails says so, and nothing else."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from desk import gateway_client
from desk.app import create_app
from desk.settings import PREFIX, DeskCustomer, DeskSettings, Text
from tests.desk.browser import Browser

CUSTOMER = DeskCustomer("hong-gildong", Text("홍길동", "Hong Gildong"), Text("본인명의", "his own"))
READ_CUSTOMER = "/desk/api/customers/hong-gildong"

StartDesk = Callable[[str], Awaitable[Browser]]


@pytest.fixture
async def desk_on() -> AsyncIterator[StartDesk]:
    """Opens a desk whose gateway is at some address."""
    async with AsyncExitStack() as stack:

        async def start(gateway_url: str) -> Browser:
            app = web.Application()
            settings = DeskSettings(
                public_url="http://desk.example",
                gateway_url=gateway_url,
                api_key="planted-key",
                firm=Text("본인증권", "Bonin Securities"),
                customer_centre="1588-0000",
                customers=(CUSTOMER,),
            )
            app.add_subapp(PREFIX, create_app(settings))
            server = await stack.enter_async_context(TestServer(app))
            return await stack.enter_async_context(Browser(str(server.make_url("")).rstrip("/")))

        yield start


@pytest.fixture
async def gateway_that_answers() -> AsyncIterator[Callable[[int, str], Awaitable[str]]]:
    """Starts a gateway that always answers the same; gives its address."""
    async with AsyncExitStack() as stack:

        async def start(status: int, text: str) -> str:
            async def answer(_: web.Request) -> web.Response:
                return web.Response(status=status, text=text)

            app = web.Application()
            app.router.add_route("*", "/{path:.*}", answer)
            server = await stack.enter_async_context(TestServer(app))
            return str(server.make_url("")).rstrip("/")

        yield start


async def test_a_gateway_that_is_not_there_is_told_as_unreachable(desk_on: StartDesk) -> None:
    browser = await desk_on(f"http://127.0.0.1:{unused_port()}")
    answer = await browser.get(READ_CUSTOMER)
    assert (answer.status, answer.slug) == (502, "gateway-unreachable")


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (200, "no json"),
        (500, "<html>planted-key</html>"),
        (500, "[]"),
        (401, '{"type": "/problems/unauthenticated", "detail": "planted-key"}'),
        (403, '{"type": "/problems/missing-scope"}'),
    ],
)
async def test_what_is_wrong_between_desk_and_gateway_is_no_business_of_the_browser(
    desk_on: StartDesk, gateway_that_answers: Callable[[int, str], Awaitable[str]], status: int, text: str
) -> None:
    browser = await desk_on(await gateway_that_answers(status, text))
    answer = await browser.get(READ_CUSTOMER)
    assert (answer.status, answer.slug) == (502, "gateway-unreachable")
    assert b"planted-key" not in answer.content


@pytest.mark.parametrize("first", ["lost", "/problems/store-unavailable", "/problems/idempotency-in-progress"])
async def test_an_answer_that_is_lost_is_asked_for_again_under_the_same_key(desk_on: StartDesk, first: str) -> None:
    keys: list[str] = []

    async def open_one(request: web.Request) -> web.Response:
        keys.append(request.headers["Idempotency-Key"])
        if len(keys) > 1:
            return web.json_response({"id": "ver_1"}, status=201)
        if first == "lost":
            assert request.transport is not None
            request.transport.abort()
        return web.json_response({"type": first}, status=503)

    gateway = web.Application()
    gateway.router.add_post("/v1/verifications", open_one)
    async with TestServer(gateway) as server:
        browser = await desk_on(str(server.make_url("")).rstrip("/"))
        assert (await browser.open("branch_otp", CUSTOMER.customer_id))["id"] == "ver_1"
        await browser.open("branch_otp", CUSTOMER.customer_id)
    assert keys[0] == keys[1] != keys[2]


async def test_a_gateway_that_says_nothing_is_waited_for_no_longer_with_all_tries(
    desk_on: StartDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway_client, "_PATIENCE_SECONDS", 0.5)
    asked, leaves = [], asyncio.Event()

    async def say_nothing(request: web.Request) -> web.Response:
        asked.append(request.path)
        await leaves.wait()
        return web.Response()

    gateway = web.Application()
    gateway.router.add_post("/v1/verifications", say_nothing)
    async with TestServer(gateway) as server:
        browser = await desk_on(str(server.make_url("")).rstrip("/"))
        answer = await browser.request("branch_otp", CUSTOMER.customer_id)
        leaves.set()
    assert (answer.status, answer.slug) == (502, "gateway-unreachable")
    assert len(asked) == 1


async def test_a_stream_that_the_gateway_breaks_off_ends_for_the_browser(desk_on: StartDesk) -> None:
    async def open_one(_: web.Request) -> web.Response:
        return web.json_response({"id": "ver_1"}, status=201)

    async def break_off(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b"event: verification\ndata: {}\n\n")
        assert request.transport is not None
        request.transport.abort()
        return response

    gateway = web.Application()
    gateway.router.add_post("/v1/verifications", open_one)
    gateway.router.add_get("/v1/verifications/ver_1/events", break_off)
    async with TestServer(gateway) as server:
        browser = await desk_on(str(server.make_url("")).rstrip("/"))
        await browser.open("branch_otp", CUSTOMER.customer_id)
        events = await browser.get("/desk/api/verifications/ver_1/events")
    assert events.status == 200


async def test_however_many_follow_their_verifications_the_others_are_answered() -> None:
    leaves = asyncio.Event()

    async def hold(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await leaves.wait()
        return response

    async def answer(_: web.Request) -> web.Response:
        return web.json_response({"customer_id": CUSTOMER.customer_id})

    gateway = web.Application()
    gateway.router.add_get("/v1/verifications/ver_1/events", hold)
    gateway.router.add_get("/v1/customers/hong-gildong", answer)
    async with TestServer(gateway) as server, AsyncExitStack() as following:
        client = gateway_client.GatewayClient(str(server.make_url("")), "planted-key")
        await client.open()
        following.push_async_callback(client.close)
        for _ in range(100):
            await following.enter_async_context(client.stream("/v1/verifications/ver_1/events", "ko"))
        assert await client.get("/v1/customers/hong-gildong", "ko") == {"customer_id": CUSTOMER.customer_id}
        leaves.set()


async def test_the_desk_is_also_found_by_its_public_name(desk_on: StartDesk) -> None:
    browser = await desk_on("http://127.0.0.1:9")
    assert (await browser.get("/desk", {"Host": "desk.example"})).status == 200
    assert (await browser.get("/desk", {"Host": "localhost:1234"})).status == 200
    assert (await browser.get("/desk", {"Host": "[::1]:1234"})).status == 200


def test_the_settings_do_not_print_the_key() -> None:
    settings = DeskSettings("http://a", "http://b", "planted-key", Text("가", "a"), "1588-0000", (CUSTOMER,))
    assert "planted-key" not in repr(settings)
    assert "홍길동" not in repr(settings)
