"""Two thousand clients that dawdle, beside issuing systems at 200 requests a second, who notice nothing of them."""

import asyncio
import sys

from tests.faults.harness.fault import Fault, Trial
from tests.faults.harness.flows import REQUESTS_EACH, Flows
from tests.faults.harness.installation import installation
from tests.faults.harness.load import Load
from tests.faults.harness.processes import Process, open_files

_REQUESTS_PER_SECOND = 200
_SLOW = 2_000
_SLOW_IN_SHORT = 300
_P99 = 0.3


async def run(trial: Trial) -> None:
    slow = _SLOW_IN_SHORT if trial.is_short else _SLOW
    async with installation(trial.directory) as bonin:
        flows = Flows(
            bonin, trial.ledger, await bonin.register(40 if trial.is_short else 400), seed=6, patience=20, ars=False
        )
        before = open_files(bonin.gateways[0].process.pid)
        words = [
            sys.executable,
            "-P",
            "-m",
            "tests.faults.harness.slow_clients",
            str(bonin.gateways[0].port),
            str(slow),
        ]
        dawdling = Process(words, trial.directory / "slow.log")
        dawdling.start(told=bonin.key)
        try:
            most = await _meanwhile(trial, flows, bonin.gateways[0].process.pid)
        finally:
            await dawdling.kill()
        await flows.give_up()
        await flows.settle(30)
        seconds = sorted(bonin.issuer.seconds)
        p99 = seconds[int(len(seconds) * 0.99)]
        trial.ledger.expect(most - before > slow / 4, f"only {most - before} slow clients were connected")
        trial.ledger.expect(not bonin.issuer.server_errors, f"{bonin.issuer.server_errors[:3]}")
        trial.ledger.expect(not trial.judges_time or p99 < _P99, f"p99 was {p99 * 1000:.0f} ms")
        trial.notes.append(f"p99 {p99 * 1000:.0f} ms beside {most - before:,} slow clients")


async def _meanwhile(trial: Trial, flows: Flows, pid: int) -> int:
    """Give the dose, in seconds; how many files the gateway had open at most."""
    most = 0
    async with Load(_REQUESTS_PER_SECOND / REQUESTS_EACH, flows.one):
        for _ in range(trial.dose):
            await asyncio.sleep(1)
            most = max(most, open_files(pid))
            trial.advance()
    return most


SLOW_CLIENTS = Fault(
    "slow-clients", "2,000 slow clients beside 200 requests/s; p99 under 300 ms", "seconds", full=300, short=5, run=run
)
