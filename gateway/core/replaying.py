"""What a changed policy would have decided, tried on the recorded decisions."""

from collections import Counter
from dataclasses import dataclass, field

from gateway.core.deciding import Outcome, decide
from gateway.core.decision_stores import RecordedDecision
from gateway.core.policy import Policy
from gateway.core.verification import Method


@dataclass(frozen=True, slots=True)
class Came:
    """What came out of a decision."""

    outcome: Outcome
    rule: str
    methods: tuple[Method, ...]

    def __str__(self) -> str:
        return " ".join((f"{self.outcome} ({self.rule})", *self.methods))


@dataclass(frozen=True, slots=True)
class Change:
    """One decision that would have come out otherwise."""

    decision_id: str
    before: Came
    after: Came

    def __str__(self) -> str:
        return f"{self.decision_id}  {self.before}  ->  {self.after}"


@dataclass(slots=True)
class Replay:
    """Looks at recorded decisions one by one, and counts.

    What was not looked up for a decision is not known now either: an exemption that only the changed policy allows is
    replayed as if its conditions were not met.
    """

    policy: Policy
    looked_at: int = 0
    unreadable: int = 0
    changes: Counter[tuple[Outcome, Outcome]] = field(default_factory=Counter)

    def look(self, recorded: RecordedDecision) -> Change | None:
        """How this decision would have come out otherwise, or None."""
        self.looked_at += 1
        if recorded.facts is None:
            self.unreadable += 1
            return None
        decision = decide(self.policy, recorded.facts)
        before = Came(recorded.outcome, recorded.rule, recorded.methods)
        after = Came(decision.outcome, decision.reason.rule, decision.methods)
        if before == after:
            return None
        self.changes[before.outcome, after.outcome] += 1
        return Change(recorded.decision_id, before, after)

    def summary(self) -> list[str]:
        """The counts, as lines."""
        lines = [
            f"{count} {before} -> {after}" if before is not after else f"{count} {before}, by other rules or methods"
            for (before, after), count in self.changes.most_common()
        ]
        unreadable = f"; {self.unreadable} could not be read" if self.unreadable else ""
        return [f"{self.changes.total()} of {self.looked_at} decisions would change{unreadable}", *lines]
