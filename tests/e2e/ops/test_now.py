"""The first page, while the store can be read and takes no verdict."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from gateway.ops.guard import COOKIE
from gateway.store.connection import Store
from gateway.store.embedded import EmbeddedStore
from tests.e2e.conftest import Served
from tests.e2e.ops.operator import Operator, seen


@asynccontextmanager
async def a_store_that_keeps_nothing(served: Served) -> AsyncIterator[None]:
    store = Store(EmbeddedStore(served.directory / "data").url)
    await store.open()
    await store.command("CONFIG", "SET", "appendonly", "no")
    try:
        yield
    finally:
        await store.command("CONFIG", "SET", "appendonly", "yes")
        await store.close()


async def test_it_says_that_the_store_is_the_trouble_and_tells_who_has_it_open(
    served: Served, viewer: Operator
) -> None:
    assert "저장소를 사용할 수 없어" not in (await viewer.get("/ops")).text
    cookies = {COOKIE: viewer.cookie}
    async with (
        aiohttp.ClientSession(served.demo.base_url, cookies=cookies) as browser,
        browser.get("/ops/live") as live,
    ):
        while (await live.content.readline()).strip():
            pass  # the first event: what is so now
        async with a_store_that_keeps_nothing(served):
            assert await live.content.readuntil(b"event: changed")
            page = await seen(viewer, "/ops", 'data-where="us"', "nothing is kept")
            assert "저장소를 사용할 수 없어" in page.text
