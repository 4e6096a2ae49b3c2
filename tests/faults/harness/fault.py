"""What a fault is, and one trial of it: a dose, a ledger, and how far it has come."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.harness.ledger import Ledger


@dataclass
class Trial:
    """One run of a fault. `directory` is empty and its own."""

    dose: int
    directory: Path
    judges_time: bool
    """Whether a slow answer is a violation: not where tests run, on a machine that does other things besides."""
    is_short: bool = False
    ledger: Ledger = field(default_factory=Ledger)
    notes: list[str] = field(default_factory=list)
    """What was measured, and what had to be left out."""
    done: int = 0
    progress: Callable[[int], None] = lambda done: None

    def advance(self, by: int = 1) -> None:
        """So much more of the dose was given."""
        self.done += by
        self.progress(self.done)


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong, done to real processes. `full` and `short` are doses in `unit`s."""

    name: str
    what: str
    unit: str
    full: int
    short: int
    run: Callable[[Trial], Awaitable[None]]


@dataclass(frozen=True)
class Outcome:
    """What came of a trial."""

    fault: str
    what: str
    unit: str
    dose: int
    done: int
    violations: int
    examples: list[str]
    seconds: float
    notes: list[str]
