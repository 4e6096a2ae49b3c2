"""What deciding asks of a store. Every method may raise `StoreUnavailable`; times are ms since the epoch."""

from collections.abc import AsyncIterator
from typing import Protocol

from contacts.records import record
from gateway.core.deciding import Outcome
from gateway.core.facts import Facts
from gateway.core.verification import Method

HOUR_MS = 3_600_000
_SEOUL_HOURS_AHEAD = 9  # of UTC, all year round: Korea has had no summer time since 1988


@record()
class Standing:
    """How a customer stands with one operation, by the store's clock. `day_left`: ms until `opened_today` resets."""

    now: int
    opened_today: int
    day_left: int
    branch_password: bool

    @property
    def hours(self) -> int:
        """Hours since the epoch."""
        return self.now // HOUR_MS

    @property
    def hour(self) -> int:
        """The hour of the day in Seoul."""
        return (self.hours + _SEOUL_HOURS_AHEAD) % 24


@record()
class RecordedDecision:
    """A decision as it was made. `facts` is None when they were written in a form that is no longer read."""

    decision_id: str
    policy_version: str
    outcome: Outcome
    rule: str
    methods: tuple[Method, ...]
    facts: Facts | None


class DecisionRecords(Protocol):
    """Keeps the latest decisions, without personal data, so that a changed table can be tried on them."""

    async def keep(self, customer_id: str, decision: RecordedDecision) -> None:
        """`customer_id` says where it is kept; it is not part of the record."""
        ...

    def kept(self) -> AsyncIterator[RecordedDecision]:
        """All that are kept, those of one customer in the order they were made."""
        ...
