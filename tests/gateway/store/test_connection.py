"""The one way into the store: nobody gets another's answer, and nothing is sent twice."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from demo.customer import until
from gateway.core.errors import StoreUnavailable
from gateway.store import node
from gateway.store.connection import Store
from gateway.store.embedded import EmbeddedStore
from gateway.store.refusals import ResponseError
from gateway.store.scripts import load


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedStore]:
    """A server of the test's own, which it may kill."""
    server = EmbeddedStore(tmp_path / "data")
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def own_store(server: EmbeddedStore) -> AsyncIterator[Store]:
    store = Store(server.url)
    await store.open()
    yield store
    await store.close()


async def is_back(store: Store) -> bool:
    try:
        return bool(await store.command("PING"))
    except StoreUnavailable:
        return False


async def test_everybody_gets_their_own_answer_whoever_is_cancelled(store: Store) -> None:
    async def ask(number: int) -> tuple[int, int]:
        return number, int(await store.command("ECHO", number))

    asking = [asyncio.create_task(ask(number)) for number in range(2000)]
    await asyncio.sleep(0)
    for task in asking[::3]:
        task.cancel()
    answers = [await task for number, task in enumerate(asking) if number % 3]
    assert all(asked == answered for asked, answered in answers)
    assert await store.command("ECHO", "after") == b"after"


async def test_what_is_more_than_may_wait_is_refused_at_once_and_the_rest_answered(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(node, "_MOST_WAITING", 10)
    for _ in range(2):
        outcomes = await asyncio.gather(*(store.command("PING") for _ in range(12)), return_exceptions=True)
        assert outcomes[:10] == [b"PONG"] * 10
        assert [type(refused) for refused in outcomes[10:]] == [StoreUnavailable] * 2


async def test_a_command_the_store_refuses_fails_its_own_caller_only(store: Store) -> None:
    outcomes = await asyncio.gather(
        store.command("SET", "bonin:key", "1"),
        store.command("LPUSH", "bonin:key", "x"),
        store.command("GET", "bonin:key"),
        return_exceptions=True,
    )
    assert outcomes[0] == b"OK"
    assert isinstance(outcomes[1], ResponseError)
    assert outcomes[2] == b"1"


async def test_words_that_cannot_be_sent_do_not_stop_the_others(store: Store) -> None:
    async with asyncio.timeout(5):
        for _ in range(10):
            with pytest.raises(StoreUnavailable):
                await store.command("SET", "bonin:key", "\ud800")
        assert await store.command("ECHO", "after") == b"after"


async def test_a_server_that_forgot_its_scripts_is_taught_them(store: Store) -> None:
    await store.command("SCRIPT", "FLUSH")
    script = load("take_cap", "caps")
    assert await store.run(script, ["bonin:cap"], [1, 1000]) == [b"taken"]
    taken = await store.run(script, ["bonin:cap"], [1, 1000])
    assert taken[0] == b"capped"


async def test_a_store_killed_in_mid_flight_is_unavailable_and_then_back(
    server: EmbeddedStore, own_store: Store
) -> None:
    await own_store.command("SET", "kept", "yes")
    pid = server.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    asking = [asyncio.ensure_future(own_store.command("INCR", "count")) for _ in range(50)]
    await asyncio.sleep(0)
    os.kill(pid, signal.SIGKILL)
    outcomes = await asyncio.gather(*asking, return_exceptions=True)
    assert all(isinstance(outcome, StoreUnavailable) for outcome in outcomes)
    with pytest.raises(StoreUnavailable):
        await own_store.command("GET", "kept")
    server.stop()
    await asyncio.to_thread(server.start)
    await until(lambda: is_back(own_store))
    assert await own_store.command("GET", "kept") == b"yes"


async def test_no_command_is_sent_twice_when_connections_break(server: EmbeddedStore, own_store: Store) -> None:
    """What was acknowledged happened, and nothing happened more often than it was asked for."""
    asked: Counter[str] = Counter()

    async def count() -> None:
        for _ in range(20):
            asked["all"] += 1
            try:
                await own_store.command("INCR", "count")
            except StoreUnavailable:
                asked["unknown"] += 1
            else:
                asked["acknowledged"] += 1

    killer = Store(server.url)
    await killer.open()
    for _ in range(20):
        killing = killer.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        await asyncio.gather(*(count() for _ in range(20)), killing)
    await until(lambda: is_back(own_store))
    counted = int(await own_store.command("GET", "count"))
    await killer.close()
    assert asked["unknown"] > 0
    assert 0 < asked["acknowledged"] <= counted <= asked["all"]


async def test_whoever_waits_when_the_store_is_closed_is_told(valkey_url: str) -> None:
    store = Store(valkey_url)
    await store.open()
    waiting = [asyncio.ensure_future(store.command("PING")) for _ in range(300)]
    await store.close()
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(outcome, StoreUnavailable) or outcome == b"PONG" for outcome in outcomes)
