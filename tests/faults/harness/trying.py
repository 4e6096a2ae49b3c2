"""Gives a fault in a dose, and takes down what came of it."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from tests.faults.harness.fault import Fault, Outcome, Trial

SHORT, FULL = "short", "full"


def dose_of(fault: Fault, dose: str) -> int:
    """`short`, `full`, or a fraction of the full dose such as `0.1`. Raises ValueError."""
    if dose in (SHORT, FULL):
        return fault.short if dose == SHORT else fault.full
    try:
        fraction = float(dose)
    except ValueError:
        fraction = 0.0
    if not 0 < fraction <= 1:
        raise ValueError("give short, full, or a number above 0 and up to 1")
    return max(1, round(fault.full * fraction))


async def give(
    fault: Fault, dose: str, directory: Path, progress: Callable[[int], None] = lambda done: None
) -> Outcome:
    """One trial of the fault. What it cannot carry out is a violation too: nobody knows what would have come of it."""
    directory.mkdir(parents=True, exist_ok=True)
    trial = Trial(dose_of(fault, dose), directory, judges_time=dose != SHORT, is_short=dose == SHORT, progress=progress)
    began = time.monotonic()
    try:
        await fault.run(trial)
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise
    except Exception as error:
        trial.ledger.violated(f"the trial broke off: {type(error).__name__}: {error}")
    if trial.done < trial.dose:
        trial.ledger.violated(f"only {trial.done} of {trial.dose} {fault.unit} were given")
    ledger = trial.ledger
    return Outcome(
        fault.name, fault.what, fault.unit, trial.dose, trial.done, ledger.violations, ledger.examples,
        round(time.monotonic() - began, 1), trial.notes,
    )  # fmt: skip
