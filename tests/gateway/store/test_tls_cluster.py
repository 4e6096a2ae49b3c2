"""A cluster over TLS: who is let in, whom the gateway believes, and what it says where it does not."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.core.errors import StoreUnavailable
from gateway.core.verification import Verdict
from gateway.store import cluster as cluster_module
from gateway.store import keys
from gateway.store.connection import Store
from gateway.store.watch import StoreWatch
from tests import builders
from tests.builders import CODE, CUSTOMER_ID, new_verification
from tests.conftest import a_store
from tests.contracts.store.answering import answer
from tests.contracts.store.servers import Ports
from tests.gateway.store.tls_clusters import Authority, TlsCluster, a_tls_cluster


@pytest.fixture(scope="module", params=[None, "localhost"], ids=["by address", "by host name"])
def cluster(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TlsCluster]:
    """Of nodes whose certificates are for their address, or for the host name that they announce."""
    with a_tls_cluster(tmp_path_factory.mktemp("cluster"), request.param) as cluster:
        yield cluster


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody can take is not offered again: nobody here is replaced."""
    monkeypatch.setattr(cluster_module, "_PATIENCE_SECONDS", 0.0)


@asynccontextmanager
async def let_in(cluster: TlsCluster) -> AsyncIterator[Store]:
    async with a_store(cluster.url(cluster.authority.give("gateway"))) as store:
        await store.everywhere("FLUSHALL")
        yield store


async def test_a_verification_is_opened_and_checked(cluster: TlsCluster) -> None:
    async with let_in(cluster) as store:
        watch = StoreWatch(store, may_forget=False)
        await watch.open()
        try:
            ports = Ports.over(store)
            await ports.customers.put(builders.individual())
            opened = await ports.verifications.create(new_verification())
            judged = await ports.verifications.check(opened, answer(opened, CODE))
            assert judged.verdict is Verdict.CORRECT
            assert await watch.trouble() is None
        finally:
            await watch.close()


async def test_every_shard_is_reached_and_waited_at(cluster: TlsCluster) -> None:
    async with let_in(cluster) as store:
        for shard in range(keys.SHARDS):
            assert await store.command("GET", keys.never_there(shard)) is None
        line = store.waiting_line(keys.never_there(keys.shard_of(CUSTOMER_ID)))
        assert await line.ask("GET", keys.never_there(keys.shard_of(CUSTOMER_ID))) is None
        line.close()


async def test_a_shard_that_moved_is_followed(cluster: TlsCluster) -> None:
    async with let_in(cluster) as store:
        shard = keys.shard_of("nobody")
        assert await store.command("GET", keys.never_there(shard)) is None
        cluster.give_to_the_next(shard)
        assert await store.command("GET", keys.never_there(shard)) is None


async def refused(url: str, why: str) -> None:
    """What is asked at any time says why no node could be asked."""
    async with a_store(url) as store:
        with pytest.raises(StoreUnavailable, match=f"who has what: .*({why})"):
            await store.nodes()
        with pytest.raises(StoreUnavailable, match=why):
            await store.command("PING")


@pytest.mark.usefixtures("impatient")
async def test_who_shows_no_certificate_is_not_let_in(cluster: TlsCluster) -> None:
    # The server hangs up, and says why where that is read before the connection is gone.
    await refused(cluster.url(), "CERTIFICATE_REQUIRED|reset|lost|[Bb]roken")


@pytest.mark.usefixtures("impatient")
async def test_a_cluster_of_another_authority_is_not_believed(cluster: TlsCluster, tmp_path: Path) -> None:
    stranger = Authority(tmp_path / "stranger")
    url = cluster.url(cluster.authority.give("gateway"), ssl_ca_certs=str(stranger.ca))
    await refused(url, "certificate verify failed")


@pytest.mark.usefixtures("impatient")
async def test_a_certificate_for_another_host_is_not_believed(cluster: TlsCluster) -> None:
    other = "127.0.0.1" if cluster.host == "localhost" else "localhost"
    url = cluster.url(cluster.authority.give("gateway")).replace(cluster.host, other)
    await refused(url, "certificate verify failed")


async def test_a_certificate_for_another_host_will_do_where_that_is_asked_for(cluster: TlsCluster) -> None:
    other = "127.0.0.1" if cluster.host == "localhost" else "localhost"
    url = cluster.url(cluster.authority.give("gateway"), ssl_check_hostname="false").replace(cluster.host, other)
    async with a_store(url) as store:
        assert await store.command("PING") == b"PONG"
