"""What the core asks of a store about customers and their contacts. Every method may raise `StoreUnavailable`."""

from collections.abc import Sequence
from typing import Protocol

from contacts.exemption import OverseasExemption
from contacts.models import Contact, ContactMethod, Customer, CustomerKind, VerifiedBy
from contacts.records import record
from gateway.core.decision_stores import Standing
from gateway.core.operations import Operation
from gateway.core.verification import Basis


@record()
class StoredContact:
    """A contact with the blind index of its number under each index key in force, the one that writes first."""

    contact: Contact
    blind_indexes: tuple[str, ...]


@record()
class Applicant:
    """What opening a verification looks at. Of personal data only the number is unsealed for it."""

    kind: CustomerKind
    online_consent: bool
    locked: bool
    standing: Standing
    stored: StoredContact | None
    """The contact that was named, if the customer has it."""

    @property
    def basis(self) -> Basis:
        return Basis(self.kind, self.online_consent, self.standing.hours)


@record()
class Remembered:
    """What a process may remember of a contact and its customer: all that opening looks at except the number.

    `methods` are those that the contact's status allows; `country` and `prefix` are its number's.
    """

    customer_id: str
    kind: CustomerKind
    online_consent: bool
    methods: tuple[ContactMethod, ...]
    country: str | None
    prefix: str
    blind_indexes: tuple[str, ...]
    version: int


@record()
class Subject:
    """What a decision looks at. Of personal data only the numbers are unsealed for it."""

    kind: CustomerKind
    online_consent: bool
    locked: bool
    overseas_exemption: OverseasExemption | None
    standing: Standing
    contacts: tuple[StoredContact, ...]


class CustomerStore(Protocol):
    """Customers and their contacts; personal data is sealed before it is written."""

    async def put(self, customer: Customer, person: str = "gateway") -> bool:
        """Whether the customer is new. A change of name or birth date takes every contact's verification back."""
        ...

    async def read(self, customer_id: str) -> Customer | None: ...

    async def read_with_contact(
        self, customer_id: str, contact_id: str
    ) -> tuple[Customer | None, StoredContact | None]: ...

    async def subject(self, customer_id: str, operation: Operation) -> Subject | None: ...

    async def applicant(self, customer_id: str, operation: Operation, contact_id: str | None) -> Applicant | None:
        """Without a contact, `Standing.branch_password` is looked up instead of one."""
        ...

    def remembered(self, customer_id: str, contact_id: str) -> tuple[Remembered, int] | None:
        """As both were when this process last read them, and the hour it is, since the epoch.
        `VerificationStore.create` has the store check that this still holds."""
        ...

    async def add_contact(self, customer_id: str, contact: Contact, person: str = "gateway") -> None:
        """Raises `CustomerMissing`, `ContactDuplicate` or `TooManyContacts`."""
        ...

    async def contacts(self, customer_id: str) -> list[StoredContact]: ...

    async def make_verifiable(
        self,
        customer_id: str,
        contact: Contact,
        by: VerifiedBy,
        evidence: str,
        voucher: Contact | None,
        *,
        person: str = "gateway",
    ) -> None:
        """Raises `ContactChanged` when the contact or its voucher is not what was read.

        With a voucher, `evidence` must be the id of its verification for this contact, opened after either of them
        last lost its status: else `ContactChanged`.
        """
        ...

    async def is_known_number(self, blind_indexes: Sequence[str]) -> bool: ...


class OwnershipTryStore(Protocol):
    """How often the carrier lately said no to a customer's number."""

    async def take(self, customer_id: str, stored: StoredContact) -> None:
        """Reserve a try before the carrier is asked. Raises `Capped`."""
        ...

    async def settle(self, customer_id: str, stored: StoredContact, *, failed: bool) -> None:
        """A try that failed stays taken, and is written to the audit; any other is given back."""
        ...


class ContactDuplicate(Exception):
    """The customer has this number already."""

    def __init__(self, contact_id: str) -> None:
        super().__init__(contact_id)
        self.contact_id = contact_id


class TooManyContacts(Exception):
    """The customer has as many contacts as a customer may have."""
