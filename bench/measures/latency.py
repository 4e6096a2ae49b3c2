"""How long a check takes as load grows, and how much is answered over how many connections."""

from collections.abc import Sequence
from itertools import count, islice
from math import ceil

import orjson

from bench.callers import create
from bench.load import closed_loop, connections, open_loop, post
from bench.measures.requests import CONNECTIONS, Running, running
from bench.rows import Curve, Measured, Rounds, Row
from bench.seeding import CHECK_WRONG
from bench.session import Session, nothing

_SHARES = (0.1, 0.25, 0.5, 0.75, 0.9)
_PERCENTILES = {"p50": 50, "p99": 99}
_PARTS = 5
_PART_SECONDS = 1.0
_CARRIED = 0.95
"""The share of requests to be answered in the time of a load: below it a queue grew, and all of it waited alike."""
_WRONG_ANSWERS = 4
"""Each verification is answered so often: one more and its customer is locked."""


async def measure_latency(session: Session) -> Measured:
    async with running(session, "latency", CONNECTIONS, "--api-only") as run:
        requests = _Requests(run)
        throughput = await _throughput(session, run, requests)
        # Of as many connections as the load then comes over: over more of them larger batches carry more.
        saturation = next(rate for many, rate in throughput if many == CONNECTIONS)
        loads = await _latencies(session, run, requests, [saturation * share for share in _SHARES])
    half = loads[_SHARES.index(0.5)]
    p50, p99, is_carried = half.median("p50"), half.median("p99"), half.median("carried") > _CARRIED
    return Measured(
        [
            Row("p99 of check at half of saturation", p99 / p50, "×", 3.0 if is_carried else None,
                compared_with="its p50" if is_carried else "its p50, on a machine too busy to carry that load",
                details={"p50 ms": round(p50, 2), "p99 ms": round(p99, 2), "saturation per second": round(saturation)}),
        ],
        {
            "throughput": Curve(
                "Checks a second over connections", "connections", "checks a second", {"check": throughput}, True
            ),
            "latency": Curve("Latency of a check as load grows", "checks a second", "ms", {
                name: [(load.median("rate"), load.median(name)) for load in loads] for name in _PERCENTILES
            }),
        },
    )  # fmt: skip


async def _throughput(session: Session, run: Running, requests: "_Requests") -> list[tuple[float, float]]:
    """Checks a second over so many connections."""
    counts, throughput = (1, 16, 64) if session.quick else (1, 2, 4, 8, 16, 32, 64, 128, 256), []
    progress = session.progress("connections", len(counts))
    for done, many in enumerate(counts, 1):
        checks = await requests.take(min(200 * many, session.some(8_000)))
        async with connections(run.product.port, many) as over:
            answers = await closed_loop(over, checks)
        answers.must_be(200)
        throughput.append((float(many), answers.per_second))
        progress(done)
    return throughput


async def _latencies(session: Session, run: Running, requests: "_Requests", rates: Sequence[float]) -> list[Rounds]:
    """ms at so many checks a second, of each rate. In turns: the host of a machine now and then holds all of it up, the
    store writes its file anew, and the disk is slow for a while after."""
    loads, parts = [Rounds() for _ in rates], 1 if session.quick else _PARTS
    progress = session.progress("loads in turns", parts)
    for done in range(1, parts + 1):
        for rate, load in zip(rates, loads, strict=True):
            await _at(run, requests, rate, load)
        progress(done)
    return loads


async def _at(run: Running, requests: "_Requests", rate: float, load: Rounds) -> None:
    checks = await requests.take(int(rate * _PART_SECONDS))
    async with connections(run.product.port, CONNECTIONS) as over:
        answers = await open_loop(over, checks, rate)
    answers.must_be(200)
    load.note("rate", rate)
    load.note("carried", answers.per_second / rate)
    for name, percent in _PERCENTILES.items():
        load.note(name, answers.percentile(percent))


class _Requests:
    """Wrong answers to verifications that the API has just opened, of customers registered for them: four to each.

    As for most answers the process knows the verification then. One that another machine opened costs it a trip more.
    """

    def __init__(self, run: Running) -> None:
        self._run = run
        self._numbers = count(len(run.customers))

    async def take(self, checks: int) -> list[bytes]:
        """Come back when the store has nothing to do but answer these."""
        run = self._run
        numbers = list(islice(self._numbers, ceil(checks / _WRONG_ANSWERS)))
        customers = await run.seed.mobiles(await run.seed.people(numbers, nothing), nothing)
        creates = [create(one, run.product.api_key) for one in customers]
        async with connections(run.product.port, CONNECTIONS) as over:
            opened = await closed_loop(over, creates, keep_bodies=True)
        opened.must_be(201)
        await run.seed.empty_outbox()
        await run.seed.until_files_are_written()
        key = run.product.api_key
        of_each = [
            post(f"/v1/verifications/{orjson.loads(body)['id']}/check", CHECK_WRONG, key) for body in opened.bodies
        ]
        return (of_each * _WRONG_ANSWERS)[:checks]
