"""The policy as data: which operation needs extra authentication of whom, by what, for how long and how often.

It is read from a folder of three files that people keep in a spreadsheet or an editor:

- `operations.csv`: one row for each operation and customer kind (R1, R2, R10, R13, R15, R16, R17);
- `signals.csv`: one row for each carrier signal that is consulted before a code leaves;
- `version.txt`: the name of this policy, which every decision and receipt carries.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from contacts.models import ContactMethod, CustomerKind
from gateway.core.operations import Operation
from gateway.core.ports import RiskSignal
from gateway.core.verification import Method


class ExtraAuthentication(StrEnum):
    REQUIRED = "required"
    NOT_REQUIRED = "not_required"
    REFUSED = "refused"
    """The operation is not for this kind of customer at all."""


class Exemption(StrEnum):
    """What may take the place of extra authentication where a row names it."""

    OVERSEAS = "overseas"
    """R9: registered, departed and at a foreign address."""
    AUTO_CONNECT = "auto_connect"
    """R14: a device that proved itself before."""


class OnFailure(StrEnum):
    """What a signal that cannot be looked up does."""

    REFUSE = "refuse"
    """As if it were raised: its methods are held."""
    ALLOW = "allow"


@dataclass(frozen=True, slots=True)
class Hours:
    """From the hour `start` up to, and without, the hour `end`, in Seoul; `23-6` goes over midnight."""

    start: int
    end: int

    def __contains__(self, hour: int) -> bool:
        if self.start < self.end:
            return self.start <= hour < self.end
        return hour >= self.start or hour < self.end

    def __str__(self) -> str:
        return f"{self.start}-{self.end}"


@dataclass(frozen=True, slots=True)
class OperationRow:
    """One row of `operations.csv`. `valid_for` is in seconds, and 0 where there is nothing to be valid."""

    operation: Operation
    customer: CustomerKind
    extra_authentication: ExtraAuthentication
    rule: str
    online_consent: bool
    methods: tuple[Method, ...]
    exemptions: tuple[Exemption, ...]
    valid_for: int
    per_day: int | None
    refused_hours: Hours | None
    reason_ko: str
    reason_en: str


@dataclass(frozen=True, slots=True)
class SignalRow:
    """One row of `signals.csv`: while the signal is raised, the methods in `holds` are not offered.

    `hours` is how far back a change counts, None where the signal has no such thing.
    """

    signal: RiskSignal
    holds: tuple[ContactMethod, ...]
    hours: int | None
    on_failure: OnFailure
    reason_ko: str
    reason_en: str


@dataclass(frozen=True)
class Policy:
    """The whole table. A signal without a row is not consulted."""

    version: str
    rows: Mapping[tuple[Operation, CustomerKind], OperationRow]
    signals: Mapping[RiskSignal, SignalRow]

    def row(self, operation: Operation, customer: CustomerKind) -> OperationRow:
        """There is one for every operation and kind: a table without it is refused."""
        return self.rows[operation, customer]
