"""What a decision rests on: everything the policy may look at, gathered before it is asked.

Facts hold no personal data, so that they can be recorded and a changed policy run over them again.
"""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self

from contacts.models import ContactMethod, CustomerKind
from gateway.core.operations import Operation


class Known(StrEnum):
    """How a condition stands. Only `met` counts as met: doubt is a no."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"
    """It could not be found out: the look-up failed, was slow, or said nothing that can be relied on."""


@dataclass(frozen=True, slots=True)
class ExemptionFacts:
    """The three conditions of the overseas exemption (R9), each with why it is not met."""

    registered: Known
    departed: Known
    foreign_address: Known


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """A contact and the methods that it may be used for; `held` are those a carrier's risk signal holds back."""

    contact_id: str
    methods: tuple[ContactMethod, ...]
    held: tuple[ContactMethod, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """`hour` is the hour of the day in Seoul; `opened_today` counts the customer's verifications of the last day."""

    operation: Operation
    kind: CustomerKind
    online_consent: bool
    locked: bool
    exemption: ExemptionFacts
    auto_connected: Known
    contacts: tuple[ContactFacts, ...]
    branch_password: bool
    hour: int
    opened_today: int

    def record(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Self:
        """Read what `record` gave."""
        return cls(
            operation=Operation(record["operation"]),
            kind=CustomerKind(record["kind"]),
            online_consent=bool(record["online_consent"]),
            locked=bool(record["locked"]),
            exemption=ExemptionFacts(**{name: Known(value) for name, value in record["exemption"].items()}),
            auto_connected=Known(record["auto_connected"]),
            contacts=tuple(
                ContactFacts(
                    contact["contact_id"],
                    tuple(map(ContactMethod, contact["methods"])),
                    tuple(map(ContactMethod, contact["held"])),
                )
                for contact in record["contacts"]
            ),
            branch_password=bool(record["branch_password"]),
            hour=int(record["hour"]),
            opened_today=int(record["opened_today"]),
        )
