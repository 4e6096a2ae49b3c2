"""What three primaries of a Redis Cluster carry against one server, where the store is what limits.

Two cores cannot load three primaries at once, so their limit is told by what a check takes of the busiest: a server is
one thread, and answers as many checks as fit into its second. The product's own store layer sends the checks, to one
server after another, so that each is asked as many at once as the one server alone and has a core to itself; in short
turns, so that a noisy moment falls on all. What a check costs the primaries that are not asked counts as well; what
they do anyway does not, as it would take no longer if they were asked meanwhile.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from statistics import median

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
_IDLE_SECONDS = 3.0
_AT_A_TURN = 500


@dataclass(frozen=True, slots=True)
class Turn:
    """Verifications of one server, to be checked without asking another."""

    server: int
    terms: Sequence[Terms]


@dataclass(frozen=True, slots=True)
class Side:
    """Servers, what each of them does in a second in which nobody asks it (µs), and whom to ask in turns."""

    servers: Servers
    idle: Sequence[float]
    seeding: Seed
    turns: Sequence[Turn]

    async def check(self, turn: Turn) -> Sequence[float]:
        """µs of each server for the checks of a turn."""
        before, began, waiting = self.servers.cpu(), time.perf_counter(), iter(turn.terms)
        await asyncio.gather(*(self._check(waiting) for _ in range(CONNECTIONS)))
        seconds = time.perf_counter() - began
        anyway = [0.0 if server == turn.server else idle * seconds for server, idle in enumerate(self.idle)]
        return [now - then - less for then, now, less in zip(before, self.servers.cpu(), anyway, strict=True)]

    async def _check(self, waiting: Iterator[Terms]) -> None:
        for terms in waiting:
            answer = Answer(_WRONG, (_WRONG,), Channel.SCREEN)
            if (await self.seeding.stores.verifications.check(terms, answer)).verdict is not Verdict.WRONG:
                raise RuntimeError("a wrong answer was not judged as one")


class Tally:
    """What turns took of each server; of a server's own the median counts, as a turn may meet a noisy moment."""

    def __init__(self, servers: int) -> None:
        self._own: list[list[float]] = [[] for _ in range(servers)]
        self._beside = [0.0] * servers
        self._checks = [0] * servers

    def add(self, asked: int, checks: int, used: Sequence[float]) -> None:
        """What each server used while one of them was asked for so many checks (µs)."""
        self._own[asked].append(used[asked] / checks)
        self._checks[asked] += checks
        for server, one in enumerate(used):
            self._beside[server] += one if server != asked else 0.0

    def of_each(self) -> list[float]:
        """µs of each server for a check of the whole."""
        return [
            (median(own) * checks + beside) / sum(self._checks)
            for own, checks, beside in zip(self._own, self._checks, self._beside, strict=True)
        ]


async def measure_cluster(session: Session) -> Measured:
    rounds = Rounds()
    async with AsyncExitStack() as stack:
        one_server = await stack.enter_async_context(_side(session, "alone", alone))
        three = await stack.enter_async_context(_side(session, "cluster", cluster))
        progress = session.progress("rounds", _ROUNDS)
        for number in range(_ROUNDS):
            of_one, of_each = await _check_all(one_server, three)
            rounds.note("one server", max(of_one))
            rounds.note("busiest of three", max(of_each))
            rounds.note("all three", sum(of_each))
            progress(number + 1)
    return Measured(
        [
            Row("three primaries of a cluster against one server", rounds.ratio("one server", "busiest of three"), "×",
                2.5, more_is_better=True, compared_with="CPU of a check in the busiest server", is_steady=True,
                details={**rounds.medians(), "busiest of three, idle, ms/s": round(max(three.idle) / 1000, 2)}),
        ]
    )  # fmt: skip


async def _check_all(*sides: Side) -> list[list[float]]:
    """µs of each server of each side for a check of the whole, the sides in turns."""
    tallies = [Tally(len(side.idle)) for side in sides]
    for turns in zip_longest(*(side.turns for side in sides)):
        for side, turn, tally in zip(sides, turns, tallies, strict=True):
            if turn is not None:
                tally.add(turn.server, len(turn.terms), await side.check(turn))
    return [tally.of_each() for tally in tallies]


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
        by_server = defaultdict[int, list[Terms]](list)
        for one in opened:
            by_server[_server_of(seeding, servers, one)].append(await _terms(seeding, one))
        yield Side(servers, await _idle(servers), seeding, _in_turns(by_server))


async def _idle(servers: Servers) -> list[float]:
    """µs that each server uses in a second in which nobody asks it anything but whether it is still there."""
    before = servers.cpu()
    await asyncio.sleep(_IDLE_SECONDS)
    return [(now - then) / _IDLE_SECONDS for then, now in zip(before, servers.cpu(), strict=True)]


def _in_turns(by_server: dict[int, list[Terms]]) -> list[Turn]:
    """Some of one server, as many of the next, and so on, until all have had theirs."""
    of_each = (
        [Turn(server, terms[first : first + _AT_A_TURN]) for first in range(0, len(terms), _AT_A_TURN)]
        for server, terms in by_server.items()
    )
    return [turn for turns in zip_longest(*of_each) for turn in turns if turn is not None]


def _server_of(seeding: Seed, servers: Servers, verification_id: str) -> int:
    """Which of the servers has it, by its place among them."""
    of_many = seeding.stores.connection.cluster
    if of_many is None:
        return 0
    owner = of_many.layout.owners[slot_of_key(keys.verification(verification_id))]
    if owner is None:
        raise RuntimeError("a shard of the cluster has no primary")
    return servers.ports.index(owner[1])


async def _terms(seeding: Seed, verification_id: str) -> Terms:
    terms = await seeding.stores.verifications.read(verification_id)
    if terms is None:
        raise RuntimeError("a verification that was just opened is not there")
    return terms
