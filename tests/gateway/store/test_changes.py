"""Telling waiting callers of changes."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from demo.customer import until
from gateway.store import keys
from gateway.store.changes import RedisChanges
from gateway.store.connection import Store
from gateway.store.waiting import WaitingLine

PATIENCE_SECONDS = 4.0
ONE, OTHER = "ver_00a", "ver_00b"


@pytest.fixture
async def changes(store: Store) -> AsyncIterator[RedisChanges]:
    changes = RedisChanges(store)
    await changes.open()
    yield changes
    await changes.close()


async def change(store: Store, verification_id: str) -> int:
    """To how many connections it was told."""
    return int(await store.command("SPUBLISH", keys.verification(verification_id), ""))


async def took(waiting: "asyncio.Future[None]") -> float:
    started = asyncio.get_running_loop().time()
    await waiting
    return asyncio.get_running_loop().time() - started


async def test_every_watcher_of_what_changed_is_told(store: Store, changes: RedisChanges) -> None:
    async with changes.watch(ONE) as one, changes.watch(ONE) as other:
        waiting = asyncio.gather(one.next(PATIENCE_SECONDS), other.next(PATIENCE_SECONDS))
        await change(store, ONE)
        assert await took(waiting) < PATIENCE_SECONDS / 2  # type: ignore[arg-type]


async def test_a_change_is_heard_from_the_beginning_of_the_watch(store: Store, changes: RedisChanges) -> None:
    for _ in range(3):
        async with changes.watch(ONE) as watch:
            assert await change(store, ONE) == 1
            assert await took(asyncio.ensure_future(watch.next(PATIENCE_SECONDS))) < PATIENCE_SECONDS / 2


async def test_a_change_between_two_looks_is_not_missed(store: Store, changes: RedisChanges) -> None:
    async with changes.watch(ONE) as watch, changes.watch(OTHER) as after:
        await change(store, ONE)
        await change(store, OTHER)
        await after.next(PATIENCE_SECONDS)
        assert await took(asyncio.ensure_future(watch.next(PATIENCE_SECONDS))) < PATIENCE_SECONDS / 2


async def test_a_watcher_is_not_told_of_other_verifications(store: Store, changes: RedisChanges) -> None:
    async with changes.watch(ONE) as watch, changes.watch(OTHER) as other:
        await change(store, OTHER)
        await other.next(PATIENCE_SECONDS)
        assert await took(asyncio.ensure_future(watch.next(0.05))) >= 0.04


async def test_a_process_hears_nothing_of_what_nobody_waits_for(store: Store, changes: RedisChanges) -> None:
    async with changes.watch(ONE), changes.watch(ONE):
        assert await change(store, OTHER) == 0
    async with changes.watch(ONE):
        assert await change(store, ONE) == 1

    async def is_left() -> bool:
        return await change(store, ONE) == 0

    await until(is_left)


async def test_the_last_of_several_that_leaves_is_told_until_then(store: Store, changes: RedisChanges) -> None:
    async with changes.watch(ONE) as one:
        async with changes.watch(ONE):
            pass
        assert await change(store, ONE) == 1
        assert await took(asyncio.ensure_future(one.next(PATIENCE_SECONDS))) < PATIENCE_SECONDS / 2


async def test_after_the_connection_broke_everybody_looks_once(store: Store, changes: RedisChanges) -> None:
    async with changes.watch(ONE) as one, changes.watch(OTHER) as other:
        waiting = asyncio.gather(one.next(PATIENCE_SECONDS), other.next(PATIENCE_SECONDS))
        await store.command("CLIENT", "KILL", "TYPE", "pubsub")
        assert await took(waiting) < PATIENCE_SECONDS / 2  # type: ignore[arg-type]
        assert await change(store, ONE) == 1


async def test_who_begins_while_the_connection_is_away_is_told_when_it_is_back(
    store: Store, changes: RedisChanges, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.store.changes._LISTENING_SECONDS", 0.01)
    async with changes.watch(ONE) as one:
        await store.command("CLIENT", "KILL", "TYPE", "pubsub")
        async with changes.watch(OTHER) as other:
            waiting = asyncio.gather(one.next(PATIENCE_SECONDS), other.next(PATIENCE_SECONDS))
            assert await took(waiting) < PATIENCE_SECONDS / 2  # type: ignore[arg-type]
            assert await change(store, OTHER) == 1


async def test_changes_are_heard_again_after_an_answer_that_nobody_foresaw(
    store: Store, changes: RedisChanges, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = WaitingLine._heard

    async def once_something_else(line: WaitingLine, answers: object) -> Any:
        monkeypatch.setattr(WaitingLine, "_heard", heard)
        raise KeyError

    monkeypatch.setattr(WaitingLine, "_heard", once_something_else)
    with capture_logs() as lines:
        async with changes.watch(ONE) as watch:
            await until(lambda: is_heard(store))
            await change(store, ONE)
            assert await took(asyncio.ensure_future(watch.next(PATIENCE_SECONDS))) < PATIENCE_SECONDS / 2
    assert lines == [{"event": "upkeep_failed", "log_level": "error", "what": "store-changes", "kind": "KeyError"}]


async def is_heard(store: Store) -> bool:
    return await change(store, ONE) == 1
