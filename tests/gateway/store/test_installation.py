"""A process takes no other store for its own: not another installation's, and not its own one emptied."""

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from demo.customer import until
from gateway.core.errors import StoreUnavailable
from gateway.store import keys, keys_in_use
from gateway.store.connection import Store
from gateway.store.keys_in_use import KeysInUse
from gateway.store.lineage import Lineage
from gateway.store.refusals import OTHER_STORE, OtherStore
from gateway.store.shards import NOBODYS
from gateway.store.watch import StoreWatch
from tests.conftest import a_store, an_empty_store
from tests.gateway.generations import ONLY_OLD, rings
from tests.gateway.store.valkey_clusters import PRIMARIES, a_cluster
from tests.gateway.store.valkey_servers import running, until_it_answers

KEPT = ("--appendonly", "yes", "--appendfsync", "always", "--save", "")


async def is_refused(store: Store) -> bool:
    try:
        await store.command("SET", "bonin:written", "1")
    except StoreUnavailable as refused:
        return "another one than before" in str(refused)
    return False


async def test_an_emptied_store_is_told_and_nothing_is_noted_there(
    valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys_in_use, "_EVERY_SECONDS", 0.01)
    async with an_empty_store(valkey_url) as store:
        gateway = KeysInUse(store, rings(ONLY_OLD))
        await gateway.enter()
        await store.command("FLUSHALL")
        with capture_logs() as logs:
            await gateway.open()

            async def told() -> bool:
                return bool(logs)

            await until(told)
            await gateway.close()
        assert {line["event"] for line in logs} == {"other_store"}
        assert gateway.trouble == OTHER_STORE
        assert await is_refused(store)
        async with a_store(valkey_url) as late:
            assert await late.command("DBSIZE") == 0


async def test_it_is_told_by_each_gateway_even_when_a_fresh_one_has_made_it_its_own(valkey_url: str) -> None:
    async with an_empty_store(valkey_url) as first, a_store(valkey_url) as second, a_store(valkey_url) as fresh:
        gateways = [KeysInUse(store, rings(ONLY_OLD)) for store in (first, second)]
        for gateway in gateways:
            await gateway.enter()
        await first.command("FLUSHALL")
        await KeysInUse(fresh, rings(ONLY_OLD)).enter()
        for gateway in gateways:
            with pytest.raises(OtherStore):
                await gateway.enter()


async def test_nothing_reaches_another_installation_s_store_in_the_place_of_ours(tmp_path: Path) -> None:
    with running(tmp_path / "place", *KEPT) as server:
        async with a_store(server.url) as store:
            gateway, watch = KeysInUse(store, rings(ONLY_OLD)), StoreWatch(store, may_forget=False)
            await gateway.enter()
            server.kill()
            (tmp_path / "place" / "appendonlydir").rename(tmp_path / "ours")
            server.start()
            async with a_store(server.url) as theirs:

                async def is_up() -> bool:
                    try:
                        await KeysInUse(theirs, rings(ONLY_OLD)).enter()
                    except StoreUnavailable:
                        return False
                    return True

                await until(is_up)
                await until(lambda: is_refused(store))
                assert await watch.trouble() == OTHER_STORE
                assert await theirs.command("EXISTS", "bonin:written") == 0
            server.kill()
            (tmp_path / "place" / "appendonlydir").rename(tmp_path / "theirs")
            (tmp_path / "ours").rename(tmp_path / "place" / "appendonlydir")
            server.start()

            async def is_ours_again() -> bool:
                return await watch.trouble() is None

            await until(is_ours_again)
            await gateway.enter()
            assert gateway.trouble is None


async def test_the_same_store_is_known_again_at_every_connection(valkey_url: str, store: Store) -> None:
    await KeysInUse(store, rings(ONLY_OLD)).enter()
    async with a_store(valkey_url) as switch:
        await switch.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    await until_it_answers(store)


async def test_of_the_nodes_of_a_cluster_the_one_that_can_tell_is_refused(cluster_url: str) -> None:
    async with an_empty_store(cluster_url) as before, a_store(cluster_url) as store:
        await KeysInUse(before, rings(ONLY_OLD)).enter()
        store.installation.known = before.installation.known
        await before.everywhere("FLUSHALL")
        reads = (store.command("GET", keys.never_there(shard)) for shard in range(keys.SHARDS))
        refused = [one for one in await asyncio.gather(*reads, return_exceptions=True) if one is not None]
        assert {*map(str, refused)} == {str(OtherStore())}
        assert len(refused) == keys.SHARDS // PRIMARIES


async def test_while_nobody_has_the_slot_of_the_id_the_other_shards_are_served(tmp_path: Path) -> None:
    with a_cluster(tmp_path) as nodes:
        async with a_store(nodes.url) as before, a_store(nodes.url) as store:
            await KeysInUse(before, rings(ONLY_OLD)).enter()
            store.installation.known = before.installation.known
            nodes.leave_unowned(NOBODYS)
            for shard in range(keys.SHARDS):
                if shard != NOBODYS:
                    assert await store.command("GET", keys.never_there(shard)) is None


async def test_a_primary_that_was_emptied_is_told_by_its_shards(tmp_path: Path) -> None:
    with a_cluster(tmp_path) as nodes:
        emptied = {shard for shard in range(keys.SHARDS) if nodes.owner(shard) is nodes.primaries[1]}
        async with a_store(nodes.url) as store:
            lineage = Lineage(store)

            async def all_are_judged() -> bool:
                await lineage.look()
                return not lineage.unjudged

            with capture_logs() as logs:
                await until(all_are_judged)
                nodes.primaries[1].say("FLUSHALL")
                for _ in range(2):
                    await until(all_are_judged)
            assert sorted(line["shard"] for line in logs if line["event"] == "shard_emptied") == sorted(emptied)
