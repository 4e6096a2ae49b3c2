"""What a create and a check cost the gateway, against the least that such a service can cost.

In turns, over the same 64 connections and by the same client: the comparison handlers, and the product's whole path. It
decides, opens verifications, is answered wrong, and is answered right, for which it signs a receipt, and redeems that.
Callers ask for a decision and open a verification a moment later, as half of these do (`create`); the others open one
without a decision of this process (`create, unasked`). Deliveries are `bonin worker`'s, as where load matters; CPU is
the gateway's alone.
"""

import hashlib
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from bench import callers
from bench.load import Answers, closed_loop, connections, post, repeated
from bench.processes import cpu_microseconds, free_port, module, process
from bench.product import Installation, Product, product, store, until_answers
from bench.rows import Measured, Rounds, Row
from bench.seeding import CHECK_RIGHT, CHECK_WRONG, Registered, Seed, seed
from bench.session import Session, nothing

CONNECTIONS = 64
_COMPARED = ("ceiling", "pool", "batch")


@dataclass(frozen=True, slots=True)
class Running:
    """A product with customers and open verifications, beside the handlers it is compared with."""

    product: Product
    seed: Seed
    customers: Sequence[Registered]
    verifications: Sequence[str]
    handlers_port: int
    handlers_pid: int

    def checks(self, body: bytes) -> list[bytes]:
        return [post(f"/v1/verifications/{one}/check", body, self.product.api_key) for one in self.verifications]

    def compared(self, name: str) -> bytes:
        path = f"/{name}/v1/verifications/{self.verifications[0]}/check"
        return post(path, CHECK_RIGHT, self.product.api_key)


@asynccontextmanager
async def running(session: Session, name: str, customers: int, *words: str) -> AsyncIterator[Running]:
    """Everything of `Running`, with one open verification for each connection."""
    directory = session.folder(name)
    async with AsyncExitStack() as stack:
        embedded = await stack.enter_async_context(store(directory))
        installation = Installation(directory, embedded.url)
        seeding = await stack.enter_async_context(seed(installation.settings))
        registered = await seeding.customers(customers, session.progress("customers", customers))
        opened = await seeding.verifications(registered[:CONNECTIONS], nothing)
        served = await stack.enter_async_context(product(installation, *words))
        port, digest = free_port(), hashlib.sha256(served.api_key.encode()).hexdigest()
        handlers = await stack.enter_async_context(
            process(module("bench.handlers", str(port), digest, embedded.url), log=directory / "handlers.log")
        )
        await until_answers(port, "/livez")
        yield Running(served, seeding, registered, opened, port, handlers.pid)


@dataclass(slots=True)
class Turns:
    """Sends, and notes what each request cost."""

    rounds: Rounds

    async def take(
        self,
        name: str,
        port: int,
        requests: Iterable[bytes],
        cpu: Callable[[], float],
        status: int,
        *,
        keep_bodies: bool = False,
    ) -> Answers:
        # Anew for each turn: the product closes connections that are silent while the others have theirs.
        async with connections(port, CONNECTIONS) as over:
            before = cpu()
            answers = await closed_loop(over, requests, keep_bodies=keep_bodies)
        answers.must_be(status)
        self.rounds.note(name, (cpu() - before) / answers.statuses.total())
        self.rounds.note(f"{name} per second", answers.per_second)
        return answers


async def measure_requests(session: Session) -> Measured:
    count, rounds = session.some(20_000), 5
    part = count // rounds
    turns = Turns(Rounds())
    async with running(session, "requests", count, "--api-only") as run:
        handlers, gateway = run.handlers_port, run.product.port

        def handlers_cpu() -> float:
            return cpu_microseconds(run.handlers_pid)

        await _warm_up(run)
        key, cpu = run.product.api_key, run.product.cpu
        progress = session.progress("rounds", rounds)
        for turn in range(rounds):
            for name in _COMPARED:
                await turns.take(name, handlers, repeated(run.compared(name), part), handlers_cpu, 200)
            half, end = turn * part + part // 2, (turn + 1) * part
            creates = [callers.create(one, key) for one in run.customers[turn * part : end]]
            decisions = [callers.decision(one, key) for one in run.customers[half:end]]
            unasked = await turns.take("create, unasked", gateway, creates[: part // 2], cpu, 201, keep_bodies=True)
            await turns.take("decision", gateway, decisions, cpu, 200)
            opened = await turns.take("create", gateway, creates[part // 2 :], cpu, 201, keep_bodies=True)
            ids = callers.ids_in((*unasked.bodies, *opened.bodies))
            codes = await run.seed.codes_of(ids)
            wrong = [callers.check(one, callers.another(code), key) for one, code in zip(ids, codes, strict=True)]
            right = [callers.check(one, code, key) for one, code in zip(ids, codes, strict=True)]
            await turns.take("check", gateway, wrong, cpu, 200)
            verified = await turns.take("check, right", gateway, right, cpu, 200, keep_bodies=True)
            redeems = [callers.redeem(body, key) for body in verified.bodies]
            await turns.take("redeem", gateway, redeems, cpu, 200)
            await run.seed.empty_outbox()
            progress(turn + 1)
    return Measured(_rows(turns.rounds))


async def _warm_up(run: Running) -> None:
    """Connections of the pools, first answers, compiled patterns: paid once, by nobody's round."""
    async with (
        connections(run.handlers_port, CONNECTIONS) as handlers,
        connections(run.product.port, CONNECTIONS) as gateway,
    ):
        for name in _COMPARED:
            await closed_loop(handlers, repeated(run.compared(name), 200))
        await closed_loop(gateway, run.checks(CHECK_WRONG)[:200])


def _rows(rounds: Rounds) -> list[Row]:
    details = rounds.medians()
    return [
        Row("check", rounds.ratio("check", "ceiling"), "×", 1.25, compared_with="the ceiling, CPU", is_steady=True,
            details=details),
        Row("check, right answer with its receipt", rounds.ratio("check, right", "ceiling"), "×",
            compared_with="the ceiling, CPU", is_steady=True),
        Row("receipt redeemed", rounds.ratio("redeem", "ceiling"), "×", compared_with="the ceiling, CPU",
            is_steady=True),
        Row("create", rounds.ratio("create", "ceiling"), "×", 1.6, compared_with="the ceiling, CPU", is_steady=True),
        Row("create, without a decision before", rounds.ratio("create, unasked", "ceiling"), "×",
            compared_with="the ceiling, CPU", is_steady=True),
        Row("decision", rounds.ratio("decision", "ceiling"), "×", compared_with="the ceiling, CPU", is_steady=True),
        Row("faster than one EVALSHA a request", rounds.ratio("pool", "check"), "×", 1.9, more_is_better=True,
            compared_with="redis-py's pool in the bare handler, CPU", is_steady=True),
        Row("batched redis-py in the bare handler", rounds.ratio("batch", "ceiling"), "×",
            compared_with="the ceiling, CPU", is_steady=True),
    ]  # fmt: skip
