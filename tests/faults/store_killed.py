"""The store is killed while codes are being accepted; afterwards every one of them is presented again.

First a store that syncs once a second to a slow disk, and that loses the end of its log besides, as in a power cut:
what it acknowledged last is forgotten. No code and no receipt succeeds twice all the same. Then a store that syncs
every write: it forgets nothing, the passwords of branches included.
"""

import asyncio
import random

from demo.customer import until
from tests.faults.harness.fault import Fault, Trial
from tests.faults.harness.installation import Installation, Person, installation
from tests.faults.harness.processes import PATIENCE, answers
from tests.faults.harness.proofs import Proof, Proofs, settle
from tests.faults.harness.store import StoreServer, slow_fsync

_EACH = 12
_LIFE = 60
_MEANWHILE = 1.0
"""Seconds that somebody insists who presents a proof while the store is killed: it is presented again anyway."""
_REMEMBERED = 36
"""So many of the latest proofs are presented after each kill."""


async def run(trial: Trial) -> None:
    forgetful = (trial.dose + 1) // 2
    library = slow_fsync(trial.directory)
    if library is None:
        trial.notes.append("no C compiler here: the disk was not slowed down")
    trial.ledger.store_may_forget = True
    await _kill(trial, StoreServer(trial.directory / "forgetful", library, appendfsync="everysec"), forgetful, True)
    trial.ledger.store_may_forget = False
    await _kill(trial, StoreServer(trial.directory / "careful"), trial.dose - forgetful, False)
    successes = {kind: trial.ledger.successes(kind) for kind in ("code", "receipt", "branch password")}
    trial.notes.append(", ".join(f"{count} {kind}s" for kind, count in successes.items()) + " accepted")


async def _kill(trial: Trial, store: StoreServer, times: int, forgets: bool) -> None:
    drawn = random.Random(4)
    try:
        await store.start_anywhere()
        async with installation(trial.directory / "gateway", store=store, life=_LIFE) as bonin:
            people = await bonin.register(_EACH * times)
            proofs = Proofs(bonin, trial.ledger)
            used: list[Proof] = []
            for place in range(times):
                fresh = await _prepare(proofs, people[place * _EACH : (place + 1) * _EACH], forgets)
                # What was opened is on disk; what is accepted from here on is what the store may forget.
                await store.sync()
                kept = store.log_size()
                using = [asyncio.create_task(_use(proofs, bonin, proof, _MEANWHILE)) for proof in fresh]
                await asyncio.sleep(drawn.uniform(0.0, 0.3))
                await store.kill()
                if forgets:
                    store.lose_tail(kept)
                # Who asks for the first answer that the store gives again is sooner than any clearing up.
                used = [*used, *fresh][-_REMEMBERED:]
                again = asyncio.gather(*(_use(proofs, bonin, proof, PATIENCE) for proof in used))
                await store.start()
                await again
                await until(lambda: answers(f"{bonin.gateways[0].url}/readyz"), PATIENCE)
                await asyncio.gather(*using)
                await asyncio.gather(*(proofs.read(proof, bonin.issuer) for proof in fresh))
                await asyncio.gather(*(_use(proofs, bonin, proof, PATIENCE) for proof in used))
                trial.advance()
            await settle(bonin, trial.ledger, _LIFE + 10)
            trial.ledger.expect(not bonin.issuer.server_errors, f"{bonin.issuer.server_errors[:3]}")
    finally:
        await store.stop()
    if forgets:
        trial.notes.append(f"the store forgot {trial.ledger.forgotten} ends that it had acknowledged")


async def _prepare(proofs: Proofs, people: list[Person], forgets: bool) -> list[Proof]:
    """Codes, and where the store keeps every write, passwords of branches as well."""
    if forgets:
        return await proofs.texts(people)
    half = len(people) // 2
    return await proofs.texts(people[:half]) + await proofs.slips(people[half:])


async def _use(proofs: Proofs, bonin: Installation, proof: Proof, patience: float) -> None:
    await proofs.present(proof, bonin.issuer, patience)
    await proofs.redeem(proof, bonin.issuer, patience)


STORE_KILLED = Fault(
    "store-killed", "kill -9 of the store, with slow fsync and a lost tail, then with every write synced", "kills",
    full=100, short=4, run=run,
)  # fmt: skip
