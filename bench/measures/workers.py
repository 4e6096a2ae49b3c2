"""What two processes on one port answer against one, with the store and the client on the same cores.

By two loads: the whole of what an issuance system asks for each customer (a decision, a verification, the right answer,
and the receipt redeemed), and wrong answers alone, the request of which the gateways have the smallest share. Which of
two processes gets a request is left to chance, as behind any balancer.
"""

import os
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from bench import callers
from bench.load import Answers, Connection, closed_loop, connections
from bench.measures.requests import CONNECTIONS
from bench.processes import cpu_microseconds
from bench.product import Installation, Product, product, store
from bench.rows import Measured, Rounds, Row
from bench.seeding import Registered, Seed, seed
from bench.session import Session
from gateway.store.embedded import EmbeddedStore

_ROUNDS = 8
_WARM_UP = 200
"""Customers whose requests are nobody's round: they fill pools and caches."""
_JOB, _WRONG = "job", "wrong answer"


@dataclass(frozen=True, slots=True)
class Side:
    """One product, with so many workers, that is asked over connections that stay open."""

    workers: str
    product: Product
    store: EmbeddedStore
    over: Sequence[Connection]
    seed: Seed

    async def take(self, rounds: Rounds, customers: Sequence[Registered]) -> None:
        """All of these customers' jobs; each has a wrong answer in the midst of it, which is counted by itself."""
        key, job, wrong = self.product.api_key, _Used(), _Used()
        await self._ask(job, [callers.decision(one, key) for one in customers], 200)
        opened = await self._ask(job, [callers.create(one, key) for one in customers], 201)
        ids = callers.ids_in(opened.bodies)
        codes = await self.seed.codes_of(ids)
        await self.seed.empty_outbox()
        checks = [
            (callers.check(one, callers.another(code), key), callers.check(one, code, key))
            for one, code in zip(ids, codes, strict=True)
        ]
        await self._ask(wrong, [first for first, _ in checks], 200)
        verified = await self._ask(job, [second for _, second in checks], 200)
        await self._ask(job, [callers.redeem(body, key) for body in verified.bodies], 200)
        for name, used in ((_JOB, job), (_WRONG, wrong)):
            rounds.note(f"{self.workers}: {name}s a second", len(customers) / used.seconds)
            for process, microseconds in used.cpu.items():
                rounds.note(f"{self.workers}: CPU of the {process}, {name}", microseconds / len(customers))

    async def _ask(self, used: "_Used", requests: Sequence[bytes], status: int) -> Answers:
        before = {name: cpu() for name, cpu in self._processes().items()}
        answers = await closed_loop(self.over, requests, keep_bodies=True)
        answers.must_be(status)
        used.seconds += answers.seconds
        for name, cpu in self._processes().items():
            used.cpu[name] = used.cpu.get(name, 0.0) + cpu() - before[name]
        return answers

    def _processes(self) -> dict[str, Callable[[], float]]:
        """Who shares the cores, and what each has used (µs)."""
        return {
            "gateway": self.product.cpu,
            "store": lambda: cpu_microseconds(self.store.pid or 0),
            "client": lambda: cpu_microseconds(os.getpid()),
        }


class _Used:
    """What some requests took, in all."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.cpu: dict[str, float] = {}


async def measure_workers(session: Session) -> Measured:
    count, rounds, sides = session.some(40_000), Rounds(), []
    async with AsyncExitStack() as stack:
        directory = session.folder("workers")
        embedded = await stack.enter_async_context(store(directory))
        started: dict[str, Product] = {}
        for workers in ("1", "2"):
            (directory / workers).mkdir()
            installation = Installation(directory / workers, embedded.url, secrets_of=directory)
            words = ("--api-only", "--workers", workers)
            started[workers] = await stack.enter_async_context(product(installation, *words))
            settings = installation.settings
        seeding = await stack.enter_async_context(seed(settings))
        customers = await seeding.customers(count, session.progress("customers", count))
        # Only now: connections that are silent for long are closed.
        for workers, served in started.items():
            over = await stack.enter_async_context(connections(served.port, CONNECTIONS * int(workers)))
            sides.append(Side(workers, served, embedded, over, seeding))
            await sides[-1].take(Rounds(), customers[:_WARM_UP])
        progress, part = session.progress("rounds", _ROUNDS), count // (_ROUNDS * len(sides))
        for turn in range(_ROUNDS):
            for place, side in enumerate(sides):
                first = (turn * len(sides) + place) * part
                await side.take(rounds, customers[first : first + part])
            progress(turn + 1)
    return Measured(_rows(rounds))


def _rows(rounds: Rounds) -> list[Row]:
    def gained(name: str) -> float:
        return rounds.ratio(f"2: {name}s a second", f"1: {name}s a second")

    return [
        Row("two workers against one, whole jobs, by wall clock", gained(_JOB), "×", 1.4, more_is_better=True,
            compared_with="one worker, store and client on the same cores", details=rounds.medians()),
        Row("two workers against one, wrong answers alone", gained(_WRONG), "×", 1.4, more_is_better=True,
            compared_with="the same"),
    ]  # fmt: skip
