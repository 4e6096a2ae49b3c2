"""Telling waiting callers of changes."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from gateway.store import keys
from gateway.store.changes import RedisChanges
from gateway.store.connection import Store

PATIENCE_SECONDS = 4.0


@pytest.fixture
async def changes(store: Store) -> AsyncIterator[RedisChanges]:
    changes = RedisChanges(store)
    await changes.open()
    with changes.watch("ver_00a") as watch:
        await watch.next(PATIENCE_SECONDS)  # the subscription stands
    yield changes
    await changes.close()


async def took(waiting: "asyncio.Future[None]") -> float:
    started = asyncio.get_running_loop().time()
    await waiting
    return asyncio.get_running_loop().time() - started


async def test_every_watcher_of_what_changed_is_told(store: Store, changes: RedisChanges) -> None:
    with changes.watch("ver_00a") as one, changes.watch("ver_00a") as other:
        waiting = asyncio.gather(one.next(PATIENCE_SECONDS), other.next(PATIENCE_SECONDS))
        await store.command("PUBLISH", keys.CHANGES, "ver_00a")
        assert await took(waiting) < PATIENCE_SECONDS / 2  # type: ignore[arg-type]


async def test_a_change_between_two_looks_is_not_missed(store: Store, changes: RedisChanges) -> None:
    with changes.watch("ver_00a") as watch, changes.watch("ver_00b") as after:
        await store.command("PUBLISH", keys.CHANGES, "ver_00a")
        await store.command("PUBLISH", keys.CHANGES, "ver_00b")
        await after.next(PATIENCE_SECONDS)
        assert await took(asyncio.ensure_future(watch.next(PATIENCE_SECONDS))) < PATIENCE_SECONDS / 2


async def test_a_watcher_is_not_told_of_other_verifications(store: Store, changes: RedisChanges) -> None:
    with changes.watch("ver_00a") as watch, changes.watch("ver_00b") as other:
        await store.command("PUBLISH", keys.CHANGES, "ver_00b")
        await other.next(PATIENCE_SECONDS)
        assert await took(asyncio.ensure_future(watch.next(0.05))) >= 0.04


async def test_after_the_channel_broke_everybody_looks_once(store: Store, changes: RedisChanges) -> None:
    with changes.watch("ver_00a") as watch:
        await store.command("CLIENT", "KILL", "TYPE", "pubsub")
        assert await took(asyncio.ensure_future(watch.next(PATIENCE_SECONDS))) < PATIENCE_SECONDS / 2
