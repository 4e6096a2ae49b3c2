"""The measurements, by the word that `./run bench WORD` takes."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bench.measures.calls import measure_calls
from bench.measures.cluster import measure_cluster
from bench.measures.importing import measure_import
from bench.measures.latency import measure_latency
from bench.measures.peer import measure_peer
from bench.measures.requests import measure_requests
from bench.measures.start import measure_start
from bench.measures.store import measure_store
from bench.measures.workers import measure_workers
from bench.rows import Measured
from bench.session import Session


@dataclass(frozen=True, slots=True)
class Measure:
    """`is_quick`: part of `--quick`. `is_by_name`: only done when it is asked for by its word."""

    about: str
    run: Callable[[Session], Awaitable[Measured]]
    is_quick: bool = True
    is_by_name: bool = False


MEASURES: Mapping[str, Measure] = {
    "requests": Measure("check and create against an aiohttp service without a store", measure_requests),
    "latency": Measure("p50 and p99 at growing load, throughput over connections", measure_latency),
    "store": Measure("script time and memory as customers grow", measure_store),
    "workers": Measure("two processes on one port against one", measure_workers),
    "cluster": Measure("three primaries of a Redis Cluster against one server", measure_cluster),
    "import": Measure("customers and contacts from a file", measure_import, is_quick=False),
    "calls": Measure("ARS dialogues at once in one process", measure_calls),
    "start": Measure("time to serving, idle CPU, memory", measure_start),
    "peer": Measure("a check against one of privacyIDEA, which it downloads", measure_peer, is_by_name=True),
}
