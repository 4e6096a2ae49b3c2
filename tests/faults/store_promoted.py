"""A replica takes the store's place: after a kill, after a partition, and while the old primary goes on besides it.

Each time codes are presented before, meanwhile on the one side or on both at once, and afterwards. First with
nothing but the fence; then with a replica that must hold every verdict, where the passwords of branches are
presented as well.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from demo.customer import until
from tests.faults.harness.client import Issuer
from tests.faults.harness.fault import Fault, Trial
from tests.faults.harness.installation import Installation, installation
from tests.faults.harness.processes import PATIENCE
from tests.faults.harness.proofs import Proof, Proofs, settle
from tests.faults.harness.proxy import Wire
from tests.faults.harness.store import StoreServer

_EACH = 8
_LIFE = 120
_ASIDE = 3.0
"""Seconds that somebody insists who is on a side that may not answer at all."""


class Pair:
    """A primary and its replica, a wire between them, and a wire from each of two gateways to the primary."""

    def __init__(self, primary: StoreServer, replica: StoreServer) -> None:
        self.primary = primary
        self.replica = replica
        self.link = Wire(0)
        self.wires = (Wire(0), Wire(0))

    async def open(self) -> None:
        for server in (self.primary, self.replica):
            await server.start_anywhere()
        for wire in (self.link, *self.wires):
            wire.target = self.primary.port
            await wire.open()
        await self._follow(self.replica)

    async def close(self) -> None:
        for wire in (self.link, *self.wires):
            await wire.close()
        for server in (self.primary, self.replica):
            await server.stop()

    async def promote(self, *wires: Wire) -> None:
        """The replica is the primary from now on, for who comes by these wires."""
        await self.replica.command("REPLICAOF", "NO", "ONE")
        for wire in wires:
            wire.mend(self.replica.port)

    async def heal(self) -> None:
        """The old primary follows what was promoted, and everybody comes to that."""
        self.primary, self.replica = self.replica, self.primary
        for wire in (self.link, *self.wires):
            wire.mend(self.primary.port)
        await self._follow(self.replica)

    async def _follow(self, server: StoreServer) -> None:
        await server.command("REPLICAOF", "127.0.0.1", self.link.port)

        async def is_in_step() -> bool:
            return "master_link_status:up" in await server.command("INFO", "replication")

        await until(is_in_step, PATIENCE)


class Failovers:
    """The three ways in which a replica takes over, with codes in everybody's hands."""

    def __init__(self, pair: Pair, bonin: Installation, proofs: Proofs) -> None:
        self._pair = pair
        self._bonin = bonin
        self._proofs = proofs

    async def kill(self, held: list[Proof]) -> None:
        """The primary is killed while codes are accepted."""
        using = self._present(held, self._bonin.issuers[0])
        await asyncio.sleep(0.05)
        await self._pair.primary.kill()
        await using
        await self._promote_in_a_hurry(held)
        await self._pair.primary.start()

    async def partition(self, held: list[Proof]) -> None:
        """The primary is cut off from its replica and goes on for a while; then the replica takes over."""
        self._pair.link.cut()
        await self._present(held, self._bonin.issuers[0])
        await self._promote_in_a_hurry(held)

    async def split(self, held: list[Proof]) -> None:
        """Both are primaries, each with a gateway of its own, and every code is presented to both at once."""
        self._pair.link.cut()
        await self._pair.promote(self._pair.wires[1])
        await asyncio.gather(*(self._present(held, issuer) for issuer in self._bonin.issuers))

    async def _promote_in_a_hurry(self, held: list[Proof]) -> None:
        """Who asks for the first answer that the new primary gives is sooner than any clearing up."""
        for wire in self._pair.wires:
            wire.cut()
        using = self._present(held, self._bonin.issuers[0])
        await self._pair.promote(*self._pair.wires)
        await using

    def _present(self, held: list[Proof], issuer: Issuer) -> "asyncio.Future[list[None]]":
        return asyncio.gather(*(self._use(proof, issuer, _ASIDE) for proof in held))

    async def everywhere(self, held: list[Proof]) -> None:
        """Once more, on both gateways."""
        for issuer in self._bonin.issuers:
            await asyncio.gather(*(self._use(proof, issuer, PATIENCE) for proof in held))

    async def _use(self, proof: Proof, issuer: Issuer, patience: float) -> None:
        await self._proofs.present(proof, issuer, patience)
        await self._proofs.redeem(proof, issuer, patience)


async def run(trial: Trial) -> None:
    trial.ledger.store_may_forget = True
    half = (trial.dose + 1) // 2
    await _fail_over(trial, half, needed_replicas=0)
    await _fail_over(trial, trial.dose - half, needed_replicas=1)
    successes = {kind: trial.ledger.successes(kind) for kind in ("code", "receipt", "branch password")}
    trial.notes.append(", ".join(f"{count} {kind}s" for kind, count in successes.items()) + " accepted")


async def _fail_over(trial: Trial, times: int, needed_replicas: int) -> None:
    directory = trial.directory / f"replicas-{needed_replicas}"
    async with _running(directory, needed_replicas) as (pair, bonin):
        people = await bonin.register(_EACH * times)
        proofs = Proofs(bonin, trial.ledger)
        failovers = Failovers(pair, bonin, proofs)
        ways: tuple[Callable[[list[Proof]], Awaitable[None]], ...] = (
            failovers.kill, failovers.partition, failovers.split,
        )  # fmt: skip
        for place in range(times):
            chosen = people[place * _EACH : (place + 1) * _EACH]
            held = await proofs.texts(chosen[: _EACH // 2] if needed_replicas else chosen)
            if needed_replicas:
                held += await proofs.slips(chosen[_EACH // 2 :])
            await ways[place % len(ways)](held)
            await pair.heal()
            await failovers.everywhere(held)
            trial.advance()
        await settle(bonin, trial.ledger, _LIFE + 10)
        for issuer in bonin.issuers:
            trial.ledger.expect(not issuer.server_errors, f"{issuer.server_errors[:3]}")


@asynccontextmanager
async def _running(directory: Path, needed_replicas: int) -> AsyncIterator[tuple[Pair, Installation]]:
    """Two gateways, each on a wire of its own to the primary of a pair."""
    async with AsyncExitStack() as stack:
        pair = Pair(StoreServer(directory / "one"), StoreServer(directory / "two"))
        stack.push_async_callback(pair.close)
        await pair.open()
        bonin = await stack.enter_async_context(
            installation(
                directory,
                store=pair.primary,
                store_urls=[wire.url for wire in pair.wires],
                life=_LIFE,
                settings={"BONIN_STORE_REPLICAS": str(needed_replicas)},
            )
        )
        yield pair, bonin


STORE_PROMOTED = Fault(
    "store-promoted", "a replica is promoted: after a kill, after a partition, in a split brain", "failovers",
    full=100, short=4, run=run,
)  # fmt: skip
