"""Metrics of several processes as one: each tells its own over a socket in a private folder, and any gathers them.

What a process counts, and how many connections it has, is its own, and adds up. What the other gauges tell is so in the
whole installation: every process says the same, sooner or later, and the greatest is taken.
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from gateway.http.connections import OPEN_NOW

_SECONDS = 1.0
"""A process that takes longer to tell is left out: its numbers come back with the next scrape."""


class Gathered(Collector):
    """A collector of metrics that have been gathered."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = list(metrics)

    def collect(self) -> Iterable[Metric]:
        return self._metrics


class MetricsOfAll:
    """This process's metrics among those of its siblings in `folder`."""

    def __init__(self, registry: CollectorRegistry, folder: Path) -> None:
        self._registry = registry
        self._folder = folder

    @asynccontextmanager
    async def told(self) -> AsyncIterator[None]:
        """Tell the siblings while the block runs."""

        async def tell(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(OSError):
                writer.write(generate_latest(self._registry))
                await writer.drain()
            writer.close()

        path = self._folder / f"{os.getpid()}.sock"
        server = await asyncio.start_unix_server(tell, path)
        try:
            yield
        finally:
            server.close()
            path.unlink(missing_ok=True)

    async def gathered(self) -> CollectorRegistry:
        """All processes that can be reached as one."""
        own = self._folder / f"{os.getpid()}.sock"
        others = [path for path in self._folder.glob("*.sock") if path != own]
        texts = [generate_latest(self._registry).decode(), *await asyncio.gather(*map(_asked, others))]
        registry = CollectorRegistry()
        registry.register(Gathered(put_together(texts)))
        return registry


def put_together(texts: Iterable[str]) -> list[Metric]:
    """The metrics of all texts, each sample from those with the same name and labels."""
    families: dict[str, Metric] = {}
    values: dict[tuple[str, str, tuple[tuple[str, str], ...]], float] = {}
    for text in texts:
        for family in text_string_to_metric_families(text):
            if family.name not in families:
                families[family.name] = Metric(family.name, family.documentation, family.type)
            for sample in family.samples:
                if sample.name.endswith("_created"):
                    continue
                key = (family.name, sample.name, tuple(sorted(sample.labels.items())))
                before = values.get(key, 0.0)
                values[key] = before + sample.value if _adds_up(family) else max(before, sample.value)
    for (family_name, name, labels), value in values.items():
        families[family_name].add_sample(name, dict(labels), value)
    return [family for family in families.values() if family.samples]


def _adds_up(family: Metric) -> bool:
    return family.type != "gauge" or family.name == OPEN_NOW


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
