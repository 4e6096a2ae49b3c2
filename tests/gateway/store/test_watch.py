"""What the gateway makes of the store under it: restarted, promoted, cut off from its replicas, forgetful."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from demo.customer import until
from gateway.core.errors import StoreUnavailable
from gateway.core.limits import Limits
from gateway.core.verification import Status, Verification
from gateway.store import node
from gateway.store.connection import Store
from gateway.store.customers import RedisCustomers
from gateway.store.scripts import load
from gateway.store.standing import ForgetfulStore, StoreStanding, standing_of
from gateway.store.verifications import RedisVerifications
from gateway.store.watch import StoreWatch
from tests import builders
from tests.gateway.store.valkey_servers import Server, running, until_it_answers

KEEPS = ("--appendonly", "yes", "--appendfsync", "always", "--save", "")
HOLDS = ("--appendonly", "yes", "--appendfsync", "no", "--save", "")
"""Of a pair it counts what the replica has: how long a busy machine's disk takes for a flush is nobody's concern."""
TAKE = load("take_cap", "caps")
FORGETS = ("--appendonly", "no", "--save", "")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with running(tmp_path / "server", *KEEPS) as server:
        yield server


@asynccontextmanager
async def store_at(server: Server, password: str = "") -> AsyncIterator[Store]:
    store = Store(server.url.replace("unix://", f"unix://:{password}@") if password else server.url)
    await store.open()
    try:
        await until_it_answers(store)
        yield store
    finally:
        await store.close()


async def opened(store: Store) -> Verification:
    await RedisCustomers(store, builders.personal_data(), Limits()).put(builders.individual())
    return await RedisVerifications(store, Limits()).create(builders.new_verification())


async def status_and_reason(store: Store, verification: Verification) -> tuple[Status, str | None]:
    read = await RedisVerifications(store, Limits()).read(verification.verification_id)
    assert read is not None
    return read.status, read.reason


async def test_a_restart_voids_what_was_open_and_tells_it(server: Server) -> None:
    async with store_at(server) as store:
        watch = StoreWatch(store, may_forget=False)
        await watch.open()
        verification = await opened(store)
        server.kill()
        server.start()

        async def is_void() -> bool:
            try:
                return await status_and_reason(store, verification) == (Status.FAILED, "store_changed")
            except StoreUnavailable:
                return False

        await until(is_void)
        assert await watch.trouble() is None
        await watch.close()


async def test_a_connection_that_breaks_voids_nothing(server: Server) -> None:
    async with store_at(server) as store, store_at(server) as other:
        watch = StoreWatch(store, may_forget=False)
        await watch.look()
        verification = await opened(store)
        await other.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        await until_it_answers(store)
        await watch.look()
        assert await status_and_reason(store, verification) == (Status.PENDING, None)


async def test_a_store_that_keeps_nothing_is_refused_unless_it_is_meant(tmp_path: Path) -> None:
    with running(tmp_path / "forgetful", *FORGETS) as server:
        async with store_at(server) as store:
            with pytest.raises(ForgetfulStore, match="appendonly yes"):
                await StoreWatch(store, may_forget=False).open()
            assert await StoreWatch(store, may_forget=False).trouble() == "nothing is kept"
            meant = StoreWatch(store, may_forget=True)
            await meant.open()
            assert await meant.trouble() is None
            await meant.close()


async def test_a_store_that_drops_keys_to_make_room_is_refused_unless_it_is_meant(tmp_path: Path) -> None:
    with running(tmp_path / "evicts", *KEEPS, "--maxmemory", "64mb", "--maxmemory-policy", "volatile-lru") as server:
        async with store_at(server) as store:
            with pytest.raises(ForgetfulStore, match="noeviction"):
                await StoreWatch(store, may_forget=False).open()
            assert await StoreWatch(store, may_forget=False).trouble() == "keys are dropped"
            assert await StoreWatch(store, may_forget=True).trouble() is None


async def test_a_policy_of_eviction_does_no_harm_where_memory_has_no_bound(tmp_path: Path) -> None:
    with running(tmp_path / "unbound", *KEEPS, "--maxmemory-policy", "allkeys-lru") as server:
        async with store_at(server) as store:
            assert await StoreWatch(store, may_forget=False).trouble() is None


def is_told(event: str, lines: list[EventDict]) -> Callable[[], Awaitable[bool]]:
    async def look() -> bool:
        return any(line["event"] == event for line in lines)

    return look


async def said_of_a_store_at(url: str) -> dict[str, object]:
    """The one line that the watch logs as it starts and the store is away."""
    store = Store(url)
    await store.open()
    watch = StoreWatch(store, may_forget=False)
    with capture_logs() as lines:
        await watch.open()
    await watch.close()
    await store.close()
    (line,) = lines
    return dict(line)


async def test_the_log_says_why_a_store_is_away(tmp_path: Path) -> None:
    away = {"event": "store_away", "log_level": "error"}
    with running(tmp_path / "locked", *KEEPS, "--requirepass", "right") as server:
        async with store_at(server, password="right"):
            pass
        guest = server.url.replace("unix://", "unix://:wrong@")
        assert await said_of_a_store_at(server.url) == {**away, "why": "NOAUTH"}
        assert await said_of_a_store_at(guest) == {**away, "why": "WRONGPASS"}
    said = await said_of_a_store_at(f"unix://{tmp_path / 'nobody.sock'}")
    assert "No such file" in str(said["why"])


async def test_the_log_says_once_that_a_store_is_away_and_when_it_is_back(server: Server) -> None:
    async with store_at(server) as store:
        watch = StoreWatch(store, may_forget=False)
        await watch.open()
        with capture_logs() as lines:
            server.kill()
            await until(is_told("store_away", lines))
            server.start()
            await until(is_told("store_back", lines))
        await watch.close()
    reasons = [line["why"] for line in lines if line["event"] == "store_away"]
    assert len(reasons) == len(set(reasons))


async def test_what_the_watch_does_not_know_is_in_the_log_and_it_goes_on_watching(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nobody_foresaw() -> list[StoreStanding]:
        raise KeyError

    async with store_at(server) as store:
        watch = StoreWatch(store, may_forget=False)
        await watch.open()
        with capture_logs() as lines:
            with monkeypatch.context() as broken:
                broken.setattr(watch, "look", nobody_foresaw)
                await until(is_told("upkeep_failed", lines))
            server.kill()
            await until(is_told("store_away", lines))
        await watch.close()
    failed = next(line for line in lines if line["event"] == "upkeep_failed")
    assert failed == {"event": "upkeep_failed", "log_level": "error", "what": "store-watch", "kind": "KeyError"}


async def test_snapshots_alone_are_enough_to_start(tmp_path: Path) -> None:
    with running(tmp_path / "snapshots", "--appendonly", "no", "--save", "3600 1") as server:
        async with store_at(server) as store:
            watch = StoreWatch(store, may_forget=False)
            await watch.open()
            assert await watch.trouble() is None
            await watch.close()


async def test_a_store_that_cannot_be_reached_is_not_fit(server: Server) -> None:
    async with store_at(server) as store:
        watch = StoreWatch(store, may_forget=False)
        server.kill()
        assert await watch.trouble() == "no answer"


async def test_a_store_whose_memory_is_full_is_not_fit_until_it_has_room(server: Server) -> None:
    async with store_at(server) as store:
        watch = StoreWatch(store, may_forget=False)
        await store.command("CONFIG", "SET", "maxmemory", "1mb")
        assert await watch.trouble() == "OOM"
        with pytest.raises(StoreUnavailable):
            await watch.look()
        await store.command("CONFIG", "SET", "maxmemory", "0")
        assert await watch.trouble() is None


async def test_a_store_that_cannot_write_its_files_is_not_fit(tmp_path: Path) -> None:
    with running(tmp_path / "server", "--appendonly", "no", "--save", "3600 1") as server:
        async with store_at(server) as store:
            (tmp_path / "server" / "dump.rdb").mkdir()
            await store.command("SET", "something", "to keep")
            await store.command("BGSAVE")

            async def troubled() -> bool:
                return await StoreWatch(store, may_forget=False).trouble() == "MISCONF"

            await until(troubled)


async def test_asking_whether_it_takes_changes_leaves_nothing_behind(server: Server) -> None:
    async with store_at(server) as store:
        await StoreWatch(store, may_forget=False).look()
        assert await StoreWatch(store, may_forget=False).trouble() is None
        assert await store.command("DBSIZE") == 0


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


@pytest.mark.usefixtures("patient")
async def test_a_promoted_replica_voids_what_was_open(tmp_path: Path) -> None:
    async with a_pair(tmp_path) as (primary, store, _, replica_store):
        await StoreWatch(store, may_forget=False).look()
        verification = await opened(store)
        primary.kill()
        await replica_store.command("REPLICAOF", "NO", "ONE")
        await StoreWatch(replica_store, may_forget=False).look()
        assert await status_and_reason(replica_store, verification) == (Status.FAILED, "store_changed")
