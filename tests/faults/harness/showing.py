"""Progress while a trial runs, and the table of what came of all of them."""

import sys
import time

from tests.faults.harness.fault import Fault, Outcome

_EVERY_SECONDS = 0.5
_EXAMPLES = 5


class Progress:
    """One line that says how far a trial is; on a terminal it is written over."""

    def __init__(self, fault: Fault, dose: int) -> None:
        self._fault, self._dose = fault, dose
        self._began = self._shown = time.monotonic()
        print(f"{fault.name}: {fault.what}, {dose:,} {fault.unit}", flush=True)

    def __call__(self, done: int) -> None:
        now = time.monotonic()
        if sys.stdout.isatty() and now - self._shown > _EVERY_SECONDS:
            self._shown = now
            sys.stdout.write(f"\r  {done:,}/{self._dose:,}  {now - self._began:.0f} s ")
            sys.stdout.flush()

    def end(self, outcome: Outcome) -> None:
        start = "\r" if sys.stdout.isatty() else ""
        notes = "".join(f"; {note}" for note in outcome.notes)
        print(f"{start}  {outcome.done:,} in {outcome.seconds:.0f} s: {outcome.violations:,} violations{notes}")
        for example in outcome.examples[:_EXAMPLES]:
            print(f"    {example}")
        sys.stdout.flush()


def lines(outcomes: list[Outcome]) -> list[str]:
    """The table, in columns."""
    rows = [("fault", "dose", "done", "violations", "time")]
    rows += [
        (one.fault, f"{one.dose:,} {one.unit}", f"{one.done:,}", f"{one.violations:,}", f"{one.seconds:.0f} s")
        for one in outcomes
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
