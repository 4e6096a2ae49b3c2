"""What a check costs here, against a check of an HOTP by privacyIDEA, under the same client in one run.

Both answer right codes with two processes, each on a database of its own on the same cores. privacyIDEA does more for
each check: it looks at policies, at the token's owner and settings, signs its answer with RSA and its audit line too,
and asks its database for all of that. The product signs a receipt. A ratio says what a firm pays for a check, and not
that one program is written better than the other.
"""

import asyncio
import sys
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

import orjson

from bench import callers
from bench.load import Answers, closed_loop, connections
from bench.measures.requests import CONNECTIONS
from bench.peers.privacyidea.database import Database, database, programs
from bench.peers.privacyidea.installing import DOWNLOADED, VERSION, install
from bench.peers.privacyidea.server import Peer, must_be_accepted, privacyidea
from bench.processes import cpu_microseconds
from bench.product import Installation, Product, product, store
from bench.rows import Measured, Rounds, Row
from bench.seeding import Registered, Seed, seed
from bench.session import Session

WORKERS = 2
_ROUNDS = 4
_MORE = "policies, a signed answer and a signed audit line"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: where it is asked, and what its processes and its database have used."""

    name: str
    port: int
    server: Callable[[], float]
    database: Callable[[], float]

    async def take(self, rounds: Rounds, requests: Sequence[bytes]) -> Answers:
        """Ask all of these, and note what each cost in µs and how many were answered in a second."""
        async with connections(self.port, CONNECTIONS * WORKERS) as over:
            server, base = self.server(), self.database()
            answers = await closed_loop(over, requests, keep_bodies=True)
            server, base = self.server() - server, self.database() - base
        answers.must_be(200)
        rounds.note(f"{self.name}, µs", (server + base) / len(requests))
        rounds.note(f"{self.name} without its database, µs", server / len(requests))
        rounds.note(f"{self.name} per second", answers.per_second)
        return answers


async def measure_peer(session: Session) -> Measured:
    sys.stderr.write(f"  downloads {DOWNLOADED}\n")
    bins = await asyncio.to_thread(install, session.folder("environment"))
    each, theirs = session.some(10_000), session.some(128)
    rounds = Rounds()
    async with AsyncExitStack() as stack:
        folder = session.folder("privacyidea")
        postgres = programs()
        base = await stack.enter_async_context(database(folder, postgres))
        enrolled = session.progress("tokens", theirs)
        peer = await stack.enter_async_context(privacyidea(folder, bins, base, WORKERS, theirs, enrolled))
        ours = session.folder("product")
        embedded = await stack.enter_async_context(store(ours))
        installation = Installation(ours, embedded.url)
        seeding = await stack.enter_async_context(seed(installation.settings))
        customers = await seeding.customers(each, session.progress("customers", each))
        words = ("--api-only", "--workers", str(WORKERS))
        served = await stack.enter_async_context(product(installation, *words))
        sides = (
            Side("privacyIDEA", peer.port, peer.cpu, base.cpu),
            Side("bonin", served.port, served.cpu, lambda: cpu_microseconds(embedded.pid or 0)),
        )
        # The first turn fills pools and caches, and is nobody's round.
        await _turn(Rounds(), sides, peer, 0, await _checks(served, seeding, customers))
        progress = session.progress("rounds", _ROUNDS)
        asked = await base.statements()
        for turn in range(1, _ROUNDS + 1):
            await _turn(rounds, sides, peer, turn, await _checks(served, seeding, customers))
            progress(turn)
        answered = await base.statements()
    statements = None if asked is None or answered is None else (answered - asked) / (_ROUNDS * theirs)
    return Measured(_rows(rounds, base, statements))


async def _checks(served: Product, seeding: Seed, customers: Sequence[Registered]) -> list[bytes]:
    """Of verifications that the product has opened."""
    async with connections(served.port, CONNECTIONS * WORKERS) as over:
        creates = [callers.create(one, served.api_key) for one in customers]
        opened = await closed_loop(over, creates, keep_bodies=True)
    opened.must_be(201)
    ids = callers.ids_in(opened.bodies)
    codes = await seeding.codes_of(ids)
    await seeding.empty_outbox()
    return [callers.check(one, code, served.api_key) for one, code in zip(ids, codes, strict=True)]


async def _turn(rounds: Rounds, sides: tuple[Side, Side], peer: Peer, turn: int, ours: Sequence[bytes]) -> None:
    answers = await sides[0].take(rounds, peer.checks(turn))
    must_be_accepted(answers.bodies)
    answers = await sides[1].take(rounds, ours)
    if any(orjson.loads(body)["status"] != "verified" for body in answers.bodies):
        raise RuntimeError(f"a right code was not accepted: {answers.bodies[-1][:300]!r}")


def _rows(rounds: Rounds, base: Database, statements: float | None) -> list[Row]:
    compared = f"privacyIDEA {VERSION} on {base.name}, which does more: {_MORE}"
    rows = [
        Row("check, CPU of servers and databases", rounds.ratio("privacyIDEA, µs", "bonin, µs"), "×", 400,
            more_is_better=True, compared_with=compared, details=rounds.medians()),
        Row("check, CPU of the servers alone",
            rounds.ratio("privacyIDEA without its database, µs", "bonin without its database, µs"), "×",
            compared_with="the same"),
        Row("check, by wall clock", rounds.ratio("bonin per second", "privacyIDEA per second"), "×",
            compared_with="the same"),
    ]  # fmt: skip
    if statements is not None:
        rows.append(Row("SQL statements of a check there", statements, "", compared_with="counted by the database"))
    return rows
