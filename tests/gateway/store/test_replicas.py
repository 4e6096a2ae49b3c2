"""A store with a replica: what must be durable waits for it, and nothing that was open outlives its promotion."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from demo.customer import until
from gateway.core.errors import StoreUnavailable
from gateway.core.verification import Status
from gateway.store import node
from gateway.store.connection import Store
from gateway.store.scripts import load
from gateway.store.standing import StoreStanding, _is_in_step, standing_of
from gateway.store.watch import StoreWatch
from tests.gateway.store.valkey_servers import Server, running
from tests.gateway.store.watched_stores import opened, status_and_reason, store_at

HOLDS = ("--appendonly", "yes", "--appendfsync", "no", "--save", "")
"""Of a pair it counts what the replica has: how long a busy machine's disk takes for a flush is nobody's concern."""
TAKE = load("take_cap", "caps")


@asynccontextmanager
async def a_pair(tmp_path: Path) -> AsyncIterator[tuple[Server, Store, Server, Store]]:
    """A primary and a replica that is in step."""
    with (
        running(tmp_path / "primary", *HOLDS) as primary,
        running(tmp_path / "replica", *HOLDS, "--replicaof", f"127.0.0.1 {primary.port}") as replica,
    ):
        async with store_at(primary) as store, store_at(replica) as replica_store:

            async def in_step() -> bool:
                (node,) = await store.nodes()
                return (await standing_of(node)).replicas_in_step == 1

            await until(in_step)
            yield primary, store, replica, replica_store


@pytest.mark.parametrize(
    ("state", "lag", "in_step"),
    [("online", 0, 1), ("online", 10, 1), ("online", 11, 0), ("online", -1, 0), ("wait_bgsave", 0, 0)],
)
def test_a_replica_counts_while_it_has_all_and_has_lately_said_so(state: str, lag: int, in_step: int) -> None:
    told = ("slave0", f"ip=127.0.0.1,port=6379,state={state},offset=1,lag={lag},type=replica")
    assert _is_in_step(told) == in_step


def test_a_server_that_follows_another_is_no_store_whatever_it_takes() -> None:
    follows = StoreStanding("id", False, 0, appends=True, snapshots=False, evicts=False)
    assert follows.trouble(0, may_forget=True) == "a replica"


async def test_fewer_replicas_than_are_needed_are_told(tmp_path: Path) -> None:
    async with a_pair(tmp_path) as (_, store, replica, _):
        watch = StoreWatch(store, may_forget=False)
        store.needed_replicas = 2
        assert await watch.trouble() == "1 of 2 replicas"
        store.needed_replicas = 1
        assert await watch.trouble() is None
        replica.kill()

        async def none_left() -> bool:
            return await watch.trouble() == "0 of 1 replicas"

        await until(none_left)


@pytest.mark.usefixtures("patient")
async def test_what_must_be_durable_is_not_even_tried_while_replicas_are_known_to_be_missing(tmp_path: Path) -> None:
    async with a_pair(tmp_path) as (primary, store, replica, _):
        store.needed_replicas = 1
        watch = StoreWatch(store, may_forget=False)

        async def refused() -> bool:
            await watch.look()
            try:
                await store.run(TAKE, ["cap:{durable}"], [1_000, 60_000], durable=True)
            except StoreUnavailable as refusal:
                return "fewer replicas" in str(refusal)
            return False

        async def taken() -> bool:
            return not await refused()

        assert await taken()
        replica.kill()
        await until(refused)
        before = await store.command("GET", "cap:{durable}")
        assert await refused()
        assert await store.command("GET", "cap:{durable}") == before
        with running(tmp_path / "replica", *HOLDS, "--replicaof", f"127.0.0.1 {primary.port}"):
            await until(taken)


async def test_a_replica_is_not_fit_and_says_so_instead_of_failing(tmp_path: Path) -> None:
    async with a_pair(tmp_path) as (_, _, _, replica_store):
        assert await StoreWatch(replica_store, may_forget=False).trouble() == "READONLY"
        with pytest.raises(StoreUnavailable):
            await opened(replica_store)


@pytest.mark.usefixtures("patient")
async def test_what_is_durable_waits_for_the_replica_that_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_pair(tmp_path) as (_, store, replica, replica_store):
        watch = StoreWatch(store, may_forget=False)
        await watch.look()
        verification = await opened(store)
        assert (await status_and_reason(replica_store, verification))[0] is Status.PENDING
        replica.freeze()
        monkeypatch.setattr(node, "_REPLICA_MS", 100)
        with pytest.raises(StoreUnavailable, match="replicas have not said in time"):
            await opened(store)


async def test_nothing_waits_for_a_replica_that_still_fetches_what_it_is_to_hold(tmp_path: Path) -> None:
    fetching_takes_a_while = ("--repl-diskless-sync-delay", "600")
    with (
        running(tmp_path / "primary", *HOLDS, *fetching_takes_a_while) as primary,
        running(tmp_path / "replica", *HOLDS, "--replicaof", f"127.0.0.1 {primary.port}"),
    ):
        async with store_at(primary) as store:

            async def is_connected() -> bool:
                return b"connected_slaves:1" in await store.command("INFO", "replication")

            await until(is_connected)
            await StoreWatch(store, may_forget=False).look()
            assert (await status_and_reason(store, await opened(store)))[0] is Status.PENDING


@pytest.mark.usefixtures("patient")
async def test_a_promoted_replica_voids_what_was_open(tmp_path: Path) -> None:
    async with a_pair(tmp_path) as (primary, store, _, replica_store):
        await StoreWatch(store, may_forget=False).look()
        verification = await opened(store)
        primary.kill()
        await replica_store.command("REPLICAOF", "NO", "ONE")
        await StoreWatch(replica_store, may_forget=False).look()
        assert await status_and_reason(replica_store, verification) == (Status.FAILED, "store_changed")
