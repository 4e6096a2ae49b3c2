"""What a decision rests on: everything the policy may look at, gathered beforehand.

Facts hold no personal data, so they can be recorded, and a changed policy can be tried on them.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import field
from enum import StrEnum
from typing import Any, Protocol, Self

from contacts.exemption import OverseasExemption
from contacts.models import Contact, ContactMethod, CustomerKind
from contacts.records import record
from gateway.core.operations import Operation
from gateway.core.ports import RiskSignal


class Known(StrEnum):
    """How a condition stands. Only `met` counts as met: doubt is a no."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"
    """It could not be found out: the look-up failed, was too slow, or gave no reliable answer."""


@record()
class ExemptionFacts:
    """The three conditions of the overseas exemption (R9), each with how it stands."""

    registered: Known
    departed: Known
    foreign_address: Known

    @property
    def all_met(self) -> bool:
        return self.registered is self.departed is self.foreign_address is Known.MET


NOT_ASKED = ExemptionFacts(Known.UNKNOWN, Known.UNKNOWN, Known.UNKNOWN)
"""No exemption was asked for, so none applies."""


@record()
class Held:
    """A method that a carrier's signal holds back on a contact, or that is held because the look-up failed."""

    method: ContactMethod
    signal: RiskSignal


@record()
class ContactFacts:
    """A contact and the methods that its status allows (R3, R4, R5). Of these, signals hold back `held`, and no carrier
    takes `uncarried` to the number."""

    contact_id: str
    methods: tuple[ContactMethod, ...]
    held: tuple[Held, ...] = ()
    uncarried: tuple[ContactMethod, ...] = ()


@record()
class Facts:
    """`hour` is the hour of the day in Seoul, 0 to 23.

    `opened_today` counts the verifications opened for this customer and operation in the day that began with
    the first of them.
    """

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

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Self:
        """From their JSON. Raises KeyError, TypeError or ValueError when it is something else."""
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
                    tuple(Held(ContactMethod(one["method"]), RiskSignal(one["signal"])) for one in contact["held"]),
                    tuple(map(ContactMethod, contact["uncarried"])),
                )
                for contact in record["contacts"]
            ),
            branch_password=bool(record["branch_password"]),
            hour=int(record["hour"]),
            opened_today=int(record["opened_today"]),
        )


class Exemptions(Protocol):
    """Finds out how the three conditions of R9 stand. Raises nothing: what cannot be found out is `UNKNOWN`."""

    async def facts(self, customer_id: str, exemption: OverseasExemption | None, client_ip: str) -> ExemptionFacts: ...


@record()
class AutoConnection:
    """Whether a device's token was good, and the token that replaces it (R14): each is good once."""

    known: Known
    next_token: str | None = field(default=None, repr=False)


class AutoConnections(Protocol):
    """Uses up a device's token. Raises `StoreUnavailable`."""

    async def use(self, customer_id: str, token: str, device: str | None) -> AutoConnection: ...


Allowed = Callable[[Contact], Collection[str]]
"""Which methods the operation takes from a contact: no other may be offered instead of one that is refused."""


class Holds(Protocol):
    """Asks the carriers' risk signals about contacts. What a failed look-up does is the policy's to say."""

    def asks(self, method: str) -> bool:
        """Whether a carrier is asked before this method is used."""
        ...

    async def held(self, customer_id: str, contacts: Sequence[Contact]) -> Mapping[str, tuple[Held, ...]]:
        """By contact id, the methods held back; a contact that is missing has none."""
        ...

    async def refuse_held(self, customer_id: str, contact: Contact, method: ContactMethod, allowed: Allowed) -> None:
        """Raises `Refusal` when the method is held, with what of the `allowed` may be used instead."""
        ...


class NoHolds:
    """`Holds` of a firm whose carriers offer no signals."""

    def asks(self, method: str) -> bool:
        return False

    async def held(self, customer_id: str, contacts: Sequence[Contact]) -> Mapping[str, tuple[Held, ...]]:
        return {}

    async def refuse_held(self, customer_id: str, contact: Contact, method: ContactMethod, allowed: Allowed) -> None:
        return
