"""The client, its token and its tries, against an operator that says no."""

import asyncio
import re
from urllib.parse import parse_qs

import pytest
import structlog
from aiohttp import BasicAuth, web
from pydantic import SecretStr
from structlog.testing import capture_logs

from gateway.carriers.camara.client import QuestionFailed, UnknownSubscriber
from gateway.carriers.camara.oidc import OidcClient
from gateway.carriers.json_poster import JsonPoster
from tests.gateway.carriers.camara.conftest import (
    CLIENT_ID,
    CLIENT_SECRET,
    TOKEN_PATH,
    Operator,
    StartClient,
)

PATH = "/sim-swap/v2/check"
QUESTION = {"phoneNumber": "+821012345678", "maxAge": 72}


async def test_a_question_is_asked_with_a_token_and_a_correlation_id(
    operator: Operator, start_client: StartClient
) -> None:
    operator.answers({"swapped": False})
    assert await start_client().ask(PATH, QUESTION) == {"swapped": False}
    (asked,) = operator.asked
    assert asked.headers["Authorization"] == "Bearer token-1"
    assert re.fullmatch("[a-zA-Z0-9-]{1,55}", asked.headers["x-correlator"])


async def test_the_token_is_asked_for_as_oauth_says(operator: Operator, start_client: StartClient) -> None:
    operator.answers({})
    await start_client().ask(PATH, QUESTION)
    (request,), (body,) = operator.token_requests, operator.token_bodies
    form = parse_qs(body.decode())
    assert form["grant_type"] == ["client_credentials"]
    assert "sim-swap:check" in form["scope"][0].split()
    given = BasicAuth.decode(request.headers["Authorization"])
    assert (given.login, given.password) == ("bonin%20tests%2F1", "a%20secret%3A%20of%20the%20tests%2C%20100%25")
    assert "x-correlator" in request.headers


@pytest.mark.parametrize(
    ("serving", "sent"),
    [("0123456789abcdef-A", True), ("has_underscores_in_it", False), ("x" * 64, False), (None, False)],
)
async def test_the_id_of_the_request_is_the_correlation_id_where_it_may_be(
    operator: Operator, start_client: StartClient, serving: str | None, sent: bool
) -> None:
    operator.answers({})
    with structlog.contextvars.bound_contextvars(request_id=serving):
        await start_client().ask(PATH, QUESTION)
    assert (operator.asked[0].headers["x-correlator"] == serving) is sent


async def test_one_token_serves_many_questions_that_come_at_once(operator: Operator, start_client: StartClient) -> None:
    operator.answers({})
    client = start_client()
    await asyncio.gather(*(client.ask(PATH, QUESTION) for _ in range(20)))
    await client.ask(PATH, QUESTION)
    assert operator.tokens_given == 1


async def test_a_token_is_replaced_shortly_before_it_expires(operator: Operator) -> None:
    now = 1000.0
    poster = JsonPoster(5.0)
    oidc = OidcClient(poster, operator.url + TOKEN_PATH, CLIENT_ID, SecretStr(CLIENT_SECRET), lambda: now)
    assert await oidc.token() == "token-1"
    now += 269
    assert await oidc.token() == "token-1"
    now += 2
    assert await oidc.token() == "token-2"
    await poster.close()


async def test_a_withdrawn_token_is_replaced_once(operator: Operator, start_client: StartClient) -> None:
    async def only_the_second(request: web.Request) -> web.StreamResponse:
        if request.headers["Authorization"] == "Bearer token-1":
            return web.json_response({"status": 401, "code": "UNAUTHENTICATED", "message": "expired"}, status=401)
        return web.json_response({"swapped": True})

    operator.answer = only_the_second
    client = start_client()
    assert await asyncio.gather(*(client.ask(PATH, QUESTION) for _ in range(5))) == [{"swapped": True}] * 5
    assert operator.tokens_given == 2


async def test_an_operator_that_refuses_every_token_is_asked_twice_and_no_more(
    operator: Operator, start_client: StartClient
) -> None:
    operator.answers({"status": 401, "code": "UNAUTHENTICATED", "message": "no"}, 401)
    with pytest.raises(QuestionFailed):
        await start_client().ask(PATH, QUESTION)
    assert (len(operator.asked), operator.tokens_given) == (2, 2)


async def test_wrong_credentials_are_not_tried_again(operator: Operator, start_client: StartClient) -> None:
    async def refused(_: web.Request) -> web.StreamResponse:
        return web.json_response({"error": "invalid_client"}, status=401)

    operator.token = refused
    with pytest.raises(QuestionFailed):
        await start_client().ask(PATH, QUESTION)
    assert (len(operator.token_requests), len(operator.asked)) == (1, 0)


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"access_token": "good"},
        {"access_token": "good", "token_type": "mac"},
        {"access_token": "", "token_type": "bearer"},
        {"access_token": "two words", "token_type": "bearer"},
        {"access_token": "line\r\nX-Injected: 1", "token_type": "bearer"},
        {"access_token": 7, "token_type": "bearer"},
        {"access_token": "x" * 5000, "token_type": "bearer"},
        [],
    ],
)
async def test_what_is_no_bearer_token_is_none(operator: Operator, start_client: StartClient, content: object) -> None:
    async def odd(_: web.Request) -> web.StreamResponse:
        return web.json_response(content)

    operator.token = odd
    with pytest.raises(QuestionFailed):
        await start_client().ask(PATH, QUESTION)
    assert operator.asked == []


@pytest.mark.parametrize("expires_in", [None, "300", 0, -5, True, 10**30, 1.5])
async def test_a_life_that_cannot_be_read_is_short_or_bounded(
    operator: Operator, start_client: StartClient, expires_in: object
) -> None:
    async def token(_: web.Request) -> web.StreamResponse:
        return web.json_response({"access_token": "t", "token_type": "Bearer", "expires_in": expires_in})

    operator.token = token
    operator.answers({})
    assert await start_client().ask(PATH, QUESTION) == {}


async def test_a_server_error_is_asked_again(operator: Operator, start_client: StartClient) -> None:
    statuses = [500, 503, 200]

    async def recovering(_: web.Request) -> web.StreamResponse:
        return web.json_response({"swapped": False}, status=statuses.pop(0))

    operator.answer = recovering
    assert await start_client().ask(PATH, QUESTION) == {"swapped": False}


@pytest.mark.parametrize(
    ("status", "code", "times"),
    [
        (400, "INVALID_ARGUMENT", 1),
        (400, "OUT_OF_RANGE", 1),
        (403, "PERMISSION_DENIED", 1),
        (404, "NOT_FOUND", 1),
        (404, None, 1),
        (418, "A_TEAPOT", 1),
        (429, "QUOTA_EXCEEDED", 1),
        (429, "TOO_MANY_REQUESTS", 4),
        (429, None, 4),
        (500, "INTERNAL", 4),
        (503, "UNAVAILABLE", 4),
        (502, None, 4),
        (204, None, 1),
    ],
)
async def test_an_error_is_no_answer_and_only_a_passing_one_is_asked_again(
    operator: Operator, start_client: StartClient, status: int, code: str | None, times: int
) -> None:
    operator.answers({"status": status, "code": code, "message": "no"}, status)
    with pytest.raises(QuestionFailed):
        await start_client().ask(PATH, QUESTION)
    assert len(operator.asked) == times


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (404, "IDENTIFIER_NOT_FOUND"),
        (422, "SERVICE_NOT_APPLICABLE"),
        (422, "UNSUPPORTED_IDENTIFIER"),
        (403, "KNOW_YOUR_CUSTOMER.ID_DOCUMENT_REQUIRED"),
    ],
)
async def test_a_number_that_the_operator_does_not_know_is_told_apart(
    operator: Operator, start_client: StartClient, status: int, code: str
) -> None:
    operator.answers({"status": status, "code": code, "message": "no"}, status)
    with pytest.raises(UnknownSubscriber):
        await start_client().ask(PATH, QUESTION)


async def test_whoever_gives_up_waiting_for_a_token_does_not_end_it_for_others(
    operator: Operator, start_client: StartClient
) -> None:
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def slow(request: web.Request) -> web.StreamResponse:
        arrived.set()
        await go_on.wait()
        return await operator.good_token(request)

    operator.token = slow
    operator.answers({"swapped": False})
    client = start_client()
    impatient = asyncio.create_task(client.ask(PATH, QUESTION))
    patient = asyncio.create_task(client.ask(PATH, QUESTION))
    await arrived.wait()
    impatient.cancel()
    go_on.set()
    assert await patient == {"swapped": False}
    assert operator.tokens_given == 1


async def test_nothing_secret_is_logged(operator: Operator, start_client: StartClient) -> None:
    operator.answers({"status": 500, "code": "INTERNAL", "message": "+821012345678"}, 500)
    client = start_client()
    with capture_logs() as logs, pytest.raises(QuestionFailed):
        await client.ask(PATH, QUESTION)
    shown = repr(logs) + repr(client) + repr(client.__dict__)
    assert logs
    for secret in (CLIENT_ID, CLIENT_SECRET, "token-1", "821012345678"):
        assert secret not in repr(logs)
    assert CLIENT_SECRET not in shown
