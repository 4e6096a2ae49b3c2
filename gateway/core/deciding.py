"""The decision itself: a pure function of the policy and the facts."""

from dataclasses import dataclass
from enum import StrEnum

from gateway.core.facts import ContactFacts, Facts
from gateway.core.policy import Policy
from gateway.core.verification import Method


class Outcome(StrEnum):
    REQUIRED = "required"
    EXEMPT = "exempt"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule that was looked at. `rule` is the manual's (`R9`), a column's (`per_day`) or a signal's name."""

    rule: str
    met: bool
    detail_ko: str
    detail_en: str


@dataclass(frozen=True, slots=True)
class Decision:
    """`reasons` begins with the one that decided; `methods` and `contacts` are what may be used now.

    Each of `contacts` holds the methods that the row and its status allow and no signal holds back.
    """

    outcome: Outcome
    reasons: tuple[Reason, ...]
    methods: tuple[Method, ...] = ()
    contacts: tuple[ContactFacts, ...] = ()

    @property
    def rule(self) -> str:
        """The rule that decided."""
        return self.reasons[0].rule


def decide(policy: Policy, facts: Facts) -> Decision:
    """What the policy says of these facts, each rule that applies with whether it was met."""
    raise NotImplementedError
