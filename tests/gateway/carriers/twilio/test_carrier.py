"""The real SDK against servers that answer as Twilio does, or fail in every way that a network can."""

import asyncio
import logging
import socket
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from contacts.phone_numbers import LineType, PhoneNumber
from gateway.carriers.twilio.carrier import TwilioCarrier
from gateway.core.delivery import DeliveryReason, DeliveryRef
from gateway.core.ports import (
    CallCarrier,
    CarrierRefused,
    CarrierTimedOut,
    CarrierUnavailable,
    OutgoingCall,
    OutgoingText,
    TextCarrier,
)
from tests.gateway.carriers.twilio.requests import ACCOUNT_SID, AUTH_TOKEN, CUSTOMER, FIRM, PUBLIC_URL

SID = "SM00000000000000000000000000000009"
CODE_TEXT = "[본인증권] 인증번호 123456"
REF = DeliveryRef("v-1", 2)
TEXT = OutgoingText(PhoneNumber(CUSTOMER, LineType.MOBILE), CODE_TEXT, REF)
CALL = OutgoingCall(PhoneNumber(CUSTOMER, LineType.MOBILE), REF, first_turn="t0", ring_seconds=25)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Connect = Callable[..., Awaitable[TwilioCarrier]]


def carrier_at(api_base_url: str | None, timeout_seconds: float = 10) -> TwilioCarrier:
    return TwilioCarrier(
        name="twilio",
        account_sid=ACCOUNT_SID,
        auth_token=AUTH_TOKEN,
        sms_number=FIRM,
        voice_number=FIRM,
        public_url=PUBLIC_URL,
        api_base_url=api_base_url,
        timeout_seconds=timeout_seconds,
    )


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """A carrier whose API is one handler."""
    async with AsyncExitStack() as stack:

        async def connected(handler: Handler, timeout_seconds: float = 10) -> TwilioCarrier:
            app = web.Application()
            app.router.add_route("*", "/{path:.*}", handler)
            server = await stack.enter_async_context(TestServer(app))
            carrier = carrier_at(str(server.make_url("/")), timeout_seconds)
            stack.push_async_callback(carrier.close)
            return carrier

        yield connected


def answers(status: int, body: object, headers: dict[str, str] | None = None) -> Handler:
    async def handler(request: web.Request) -> web.Response:
        return web.json_response(body, status=status, headers=headers)

    return handler


def test_it_is_made_outside_of_any_loop_and_is_both_carriers() -> None:
    carrier = carrier_at(None)
    texts: TextCarrier = carrier
    calls: CallCarrier = carrier
    assert texts.name == calls.name == "twilio"


async def test_a_text_goes_out_with_the_address_of_its_reports(connect: Connect) -> None:
    requests: list[tuple[str, dict[str, str], str]] = []

    async def handler(request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        requests.append((request.path, form, request.headers["Authorization"]))
        return web.json_response({"sid": SID, "status": "queued"}, status=201)

    carrier = await connect(handler)
    assert await carrier.send_text(TEXT) == SID
    ((path, form, authorization),) = requests
    assert path == f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"
    assert form == {
        "To": CUSTOMER,
        "From": FIRM,
        "Body": CODE_TEXT,
        "StatusCallback": f"{PUBLIC_URL}/webhooks/twilio/messages/v-1/2",
    }
    assert authorization.startswith("Basic ")


async def test_an_answering_text_asks_for_no_reports(connect: Connect) -> None:
    forms: list[set[str]] = []

    async def handler(request: web.Request) -> web.Response:
        forms.append(set(await request.post()))
        return web.json_response({"sid": SID}, status=201)

    carrier = await connect(handler)
    await carrier.send_text(OutgoingText(TEXT.to, "감사합니다.", None))
    assert forms == [{"To", "From", "Body"}]


async def test_a_call_goes_out_with_its_first_turn_and_the_address_of_its_reports(connect: Connect) -> None:
    forms: list[list[tuple[str, str]]] = []

    async def handler(request: web.Request) -> web.Response:
        forms.append([(name, str(value)) for name, value in (await request.post()).items()])
        return web.json_response({"sid": "CA1"}, status=201)

    carrier = await connect(handler)
    assert await carrier.place_call(CALL) == "CA1"
    assert sorted(forms[0]) == [
        ("From", FIRM),
        ("MachineDetection", "Enable"),
        ("StatusCallback", f"{PUBLIC_URL}/webhooks/twilio/calls/v-1/2"),
        ("StatusCallbackEvent", "answered"),
        ("StatusCallbackEvent", "completed"),
        ("StatusCallbackEvent", "initiated"),
        ("StatusCallbackEvent", "ringing"),
        ("Timeout", "25"),
        ("To", CUSTOMER),
        ("Url", f"{PUBLIC_URL}/webhooks/twilio/voice/v-1/t0/answered"),
    ]


async def test_a_call_is_ended_by_completing_it(connect: Connect) -> None:
    seen: list[tuple[str, dict[str, object]]] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append((request.path, dict(await request.post())))
        return web.json_response({"sid": "CA1"})

    carrier = await connect(handler)
    await carrier.end_call("CA1")
    assert seen == [(f"/2010-04-01/Accounts/{ACCOUNT_SID}/Calls/CA1.json", {"Status": "completed"})]


@pytest.mark.parametrize(("status", "code"), [(400, 21220), (404, 20404)])
async def test_ending_a_call_that_is_over_is_success(connect: Connect, status: int, code: int) -> None:
    carrier = await connect(answers(status, {"code": code, "message": "Call is not in-progress"}))
    await carrier.end_call("CA1")


async def test_ending_a_call_fails_like_anything_else(connect: Connect) -> None:
    carrier = await connect(answers(401, {"code": 20003, "message": "Authenticate"}))
    with pytest.raises(CarrierUnavailable):
        await carrier.end_call("CA1")


async def test_a_number_that_twilio_refuses_is_refused_without_being_repeated(connect: Connect) -> None:
    carrier = await connect(answers(400, {"code": 21211, "message": f"Invalid 'To' {CUSTOMER}"}))
    with pytest.raises(CarrierRefused) as refused:
        await carrier.send_text(TEXT)
    assert refused.value.reason is DeliveryReason.INVALID_NUMBER
    assert CUSTOMER not in "".join(traceback.format_exception(refused.value))


async def test_a_problem_document_is_understood_too(connect: Connect) -> None:
    problem = {"type": "about:blank", "title": "Opted out", "status": 400, "code": 21610}
    carrier = await connect(answers(400, problem))
    with pytest.raises(CarrierRefused, match="opted_out"):
        await carrier.send_text(TEXT)


@pytest.mark.parametrize(("header", "retry_after"), [("7", 7.0), (None, None), ("soon", None)])
async def test_throttling_tells_when_to_come_back(
    connect: Connect, header: str | None, retry_after: float | None
) -> None:
    headers = {} if header is None else {"Retry-After": header}
    carrier = await connect(answers(429, {"code": 20429, "message": "Too Many Requests"}, headers))
    with pytest.raises(CarrierUnavailable) as unavailable:
        await carrier.send_text(TEXT)
    assert unavailable.value.reason is DeliveryReason.THROTTLED
    assert unavailable.value.retry_after == retry_after


async def test_a_broken_carrier_is_unavailable(connect: Connect) -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(status=503, text="<html>Service Unavailable</html>")

    carrier = await connect(handler)
    with pytest.raises(CarrierUnavailable, match="carrier_error"):
        await carrier.place_call(CALL)


async def test_an_error_of_the_carriers_leaves_open_whether_it_was_done(connect: Connect) -> None:
    carrier = await connect(answers(500, {"code": 20500, "message": "An internal server error has occurred"}))
    for attempt in (carrier.send_text(TEXT), carrier.place_call(CALL)):
        with pytest.raises(CarrierTimedOut):
            await attempt


@pytest.mark.parametrize(
    "body", ["not JSON", "[]", "{}", '{"sid": 1}', '{"sid": "SM1/../../Calls"}', "null", "", "[" * 60_000]
)
async def test_an_answer_that_cannot_be_read_leaves_open_whether_it_was_done(connect: Connect, body: str) -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(status=201, text=body, content_type="application/json")

    carrier = await connect(handler)
    with pytest.raises(CarrierTimedOut):
        await carrier.send_text(TEXT)


async def test_a_redirect_is_not_followed_with_the_credentials(connect: Connect) -> None:
    paths: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        paths.append(request.path)
        return web.Response(status=307, headers={"Location": "/elsewhere"})

    carrier = await connect(handler)
    with pytest.raises(CarrierRefused, match="carrier_error"):
        await carrier.send_text(TEXT)
    assert len(paths) == 1


async def test_no_answer_in_time_leaves_open_whether_it_was_done(connect: Connect) -> None:
    never = asyncio.Event()

    async def handler(request: web.Request) -> web.Response:
        await never.wait()
        raise AssertionError

    carrier = await connect(handler, timeout_seconds=0.3)
    with pytest.raises(CarrierTimedOut):
        await carrier.send_text(TEXT)
    never.set()


async def test_a_connection_lost_after_sending_leaves_open_whether_it_was_done(connect: Connect) -> None:
    async def handler(request: web.Request) -> web.Response:
        await request.read()
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    carrier = await connect(handler)
    with pytest.raises(CarrierTimedOut):
        await carrier.send_text(TEXT)


async def test_a_refused_connection_has_done_nothing() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        carrier = carrier_at(f"http://127.0.0.1:{closed.getsockname()[1]}")
        with pytest.raises(CarrierUnavailable, match="carrier_error"):
            await carrier.send_text(TEXT)
        await carrier.close()


async def test_a_connection_that_does_not_come_about_has_done_nothing() -> None:
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for waiting in (first, second):
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        carrier = carrier_at(f"http://127.0.0.1:{full.getsockname()[1]}", timeout_seconds=0.4)
        with pytest.raises(CarrierUnavailable, match="carrier_timeout"):
            await carrier.send_text(TEXT)
        await carrier.close()


async def test_connections_are_kept_and_reopened_after_closing(connect: Connect) -> None:
    peers: list[object] = []

    async def handler(request: web.Request) -> web.Response:
        assert request.transport is not None
        peers.append(request.transport.get_extra_info("peername"))
        return web.json_response({"sid": SID}, status=201)

    carrier = await connect(handler)
    await carrier.send_text(TEXT)
    await carrier.send_text(TEXT)
    await carrier.close()
    await carrier.send_text(TEXT)
    assert peers[0] == peers[1] != peers[2]


async def test_nothing_secret_reaches_a_log(connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for logger in ("twilio", "twilio.http_client", "twilio.async_http_client", "aiohttp.client"):
        caplog.set_level(logging.DEBUG, logger)
    carrier = await connect(answers(201, {"sid": SID, "to": CUSTOMER, "body": CODE_TEXT}))
    await carrier.send_text(TEXT)
    assert not [secret for secret in (CODE_TEXT, "123456", CUSTOMER, AUTH_TOKEN, "Basic ") if secret in caplog.text]
