"""The store carries the number of its layout, and data of another one are read by nobody."""

import pytest
from structlog.testing import capture_logs

from demo.customer import until
from gateway.store import keys, keys_in_use, ops_keys
from gateway.store.connection import Store
from gateway.store.keys_in_use import KeysInUse
from gateway.store.layout import LAYOUT, OtherLayout, enter_layout
from tests.conftest import an_empty_store
from tests.gateway.generations import ONLY_OLD, rings

NUMBER = str(LAYOUT).encode()


@pytest.fixture
async def unnumbered(store: Store) -> Store:
    """Empty, as a server that was never used."""
    await store.command("DEL", keys.LAYOUT)
    return store


def test_every_build_looks_for_the_number_in_the_same_place() -> None:
    """Whatever becomes of the shards: data whose number is not found pass for an empty store."""
    assert (keys.LAYOUT, keys.KEYS_IN_USE) == ("bonin:{2dd}:layout", "bonin:{2dd}:keys-in-use")


async def test_an_empty_store_takes_the_layout_of_the_first_that_opens_it(unnumbered: Store) -> None:
    await enter_layout(unnumbered)
    assert await unnumbered.command("GET", keys.LAYOUT) == NUMBER
    await enter_layout(unnumbered)


async def test_so_does_an_empty_cluster(cluster_url: str) -> None:
    async with an_empty_store(cluster_url) as cluster:
        await cluster.command("DEL", keys.LAYOUT)
        await enter_layout(cluster)
        assert await cluster.command("GET", keys.LAYOUT) == NUMBER
        await KeysInUse(cluster, rings(ONLY_OLD)).enter()


@pytest.mark.parametrize("number", ["0", str(LAYOUT - 1), str(LAYOUT + 1), f"0{LAYOUT}", "x"])
async def test_another_layout_is_told_by_its_number(store: Store, number: str) -> None:
    await store.command("SET", keys.LAYOUT, number)
    with pytest.raises(OtherLayout, match=f"they have layout {number}, and this build reads layout {LAYOUT}"):
        await enter_layout(store)
    assert await store.command("GET", keys.LAYOUT) == number.encode()


@pytest.mark.parametrize("key", [keys.KEYS_IN_USE, keys.API_KEYS, ops_keys.OPERATORS])
async def test_data_without_a_number_are_of_an_earlier_build(unnumbered: Store, key: str) -> None:
    await unnumbered.command("HSET", key, "field", "value")
    with pytest.raises(OtherLayout, match="before layouts had numbers"):
        await enter_layout(unnumbered)
    assert await unnumbered.command("GET", keys.LAYOUT) is None


async def test_what_others_keep_in_the_same_server_is_no_data_of_ours(unnumbered: Store) -> None:
    await unnumbered.command("SET", "bonin:elsewhere", "1")
    await enter_layout(unnumbered)
    assert await unnumbered.command("GET", keys.LAYOUT) == NUMBER


async def test_a_store_that_may_forget_takes_the_layout_again_when_it_was_emptied(valkey_url: str) -> None:
    async with an_empty_store(valkey_url) as store:
        running = KeysInUse(store, rings(ONLY_OLD), may_forget=True)
        await running.enter()
        await store.command("FLUSHALL")
        await running.enter()
        assert await store.command("GET", keys.LAYOUT) == NUMBER


async def test_a_gateway_that_runs_tells_when_another_store_takes_the_place_of_its_own(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys_in_use, "_EVERY_SECONDS", 0.01)
    running = KeysInUse(store, rings(ONLY_OLD))
    await running.enter()
    noted = await store.command("HGETALL", keys.KEYS_IN_USE)
    await store.command("SET", keys.LAYOUT, LAYOUT + 1)
    with capture_logs() as logs:
        await running.open()

        async def told() -> bool:
            return bool(logs)

        await until(told)
        await running.close()
    assert running.trouble == "data of another layout"
    assert logs[0]["event"] == "other_layout"
    assert await store.command("HGETALL", keys.KEYS_IN_USE) == noted

    await store.command("SET", keys.LAYOUT, LAYOUT)
    await running.enter()
    assert running.trouble is None
