"""What three primaries of a Redis Cluster carry against one server, where the store is what limits.

Two cores cannot load three primaries at once, so their limit is told by what a check takes of the busiest: a server is
one thread, and answers as many checks as fit into its second. The product's own store layer sends the checks, in a
cluster those of one primary after those of another, so that each is asked as many at once as the one server alone and
has a core to itself; what they cost the others meanwhile counts as well.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.measures.requests import CONNECTIONS
from bench.nodes import Servers, alone, cluster
from bench.product import Installation
from bench.rows import Measured, Rounds, Row
from bench.seeding import Seed, seed
from bench.session import Session
from gateway.core.stores import Answer
from gateway.core.verification import Channel, Terms, Verdict
from gateway.store import keys
from gateway.store.slots import slot_of_key
from gateway.store.watch import StoreWatch

_ROUNDS = 4
"""As many wrong answers as a customer has before the one that locks."""
_WRONG = bytes(32)


@dataclass(frozen=True, slots=True)
class Side:
    """Servers, and for each of them its open verifications."""

    servers: Servers
    seeding: Seed
    terms: Sequence[Sequence[Terms]]

    async def check_all(self) -> tuple[float, ...]:
        """µs of each server for a check of the whole."""
        before = self.servers.cpu()
        for terms in self.terms:
            waiting = iter(terms)
            await asyncio.gather(*(self._check(waiting) for _ in range(CONNECTIONS)))
        count = sum(map(len, self.terms))
        return tuple((now - then) / count for then, now in zip(before, self.servers.cpu(), strict=True))

    async def _check(self, waiting: Iterator[Terms]) -> None:
        for terms in waiting:
            answer = Answer(_WRONG, (_WRONG,), Channel.SCREEN)
            if (await self.seeding.stores.verifications.check(terms, answer)).verdict is not Verdict.WRONG:
                raise RuntimeError("a wrong answer was not judged as one")


async def measure_cluster(session: Session) -> Measured:
    rounds = Rounds()
    async with AsyncExitStack() as stack:
        one_server = await stack.enter_async_context(_side(session, "alone", alone))
        three = await stack.enter_async_context(_side(session, "cluster", cluster))
        progress = session.progress("rounds", _ROUNDS)
        for turn in range(_ROUNDS):
            rounds.note("one server", max(await one_server.check_all()))
            of_each = await three.check_all()
            rounds.note("busiest of three", max(of_each))
            rounds.note("all three", sum(of_each))
            progress(turn + 1)
    return Measured(
        [
            Row("three primaries of a cluster against one server", rounds.ratio("one server", "busiest of three"), "×",
                2.5, more_is_better=True, compared_with="CPU of a check in the busiest server", is_steady=True,
                details=rounds.medians()),
        ]
    )  # fmt: skip


@asynccontextmanager
async def _side(
    session: Session, name: str, start: Callable[[Path], AbstractAsyncContextManager[Servers]]
) -> AsyncIterator[Side]:
    count, directory = session.some(20_000), session.folder(name)
    async with AsyncExitStack() as stack:
        servers = await stack.enter_async_context(start(directory / "store"))
        seeding = await stack.enter_async_context(seed(Installation(directory, servers.url).settings))
        watch = StoreWatch(seeding.stores.connection, may_forget=False)
        await watch.open()
        stack.push_async_callback(watch.close)
        customers = await seeding.customers(count, session.progress(f"customers, {name}", count))
        opened = await seeding.verifications(customers, session.progress(f"verifications, {name}", count))
        await seeding.until_files_are_written()
        by_server = defaultdict[object, list[Terms]](list)
        for one in opened:
            by_server[_server_of(seeding, one)].append(await _terms(seeding, one))
        yield Side(servers, seeding, [*by_server.values()])


def _server_of(seeding: Seed, verification_id: str) -> object:
    """Which of the servers has it."""
    of_many = seeding.stores.connection.cluster
    return of_many and of_many.layout.owners[slot_of_key(keys.verification(verification_id))]


async def _terms(seeding: Seed, verification_id: str) -> Terms:
    terms = await seeding.stores.verifications.read(verification_id)
    if terms is None:
        raise RuntimeError("a verification that was just opened is not there")
    return terms
