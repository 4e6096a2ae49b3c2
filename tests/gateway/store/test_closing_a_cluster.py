"""A cluster that is closed while somebody looks who has what: nothing is opened any more, and who looks is told."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import pytest

from gateway.core.errors import StoreUnavailable
from gateway.store.cluster import Cluster
from gateway.store.endpoint import Endpoint


class Seed(asyncio.Protocol):
    """Says of any command that these are the primaries."""

    def __init__(self, primaries: Sequence[int]) -> None:
        lines = [
            f"{number:040x} 127.0.0.1:{port}@1 master - 0 0 {number} connected {number}"
            for number, port in enumerate(primaries)
        ]
        told = "\n".join(lines).encode()
        self._answer = b"$%d\r\n%b\r\n" % (len(told), told)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._transport.write(self._answer)


async def test_a_look_that_comes_to_the_seeds_while_the_cluster_closes_opens_nothing() -> None:
    loop = asyncio.get_running_loop()
    silent = [await loop.create_server(asyncio.Protocol, "127.0.0.1", 0) for _ in range(2)]
    primaries = [server.sockets[0].getsockname()[1] for server in silent]
    seed = await loop.create_server(lambda: Seed(primaries), "127.0.0.1", 0)
    greeted, both_are_asked, is_over = 0, asyncio.Event(), asyncio.Event()

    async def recognise(_: object) -> None:
        """Primaries are held at their greeting, also when it is given up, until the look is over or asks a third."""
        nonlocal greeted
        greeted += 1
        match greeted:
            case 1:
                return
            case 3:
                both_are_asked.set()
            case 4:
                is_over.set()
        try:
            await asyncio.Event().wait()
        finally:
            await is_over.wait()

    address = f"redis+cluster://127.0.0.1:{seed.sockets[0].getsockname()[1]}"
    cluster = Cluster(replace(Endpoint.from_url(address), recognise=recognise))
    try:
        await cluster.look()  # the seed tells of the primaries, and is left
        look = asyncio.create_task(cluster.look())
        look.add_done_callback(lambda _: is_over.set())
        await both_are_asked.wait()
        await cluster.close()
        with pytest.raises(StoreUnavailable, match="this process has closed its connections"):
            await look
        with pytest.raises(StoreUnavailable):
            await cluster.nodes()
        assert greeted == 3
    finally:
        await cluster.close()
        for server in (*silent, seed):
            server.close()
