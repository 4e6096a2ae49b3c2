"""Thirty minutes at 300 requests a second: the gateway holds no more memory at the end than after warming up."""

import asyncio
import statistics

from tests.faults.harness.fault import Fault, Trial
from tests.faults.harness.flows import REQUESTS_EACH, Flows
from tests.faults.harness.installation import installation
from tests.faults.harness.load import Load
from tests.faults.harness.processes import resident_bytes

_REQUESTS_PER_SECOND = 300
_WARM_UP = 0.3
"""The part of the dose after which caches and pools have grown to what they need."""
_COMPARED = 0.1
"""The part of the dose over which memory is averaged, after warming up and at the end."""
_DRIFT = 0.02


async def run(trial: Trial) -> None:
    async with installation(trial.directory) as bonin:
        people = await bonin.register(40 if trial.is_short else 1_000)
        flows = Flows(bonin, trial.ledger, people, seed=5, patience=30, ars=False)
        held: list[int] = []
        bonin.issuer.seconds.clear()
        async with Load(_REQUESTS_PER_SECOND / REQUESTS_EACH, flows.one) as load:
            for _ in range(trial.dose):
                await asyncio.sleep(1)
                held.append(resident_bytes(bonin.gateways[0].process.pid))
                trial.advance()
        await flows.give_up()
        await flows.settle(30)
        trial.ledger.expect(not bonin.issuer.server_errors, f"{bonin.issuer.server_errors[:3]}")
        trial.notes.append(f"{len(bonin.issuer.seconds) / trial.dose:.0f} requests/s, {load.left_out} flows left out")
        _judge(trial, held)


def _judge(trial: Trial, held: list[int]) -> None:
    """A short dose ends before anything is warm: it says nothing of drift."""
    first, count = int(len(held) * _WARM_UP), max(1, int(len(held) * _COMPARED))
    warm, end = statistics.median(held[first : first + count]), statistics.median(held[-count:])
    drift = end / warm - 1
    trial.notes.append(f"memory {warm / 2**20:.1f} MiB after warming up, {drift:+.1%} at the end")
    trial.ledger.expect(not trial.judges_time or drift < _DRIFT, f"memory drifted by {drift:+.1%}")


SOAK = Fault("soak", "300 requests/s; memory drift under 2%", "seconds", full=1_800, short=4, run=run)
