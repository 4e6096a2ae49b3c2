"""A connection for reads that wait: nobody gets another's answer, and whoever waits learns that the store is gone."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from demo.customer import until
from gateway.core.errors import StoreUnavailable
from gateway.store import waiting
from gateway.store.connection import Store
from gateway.store.endpoint import Endpoint
from gateway.store.refusals import ResponseError
from gateway.store.waiting import WaitingLine
from tests.gateway.store.valkey_servers import Server, running


@pytest.fixture
async def line(store: Store) -> AsyncIterator[WaitingLine]:
    line = store.waiting_line()
    yield line
    line.close()


async def test_what_was_waited_for_comes(store: Store, line: WaitingLine) -> None:
    waits = asyncio.create_task(line.ask("BLPOP", "bonin:list", 0, wait=60))
    await asyncio.sleep(0)
    await store.command("RPUSH", "bonin:list", "here")
    assert await waits == [b"bonin:list", b"here"]


async def test_whoever_stops_waiting_leaves_nothing_to_the_next(store: Store, line: WaitingLine) -> None:
    waits = asyncio.create_task(line.ask("BLPOP", "bonin:list", 0, wait=60))

    async def is_waited_for() -> bool:
        return b"cmd=blpop" in await store.command("CLIENT", "LIST")

    await until(is_waited_for)
    waits.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waits
    assert await line.ask("ECHO", "mine") == b"mine"


async def test_a_refusal_is_told_and_the_connection_stays(store: Store, line: WaitingLine) -> None:
    me = await line.ask("CLIENT", "ID")
    with pytest.raises(ResponseError, match="ERR"):
        await line.ask("SET", "without a value")
    assert await line.ask("CLIENT", "ID") == me


async def test_a_channel_says_first_that_it_is_listened_to(store: Store, line: WaitingLine) -> None:
    heard = line.listen(["bonin:changes:one"])
    assert await anext(heard) == ("bonin:changes:one", True)
    line.listen_also("bonin:changes:two")
    assert await anext(heard) == ("bonin:changes:two", True)
    await store.command("SPUBLISH", "bonin:changes:two", "")
    await store.command("SPUBLISH", "bonin:changes:one", "")
    assert [await anext(heard), await anext(heard)] == [("bonin:changes:two", False), ("bonin:changes:one", False)]
    line.leave("bonin:changes:two")

    async def is_left() -> bool:
        return bool(await store.command("SPUBLISH", "bonin:changes:two", "") == 0)

    await until(is_left)
    await heard.aclose()


async def test_where_nobody_waits_a_connection_is_there_for_who_comes(store: Store, line: WaitingLine) -> None:
    heard = asyncio.ensure_future(anext(line.listen([])))

    async def is_open() -> bool:
        line.listen_also("bonin:changes:one")
        return heard.done()

    await until(is_open)
    assert heard.result() == ("bonin:changes:one", True)


async def test_who_waits_learns_that_the_store_was_killed(tmp_path: Path) -> None:
    with running(tmp_path / "server") as server:
        line = WaitingLine(Endpoint.from_url(server.url))
        channel = await _listening(server)
        waits = asyncio.create_task(line.ask("BLPOP", "bonin:list", 0, wait=60))
        await asyncio.sleep(0)
        server.kill()
        with pytest.raises(StoreUnavailable):
            await waits
        with pytest.raises(StoreUnavailable):
            await anext(channel)
        server.start()
        await _until_it_answers(line)
        line.close()


async def test_a_channel_that_died_without_a_word_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "_LOOKED_EVERY_SECONDS", 0.05)
    with running(tmp_path / "server") as server:
        channel = await _listening(server)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await anext(channel)
        channel = await _listening(server)
        monkeypatch.setattr(waiting, "_SILENCE_SECONDS", 0.05)
        server.freeze()
        with pytest.raises(StoreUnavailable):
            await anext(channel)


async def test_where_nobody_listens_the_store_is_away(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        await WaitingLine(Endpoint.from_url(f"unix://{tmp_path / 'nobody.sock'}")).ask("PING")


async def _listening(server: Server) -> AsyncGenerator[tuple[str, bool]]:
    async with asyncio.timeout(10):
        while True:
            channel = WaitingLine(Endpoint.from_url(server.url)).listen(["bonin:changes:one"])
            try:
                assert await anext(channel) == ("bonin:changes:one", True)
            except StoreUnavailable:
                await asyncio.sleep(0.01)
            else:
                return channel


async def _until_it_answers(line: WaitingLine) -> None:
    async with asyncio.timeout(10):
        while True:
            try:
                assert await line.ask("PING") == b"PONG"
            except StoreUnavailable:
                await asyncio.sleep(0.01)
            else:
                return


async def test_who_is_closed_while_the_connection_opens_is_not_answered_over_it(valkey_url: str) -> None:
    """Since it was told where to go, another may have become the primary."""
    opening, may_open = asyncio.Event(), asyncio.Event()

    async def recognise(_: object) -> None:
        opening.set()
        await may_open.wait()

    line = WaitingLine(replace(Endpoint.from_url(valkey_url), recognise=recognise))
    try:
        asked = asyncio.create_task(line.ask("PING"))
        await opening.wait()
        line.close()
        may_open.set()
        with pytest.raises(StoreUnavailable):
            await asked
        assert await line.ask("PING") == b"PONG"
    finally:
        line.close()
