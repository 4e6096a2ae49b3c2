import asyncio

import pytest
from aiohttp import ClientPayloadError, ClientSession, web
from structlog.testing import capture_logs

from demo.customer import until
from gateway.core.callers import Caller
from tests.gateway.http.demo_app import KEY, KnownKeys, World
from tests.gateway.http.lines import connected

PATH = "/v1/events"


async def test_events_arrive_one_by_one_and_the_stream_ends_with_them(client: ClientSession, world: World) -> None:
    async with client.get(PATH) as answer:
        assert answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        assert answer.headers["X-Accel-Buffering"] == "no", "a proxy would hold it back"
        assert answer.headers["Cache-Control"] == "no-store"
        assert await answer.content.readuntil(b"\n\n") == b'event: count\ndata: {"count":1}\n\n'
        world.gate.set()
        rest = await answer.content.read()
    assert rest.replace(b": keep-alive\n\n", b"") == b'event: count\ndata: {"count":2}\n\n'
    assert world.listeners_left.is_set()


async def test_a_silent_stream_is_kept_alive_by_comments(client: ClientSession) -> None:
    async with client.get(PATH) as answer:
        await answer.content.readuntil(b"\n\n")
        assert await answer.content.readuntil(b"\n\n") == b": keep-alive\n\n"


async def test_the_source_is_let_go_when_the_client_leaves(client: ClientSession, world: World) -> None:
    async with client.get(PATH) as answer:
        await answer.content.readuntil(b"\n\n")
        answer.close()
    async with asyncio.timeout(5):
        await world.listeners_left.wait()


async def test_who_leaves_before_the_stream_begins_is_no_error(
    address: tuple[str, int], world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, left, find = asyncio.Event(), asyncio.Event(), KnownKeys.find

    async def find_later(keys: KnownKeys, digest: str) -> Caller | None:
        asked.set()
        await left.wait()
        return await find(keys, digest)

    async def nobody_is_there() -> bool:
        return world.registry.get_sample_value("bonin_http_connections") == 0

    async def was_answered() -> bool:
        return any(log["event"] == "request" for log in logs)

    monkeypatch.setattr(KnownKeys, "find", find_later)
    with capture_logs() as logs:
        async with connected(address) as line:
            line.send(f"GET {PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n\r\n".encode())
            await asked.wait()
            line.break_off()
        await until(nobody_is_there)
        left.set()
        await until(was_answered)
    assert [log for log in logs if log["log_level"] == "error"] == []
    assert [log["status"] for log in logs if log["event"] == "request"] == [200]


async def test_an_open_stream_does_not_hold_the_shutdown(
    client: ClientSession, world: World, runner: web.AppRunner
) -> None:
    async with client.get(PATH) as answer:
        await answer.content.readuntil(b"\n\n")
        async with asyncio.timeout(2):
            await runner.cleanup()
            assert (await answer.content.read()).replace(b": keep-alive\n\n", b"") == b""
    assert world.listeners_left.is_set()


async def test_a_stream_whose_source_breaks_is_cut_short_and_says_nothing_else(
    client: ClientSession, world: World
) -> None:
    world.source_breaks = True
    async with client.get(PATH) as answer:
        await answer.content.readuntil(b"\n\n")
        world.gate.set()
        with pytest.raises(ClientPayloadError, match="Not enough data"):
            await answer.content.read()
    assert world.listeners_left.is_set()


async def test_a_stream_does_not_name_the_software_that_serves_it(client: ClientSession) -> None:
    async with client.get(PATH) as answer:
        assert "Server" not in answer.headers


async def test_head_of_a_stream_ends_at_once(client: ClientSession) -> None:
    async with client.head(PATH) as answer:
        assert answer.status == 200
