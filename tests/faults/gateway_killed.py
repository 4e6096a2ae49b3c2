"""The gateway is killed, again and again, while issuing systems go on at 200 requests a second.

The store goes on. What was acknowledged is found again by the next process: a text that was taken from the
outbox is taken over, a verdict stays as it was given, and what cannot be finished ends in time and says so.
"""

import asyncio
import random
import time

from tests.faults.harness.fault import Fault, Trial
from tests.faults.harness.flows import REQUESTS_EACH, Flows
from tests.faults.harness.installation import installation
from tests.faults.harness.load import Load

_REQUESTS_PER_SECOND = 200
_TAKEN_OVER_AFTER = 60
"""Seconds after which another process takes a delivery over."""


async def run(trial: Trial) -> None:
    life = 30 if trial.is_short else 2 * _TAKEN_OVER_AFTER + 30
    patience = 4.0 if trial.is_short else _TAKEN_OVER_AFTER + 30.0
    drawn = random.Random(1)
    async with installation(trial.directory, life=life) as bonin:
        people = await bonin.register(150 + 30 * trial.dose)
        flows = Flows(bonin, trial.ledger, people, seed=1, patience=patience)
        bonin.issuer.seconds.clear()
        began = time.monotonic()
        async with Load(_REQUESTS_PER_SECOND / REQUESTS_EACH, flows.one):
            for _ in range(trial.dose):
                await asyncio.sleep(drawn.uniform(0.2, 1.5))
                await bonin.gateways[0].kill()
                await bonin.gateways[0].start()
                trial.advance()
        rate = len(bonin.issuer.seconds) / (time.monotonic() - began)
        if trial.is_short:
            await flows.give_up()
        await flows.settle(life + 10)
        trial.ledger.expect(not bonin.issuer.server_errors, f"{bonin.issuer.server_errors[:3]}")
        trial.notes.append(f"{trial.ledger.opened:,} verifications; {rate:.0f} answers/s, kills and restarts included")


GATEWAY_KILLED = Fault(
    "gateway-killed", "kill -9 of the gateway at 200 requests/s", "kills", full=200, short=3, run=run
)
