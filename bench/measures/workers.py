"""What two processes on one port answer against one, with the store on the same cores."""

import os
from collections.abc import Callable
from contextlib import AsyncExitStack

from bench.load import closed_loop, connections, in_rounds, post
from bench.measures.requests import CONNECTIONS
from bench.processes import cpu_microseconds
from bench.product import Installation, Product, product, store
from bench.rows import Measured, Rounds, Row
from bench.seeding import CHECK_WRONG, seed
from bench.session import Session
from gateway.store.embedded import EmbeddedStore

_ROUNDS = 4
"""As many wrong answers as a customer has before the one that locks."""


async def measure_workers(session: Session) -> Measured:
    count, rounds = session.some(20_000), Rounds()
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
        opened = await seeding.verifications(customers, session.progress("verifications", count))
        # Only now: connections that are silent for long are closed.
        over = {
            name: await stack.enter_async_context(connections(one.port, CONNECTIONS * int(name)))
            for name, one in started.items()
        }
        progress = session.progress("rounds", _ROUNDS)
        for turn in range(_ROUNDS):
            halves = in_rounds([one.encode() for one in opened], 2)
            for (workers, served), half in zip(started.items(), halves, strict=True):
                checks = [post(f"/v1/verifications/{one.decode()}/check", CHECK_WRONG, served.api_key) for one in half]
                used = {name: cpu() for name, cpu in _processes(served, embedded).items()}
                answers = await closed_loop(over[workers], checks)
                answers.must_be(200)
                rounds.note(workers, answers.per_second)
                for name, cpu in _processes(served, embedded).items():
                    rounds.note(f"{workers}: CPU of the {name}", (cpu() - used[name]) / len(checks))
            progress(turn + 1)
    return Measured(
        [
            Row("two workers against one, by wall clock", rounds.ratio("2", "1"), "×", 1.4, more_is_better=True,
                compared_with="one worker, store and client on the same cores", details=rounds.medians()),
        ]
    )  # fmt: skip


def _processes(served: Product, embedded: EmbeddedStore) -> dict[str, Callable[[], float]]:
    """Who shares the two cores, and what each has used (µs)."""
    return {
        "gateway": served.cpu,
        "store": lambda: cpu_microseconds(embedded.pid or 0),
        "client": lambda: cpu_microseconds(os.getpid()),
    }
