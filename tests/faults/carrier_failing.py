"""The carrier fails and lies: every fifth request is carried out and never answered; some are refused; what it
reports comes twice, late, in the wrong order, or not at all.

At most two texts come for one delivery and one call, and every verification ends all the same.
"""

import asyncio

from tests.faults.harness.fault import Fault, Trial
from tests.faults.harness.flows import REQUESTS_EACH, Flows
from tests.faults.harness.installation import installation
from tests.faults.harness.load import Load

_REQUESTS_PER_SECOND = 120
_FAULTS = {
    "accept_then_timeout": 0.2,
    "error_rate": 0.05,
    "duplicate": 0.2,
    "reorder": 0.2,
    "lose": 0.05,
    "delay_ms": 200,
}


async def run(trial: Trial) -> None:
    life = 30 if trial.is_short else 60
    async with installation(trial.directory, life=life) as bonin:
        people = await bonin.register(min(trial.dose, 1_500) + trial.dose // 5)
        await bonin.carrier_faults(**_FAULTS)
        flows = Flows(bonin, trial.ledger, people, seed=2, patience=5.0 if trial.is_short else life)
        async with Load(_REQUESTS_PER_SECOND / REQUESTS_EACH, flows.one):
            while trial.done < trial.dose:
                await asyncio.sleep(0.1)
                trial.advance(min(trial.ledger.opened, trial.dose) - trial.done)
        if trial.is_short:
            await flows.give_up()
        await flows.settle(life + 10)
        trial.ledger.expect(not bonin.issuer.server_errors, f"{bonin.issuer.server_errors[:3]}")
        trial.notes.append(f"{trial.ledger.ended('verified')} verified")


CARRIER_FAILING = Fault(
    "carrier-failing", "20% accepted and never answered, 5% refused, reports twice, late, reordered, lost",
    "verifications", full=5_000, short=60, run=run,
)  # fmt: skip
