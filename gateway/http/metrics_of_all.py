"""Metrics of several processes as one text: each tells its own over a socket in a private folder, and any gathers them.

What a process counts, and how many connections it has, is under its place (`worker="0"`). If counts were added up, a
process that is replaced or late would take its own out of the sum, and Prometheus would count the rest once more
(ADR 42). The other gauges tell of the whole installation: sooner or later every process says the same, and the greatest
value is taken.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import generate_latest

from gateway.http.connections import OPEN_NOW

_SECONDS = 1.0
"""A process that takes longer to tell is left out: its numbers come back with the next scrape."""


class MetricsOfAll:
    """This process's metrics among those of its siblings, whose sockets are beside its own at `path`. Each socket is
    named after the place of its process.
    """

    def __init__(self, registry: CollectorRegistry, path: Path) -> None:
        self._registry = registry
        self._path = path

    @asynccontextmanager
    async def told(self) -> AsyncIterator[None]:
        """Tell the siblings while the block runs. The socket stays: by then it may be a successor's."""

        async def tell(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(OSError):
                writer.write(generate_latest(self._registry))
                await writer.drain()
            writer.close()

        server = await asyncio.start_unix_server(tell, self._path)
        try:
            yield
        finally:
            server.close()

    async def gathered(self) -> bytes:
        """Of all processes that can be reached, in Prometheus' text format."""
        others = [path for path in self._path.parent.glob(f"*{self._path.suffix}") if path != self._path]
        told = dict(zip((path.stem for path in others), await asyncio.gather(*map(_asked, others)), strict=True))
        return put_together(told | {self._path.stem: generate_latest(self._registry).decode()}).encode()


class _Family:
    """The lines of one metric: `# HELP` and `# TYPE`, and its samples by what stands before their value."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._head: dict[str, str] = {}
        self._samples: dict[str, str] = {}
        self._is_of_all = False

    def describe(self, line: str) -> None:
        self._head[line.split(" ", 2)[1]] = line
        if line == f"# TYPE {self._name} gauge":
            self._is_of_all = self._name != OPEN_NOW

    def add(self, line: str, place: str) -> None:
        series, _, value = line.rpartition(" ")
        if self._is_of_all:
            self._samples[series] = max(value, self._samples.get(series, value), key=float)
            return
        name, brace, labels = series.partition("{")
        self._samples[f'{name}{{worker="{place}"{"," + labels if brace else "}"}'] = value

    def lines(self) -> list[str]:
        if not self._samples:
            return []
        return [*self._head.values(), *(f"{series} {value}" for series, value in self._samples.items())]


def put_together(texts: Mapping[str, str]) -> str:
    """The texts of all places as one. Lines are taken as they are: a parser holds requests up for ten times as long."""
    families: dict[str, _Family] = {}
    for place, text in sorted(texts.items()):
        family = None
        for line in text.split("\n"):
            if line.startswith("# HELP "):
                name = line.split(" ", 3)[2]
                # Nobody who has a series' counts needs to know when it was made.
                family = None if name.endswith("_created") else families.setdefault(name, _Family(name))
            if family is None or not line:
                continue
            if line.startswith("#"):
                family.describe(line)
            else:
                family.add(line, place)
    return "".join(f"{line}\n" for family in families.values() for line in family.lines())


async def _asked(path: Path) -> str:
    """What a sibling tells; nothing when it is gone."""
    try:
        async with asyncio.timeout(_SECONDS):
            reader, writer = await asyncio.open_unix_connection(path)
            try:
                return (await reader.read()).decode()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return ""
