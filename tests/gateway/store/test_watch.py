"""What the gateway makes of the store under it: restarted, away, full, forgetful."""

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from demo.customer import until
from gateway.core.errors import StoreUnavailable
from gateway.core.verification import Status
from gateway.store.connection import Store
from gateway.store.standing import ForgetfulStore, StoreStanding
from gateway.store.watch import StoreWatch
from tests.gateway.store.valkey_servers import Server, running, until_it_answers
from tests.gateway.store.watched_stores import opened, status_and_reason, store_at

KEEPS = ("--appendonly", "yes", "--appendfsync", "always", "--save", "")
FORGETS = ("--appendonly", "no", "--save", "")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with running(tmp_path / "server", *KEEPS) as server:
        yield server


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
