"""The firm's own registry is asked once, and believed only when it answers clearly."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from contacts.ownership import OwnershipCheckUnavailable, OwnershipResult
from contacts.phone_numbers import LineType, PhoneNumber
from gateway.carriers.registry.ownership import RegistryOwnershipCheck

NUMBER = PhoneNumber("+821012345678", LineType.MOBILE)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def answered_by(handler: Handler, *, patience: float = 2.0) -> AsyncIterator[RegistryOwnershipCheck]:
    app = web.Application()
    app.router.add_post("/registry/match", handler)
    async with TestServer(app) as server:
        check = RegistryOwnershipCheck(str(server.make_url("")), "a token", patience)
        try:
            yield check
        finally:
            await check.close()


async def ask(check: RegistryOwnershipCheck) -> OwnershipResult:
    return await check.check(NUMBER, "홍길동", "1985-03-02")


async def test_an_answer_that_comes_in_pieces_is_read_whole() -> None:
    async def in_pieces(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for piece in (b'{"name_', b'match": ', b'"true"}'):
            await response.write(piece)
            await asyncio.sleep(0.01)
        return response

    async with answered_by(in_pieces) as check:
        assert await ask(check) is OwnershipResult.CONFIRMED


async def test_what_is_asked_holds_the_person_and_the_token() -> None:
    asked: list[object] = []

    async def keep(request: web.Request) -> web.Response:
        asked.append((request.headers["Authorization"], await request.json()))
        return web.json_response({"name_match": "false"})

    async with answered_by(keep) as check:
        assert await ask(check) is OwnershipResult.NOT_CONFIRMED
    assert asked == [
        ("Bearer a token", {"phone_number": "+821012345678", "name": "홍길동", "birth_date": "1985-03-02"})
    ]


@pytest.mark.parametrize(
    "answer",
    [
        web.Response(status=500),
        web.Response(status=201, text='{"name_match": "true"}'),
        web.Response(text=""),
        web.Response(text='["true"]'),
        web.Response(text='{"name_match": true}'),
        web.Response(text='{"name_match": ["true"]}'),
        web.Response(text='{"name_match": "TRUE"}'),
        web.Response(text='{"name_match": "true", "more": "%s"}' % ("x" * 20_000)),
        web.Response(status=307, headers={"Location": "/elsewhere"}),
    ],
)
async def test_anything_but_a_clear_answer_is_none(answer: web.Response) -> None:
    async def say(_: web.Request) -> web.Response:
        return answer

    async with answered_by(say) as check:
        with pytest.raises(OwnershipCheckUnavailable):
            await ask(check)


async def test_one_that_does_not_answer_in_time_is_not_waited_for() -> None:
    async def hang(_: web.Request) -> web.Response:
        await asyncio.Event().wait()
        raise AssertionError

    async with answered_by(hang, patience=0.1) as check:
        with pytest.raises(OwnershipCheckUnavailable):
            await ask(check)


async def test_nobody_there_is_unavailable_too() -> None:
    check = RegistryOwnershipCheck(f"http://127.0.0.1:{unused_port()}", "a token")
    try:
        with pytest.raises(OwnershipCheckUnavailable):
            await ask(check)
    finally:
        await check.close()
