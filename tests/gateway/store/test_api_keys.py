"""The table of API keys, where the store does not tell it."""

import asyncio
from collections.abc import AsyncIterator
from typing import cast

import pytest

from gateway.core.errors import StoreUnavailable
from gateway.store.api_keys import RedisApiKeys
from gateway.store.connection import Store

CALLERS = 3


class HangingServer(asyncio.Protocol):
    """Takes what it is sent and says nothing, until it hangs up on everybody."""

    def __init__(self) -> None:
        self.asked = 0
        self.is_asked = asyncio.Event()
        self._lines: list[asyncio.Transport] = []
        self.hangs_up = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._lines.append(cast(asyncio.Transport, transport))

    def data_received(self, data: bytes) -> None:
        self.asked += 1
        self.is_asked.set()
        if self.hangs_up:
            self.hang_up()

    def hang_up(self) -> None:
        self.hangs_up = True
        for line in self._lines:
            line.abort()


@pytest.fixture
async def hanging() -> AsyncIterator[tuple[HangingServer, Store]]:
    protocol = HangingServer()
    server = await asyncio.get_running_loop().create_server(lambda: protocol, "127.0.0.1", 0)
    store = Store(f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0")
    await store.open()
    yield protocol, store
    await store.close()
    server.close()


async def test_who_waits_while_the_store_hangs_does_not_wait_for_each_of_those_before(
    hanging: tuple[HangingServer, Store],
) -> None:
    server, store = hanging
    keys = RedisApiKeys(store)
    asking = [asyncio.create_task(keys.find("0" * 64)) for _ in range(CALLERS)]
    await server.is_asked.wait()
    server.hang_up()
    told = await asyncio.gather(*asking, return_exceptions=True)
    assert [type(one) for one in told] == [StoreUnavailable] * CALLERS
    assert server.asked == 1
    with pytest.raises(StoreUnavailable):
        await keys.find("0" * 64)
    assert server.asked == 2
