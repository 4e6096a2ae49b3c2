"""Customers and contacts in the store: names, birth dates and numbers sealed, a number found by its blind index."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime

from contacts.models import (
    Contact,
    ContactLabel,
    ContactStatus,
    Customer,
    CustomerKind,
    VerifiedBy,
    methods_of,
)
from contacts.phone_numbers import LineType, PhoneNumber
from contacts.protection import PersonalData
from gateway.core.customer_stores import (
    Applicant,
    ContactDuplicate,
    Remembered,
    StoredContact,
    Subject,
    TooManyContacts,
)
from gateway.core.limits import Limits
from gateway.core.operations import Operation
from gateway.core.stores import ContactChanged, CustomerMissing
from gateway.store import keys
from gateway.store.about import OPERATION_LETTERS
from gateway.store.connection import Argument, Store
from gateway.store.contact_life import RedisContactLife, life_keys, life_words, note_owner
from gateway.store.decisions import customer_standing
from gateway.store.exemptions import exemption_in
from gateway.store.fields import FIELDS
from gateway.store.pairs import in_pairs
from gateway.store.recent import Recent
from gateway.store.registering import contact_words, customer_words, given_words
from gateway.store.scripts import load
from gateway.store.shared_memory import SharedRecords

_PUT_CUSTOMER = load("put_customer", "names", "request", "closing", "contact_life", "branch_password", "put_customer")
_PUT_CONTACT = load("put_contact", "put_contact")
_MAKE_VERIFIABLE = load("make_verifiable", "names", "request", "closing", "contact_life")
_READ_SUBJECT = load("read_subject", "day", "standing", "contact_fields")
_READ_APPLICANT = load("read_applicant", "day", "standing", "contact_fields")
_CONTACT_FIELDS = tuple(
    FIELDS[f"c.{word}"]
    for word in ("number", "line_type", "label", "status", "verified_by", "verified_at", "version", "index")
)
"""As `_contact` takes their values, and shared/contact_fields.lua reads them."""
_MOST_REMEMBERED = 10_000
"""About 5 MB: contacts of the moments that a customer takes to choose a method, at a pace that one process can keep."""
_KINDS = {kind.encode(): kind for kind in CustomerKind}
_LINE_TYPES = {line_type.encode(): line_type for line_type in LineType}
_LABELS = {label.encode(): label for label in ContactLabel}
_STATUSES = {status.encode(): status for status in ContactStatus}
_VERIFIED_BY = {by.encode(): by for by in VerifiedBy}


class RedisCustomers:
    """`CustomerStore` on Redis 7 or Valkey."""

    def __init__(
        self,
        store: Store,
        personal_data: PersonalData,
        limits: Limits,
        shared: SharedRecords[Remembered] | None = None,
    ) -> None:
        self._store = store
        self._personal_data = personal_data
        self._limits = limits
        self._life = RedisContactLife(store, limits)
        self._recent = Recent[Remembered](_MOST_REMEMBERED, shared)

    async def put(self, customer: Customer, person: str = "gateway") -> bool:
        customer_id = customer.customer_id
        words, fields = customer_words(customer, self._personal_data)
        given = await self._store.run(
            _PUT_CUSTOMER,
            life_keys(customer_id),
            (*life_words(customer_id, self._limits, person), *given_words(customer_id), *words, *fields),
        )
        return bool(given[0] == b"created")

    async def read(self, customer_id: str) -> Customer | None:
        return self._customer(customer_id, *await self._store.all(*_reading(customer_id)))

    async def read_with_contact(
        self, customer_id: str, contact_id: str
    ) -> tuple[Customer | None, StoredContact | None]:
        await self._life.let_old_checks_fall(customer_id)
        *customer, contact = await self._store.all(
            *_reading(customer_id), ("HMGET", keys.contact(customer_id, contact_id), *_CONTACT_FIELDS)
        )
        return self._customer(customer_id, *customer), self._contact(contact_id, contact)

    async def subject(self, customer_id: str, operation: Operation) -> Subject | None:
        await self._life.let_old_checks_fall(customer_id)
        contact_prefix = keys.contact(customer_id, "")
        read = await self._store.run(
            _READ_SUBJECT,
            (
                keys.customer(customer_id),
                keys.guard(customer_id),
                keys.exemption(customer_id),
                keys.branch_password(customer_id, operation),
                keys.contacts(customer_id),
            ),
            (OPERATION_LETTERS[operation], contact_prefix),
        )
        if read is None:
            return None
        kind, consent, locked, exemption, standing, found = read
        contacts = (self._contact(contact_id.decode(), values) for contact_id, values in found)
        subject = Subject(
            kind=_KINDS[kind],
            online_consent=bool(consent),
            locked=bool(locked),
            overseas_exemption=exemption_in(exemption),
            standing=customer_standing(standing),
            contacts=tuple([contact for contact in contacts if contact is not None]),
        )
        self._remember(customer_id, subject, subject.contacts)
        return subject

    async def applicant(self, customer_id: str, operation: Operation, contact_id: str | None) -> Applicant | None:
        await self._life.let_old_checks_fall(customer_id)
        named = keys.contact(customer_id, contact_id) if contact_id else keys.branch_password(customer_id, operation)
        read = await self._store.run(
            _READ_APPLICANT,
            (keys.customer(customer_id), keys.guard(customer_id), named),
            (OPERATION_LETTERS[operation], "1" if contact_id else ""),
        )
        if read is None:
            return None
        kind, consent, locked, standing, contact = read
        applicant = Applicant(
            kind=_KINDS[kind],
            online_consent=bool(consent),
            locked=bool(locked),
            standing=customer_standing(standing),
            stored=self._contact(contact_id, contact) if contact_id else None,
        )
        if applicant.stored is not None:
            self._remember(customer_id, applicant, (applicant.stored,))
        return applicant

    def remembered(self, customer_id: str, contact_id: str) -> tuple[Remembered, int] | None:
        if self._limits.ownership_check_good_for:
            return None  # What is too old by now is seen only by looking.
        found = self._recent.of(contact_id)
        return None if found is None or found.customer_id != customer_id else (found, int(time.time()) // 3600)

    async def add_contact(self, customer_id: str, contact: Contact, person: str = "gateway") -> None:
        indexes = self._personal_data.blind_indexes(contact.number.e164)
        # Before the contact, so that no contact exists whose sender is unknown; a mark too many is harmless.
        await self._store.command("SADD", *keys.known_number(indexes[0]))
        given = await self._store.run(
            _PUT_CONTACT,
            (
                keys.customer(customer_id),
                keys.contacts(customer_id),
                keys.contact(customer_id, contact.contact_id),
                keys.audit(keys.shard_of(customer_id)),
            ),
            (customer_id, person, self._limits.contacts, *contact_words(contact, indexes, self._personal_data)),
        )
        match given:
            case [b"duplicate", contact_id]:
                raise ContactDuplicate(contact_id.decode())
            case [b"too_many"]:
                raise TooManyContacts
            case [b"customer_missing"]:
                raise CustomerMissing
        await note_owner(self._store, indexes[0], customer_id, contact.contact_id)

    async def contacts(self, customer_id: str) -> list[StoredContact]:
        await self._life.let_old_checks_fall(customer_id)
        found = await self._store.command("HVALS", keys.contacts(customer_id))
        contact_ids = [contact_id.decode() for contact_id in found]
        names = (keys.contact(customer_id, contact_id) for contact_id in contact_ids)
        records = await self._store.all(*(("HMGET", name, *_CONTACT_FIELDS) for name in names))
        read = map(self._contact, contact_ids, records)
        return [contact for contact in read if contact is not None]

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
        given = await self._store.run(
            _MAKE_VERIFIABLE,
            life_keys(customer_id),
            (
                *life_words(customer_id, self._limits, person),
                *(contact.contact_id, contact.version, by, evidence),
                *((voucher.contact_id, voucher.version) if voucher else ("", "")),
            ),
        )
        if given[0] != b"done":
            raise ContactChanged

    async def is_known_number(self, blind_indexes: Sequence[str]) -> bool:
        return any(await self._store.all(*(("SISMEMBER", *keys.known_number(index)) for index in blind_indexes)))

    def _customer(self, customer_id: str, pairs: list[bytes], locked: int, exemption: list[bytes]) -> Customer | None:
        record = dict(in_pairs(pairs))
        if not record:
            return None
        birth_date, kind, consent = record.get(b"birth_date"), _KINDS[record[b"kind"]], record[b"consent"] == b"1"
        return Customer(
            customer_id=customer_id,
            kind=kind,
            name=self._personal_data.open(record[b"name"], bound_to=f"{customer_id}:name"),
            birth_date=(
                self._personal_data.open(birth_date, bound_to=f"{customer_id}:birth_date") if birth_date else None
            ),
            online_consent=consent,
            locked=bool(locked),
            overseas_exemption=exemption_in(exemption),
        )

    def _remember(self, customer_id: str, customer: Applicant | Subject, contacts: Sequence[StoredContact]) -> None:
        digits = self._limits.prefix_digits
        for stored in contacts:
            contact, number = stored.contact, stored.contact.number
            remembered = Remembered(
                customer_id=customer_id,
                kind=customer.kind,
                online_consent=customer.online_consent,
                methods=methods_of(contact),
                country=number.country,
                prefix=number.prefix(digits),
                blind_indexes=stored.blind_indexes,
                version=contact.version,
            )
            self._recent.note(contact.contact_id, remembered)

    def _contact(self, contact_id: str, values: Sequence[bytes | None]) -> StoredContact | None:
        number, line_type, label, status, by, at, version, index = values
        if number is None or line_type is None or status is None or version is None:
            return None
        e164 = self._personal_data.open(number, bound_to=contact_id)
        contact = Contact(
            contact_id=contact_id,
            number=PhoneNumber(e164, _LINE_TYPES[line_type]),
            label=_LABELS[label or line_type],
            status=_STATUSES[status],
            verified_by=_VERIFIED_BY[by] if by else None,
            verified_at=datetime.fromtimestamp(int(at) / 1000, UTC) if at else None,
            version=int(version),
        )
        return StoredContact(contact, self._personal_data.blind_indexes(e164, kept=index))


def _reading(customer_id: str) -> tuple[tuple[Argument, ...], ...]:
    """The commands whose answers `_customer` takes."""
    return (
        ("HGETALL", keys.customer(customer_id)),
        ("HEXISTS", keys.guard(customer_id), "locked_at"),
        ("HGETALL", keys.exemption(customer_id)),
    )
