"""Whoever changes what is stored decides whether data of the build before can still be read."""

from pathlib import Path

import pytest

from demo.api import Api
from demo.running import Demo
from demo.walk import walk
from gateway.store.connection import Store
from gateway.store.embedded import EmbeddedStore
from tests.conftest import a_store
from tests.e2e.shapes import require_listed, shape_of


@pytest.mark.usefixtures("people")
async def test_what_the_walk_leaves_in_the_store_is_of_the_layout_that_is_listed(
    demo: Demo, api: Api, carrier: Api, tmp_path: Path
) -> None:
    async with Api(demo.base_url, demo.secrets.operator_key) as operator:
        assert await walk(api, carrier, operator, lambda _: None)
    async with a_store(EmbeddedStore(tmp_path / "demo" / "data").url) as store:
        await require_listed(store)
        assert ("v", "hash") in await shape_of(store)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("HSET", "bonin:{0}:guard:kim", "wrongs", "1"), "guard hash: wrongs"),
        (("SET", "bonin:{0}:guard:kim", "1"), "guard string"),
        (("HSET", "bonin:{0}:alarms", "denied kim", '{"times": 2}'), "alarms hash:  | times"),
        (("RPUSH", "bonin:{0}:wishes", "1"), "wishes list"),
        (("XADD", "bonin:{0}:decisions", "*", "verdict", "1"), "decisions stream: verdict"),
    ],
)
async def test_what_is_stored_otherwise_is_noticed(store: Store, words: tuple[str, ...], told: str) -> None:
    await require_listed(store)
    await store.command(*words)
    with pytest.raises(AssertionError, match="raise LAYOUT .*" + told.replace("|", ".")):
        await require_listed(store)
