"""Stores as they run beside a gateway and not within it: one server alone, and a cluster of three primaries.

All on loopback, with the settings that docs/scale.md asks for: everything on disk before it is answered.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.processes import cpu_microseconds, free_port, process
from demo.customer import until
from gateway.core.errors import StoreUnavailable
from gateway.store.connection import Store
from gateway.store.shards import SLOTS
from gateway.store.valkey_program import environment, program

PRIMARIES = 3
_SETTINGS = {
    "bind": "127.0.0.1",
    "appendonly": "yes",
    "appendfsync": "always",
    "maxmemory-policy": "noeviction",
    "save": "",
    "loglevel": "warning",
}
_CLUSTER_SETTINGS = {"cluster-enabled": "yes", "cluster-require-full-coverage": "no"}
_PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Servers:
    """What a gateway's BONIN_REDIS_URL is for them, where they listen, and their processes."""

    url: str
    ports: tuple[int, ...]
    pids: tuple[int, ...]

    def cpu(self) -> tuple[float, ...]:
        """µs that each has used."""
        return tuple(cpu_microseconds(pid) for pid in self.pids)


@asynccontextmanager
async def alone(directory: Path) -> AsyncIterator[Servers]:
    """One server that is no cluster."""
    async with _server(directory, {}) as (port, pid):
        yield Servers(f"redis://127.0.0.1:{port}", (port,), (pid,))


@asynccontextmanager
async def cluster(directory: Path) -> AsyncIterator[Servers]:
    """Primaries without replicas, each with its share of the slots."""
    async with AsyncExitStack() as stack:
        ports, pids, buses = list[int](), list[int](), list[int]()
        for number in range(PRIMARIES):
            bus = free_port()
            settings = {**_CLUSTER_SETTINGS, "cluster-port": f"{bus}"}
            port, pid = await stack.enter_async_context(_server(directory / f"{number}", settings))
            ports, pids, buses = [*ports, port], [*pids, pid], [*buses, bus]
        await _join(ports, buses)
        url = "redis+cluster://" + ",".join(f"127.0.0.1:{port}" for port in ports)
        yield Servers(url, tuple(ports), tuple(pids))


@asynccontextmanager
async def _server(directory: Path, more: Mapping[str, str]) -> AsyncIterator[tuple[int, int]]:
    """Port and process id of a server that answers."""
    port = free_port()
    settings = {**_SETTINGS, **more, "dir": str(directory), "port": f"{port}"}
    words = [str(program()), *(word for name, value in settings.items() for word in (f"--{name}", value))]
    await asyncio.to_thread(directory.mkdir, parents=True)
    async with process(words, environment(), directory / "log") as started, _asking(port) as store:

        async def answers() -> bool:
            try:
                return bool(await store.command("PING"))
            except StoreUnavailable:
                return False

        await until(answers, _PATIENCE_SECONDS)
        yield port, started.pid


async def _join(ports: list[int], buses: list[int]) -> None:
    """Make them one cluster, and come back when all of them say that it is one."""
    async with AsyncExitStack() as stack:
        stores = [await stack.enter_async_context(_asking(port)) for port in ports]
        for number, store in enumerate(stores):
            first, following = (-(-one * SLOTS // PRIMARIES) for one in (number, number + 1))
            await store.command("CLUSTER", "ADDSLOTSRANGE", first, following - 1)
            await store.command("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
            await store.command("CLUSTER", "MEET", "127.0.0.1", ports[0], buses[0])

        async def is_one() -> bool:
            told: list[bytes] = await asyncio.gather(*(store.command("CLUSTER", "INFO") for store in stores))
            size = b"cluster_size:%d" % PRIMARIES
            return all(b"cluster_state:ok" in one and size in one for one in told)

        await until(is_one, _PATIENCE_SECONDS)


@asynccontextmanager
async def _asking(port: int) -> AsyncIterator[Store]:
    store = Store(f"redis://127.0.0.1:{port}")
    await store.open()
    try:
        yield store
    finally:
        await store.close()
