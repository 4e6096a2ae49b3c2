"""The client against an operator that answers with what nobody can read, elsewhere, or never."""

import asyncio
import gzip

import pytest
from aiohttp import web

from gateway.carriers.camara.client import QuestionFailed
from tests.gateway.carriers.camara.conftest import (
    Handler,
    Operator,
    StartClient,
)

PATH = "/sim-swap/v2/check"
QUESTION = {"phoneNumber": "+821012345678", "maxAge": 72}


async def _huge(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    try:
        while True:
            await response.write(b" " * 65_536)
    except ConnectionError:
        return response


async def _elsewhere(request: web.Request) -> web.StreamResponse:
    raise web.HTTPTemporaryRedirect("/stolen")


async def _torn(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.close()
    return web.Response()


async def _no_http(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
    request.transport.close()
    return web.Response()


async def _bomb(_: web.Request) -> web.StreamResponse:
    body = gzip.compress(b" " * 50_000_000 + b"{}")
    return web.Response(body=body, headers={"Content-Encoding": "gzip"})


@pytest.mark.parametrize("misbehaviour", [_huge, _torn, _no_http, _bomb])
@pytest.mark.parametrize("at_token", [True, False])
async def test_what_cannot_be_read_is_no_answer(
    operator: Operator, start_client: StartClient, misbehaviour: Handler, at_token: bool
) -> None:
    if at_token:
        operator.token = misbehaviour
    else:
        operator.answer = misbehaviour
    client = start_client()
    try:
        content = await client.ask(PATH, QUESTION)
    except QuestionFailed:
        content = {}
    assert content == {}


async def test_a_redirect_is_not_followed(operator: Operator, start_client: StartClient) -> None:
    operator.answer = _elsewhere
    with pytest.raises(QuestionFailed):
        await start_client().ask(PATH, QUESTION)
    assert {request.path for request in operator.asked} == {PATH}


@pytest.mark.parametrize("at_token", [True, False])
async def test_an_operator_that_does_not_answer_is_given_up(
    operator: Operator, start_client: StartClient, at_token: bool
) -> None:
    forever = asyncio.Event()

    async def silent(_: web.Request) -> web.StreamResponse:
        await forever.wait()
        return web.Response()

    if at_token:
        operator.token = silent
    else:
        operator.answer = silent
    with pytest.raises(QuestionFailed):
        await start_client(timeout_seconds=0.2).ask(PATH, QUESTION)
    forever.set()
