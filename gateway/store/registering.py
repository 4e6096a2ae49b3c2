"""Registering customers and contacts: what is written of them, one by one or a file's worth at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

from contacts.models import Contact, Customer
from contacts.protection import PersonalData
from gateway.core.limits import Limits
from gateway.store import keys
from gateway.store.connection import Argument, Store
from gateway.store.contact_life import life_keys, life_words
from gateway.store.scripts import load

_REGISTER = load("register_customer", "contact_life", "put_customer", "put_contact")


def customer_words(customer: Customer, personal_data: PersonalData) -> tuple[tuple[Argument, ...], list[Argument]]:
    """What `shared/put_customer.lua` takes, and the other fields with their values."""
    customer_id = customer.customer_id
    fields: list[Argument] = ["name", personal_data.seal(customer.name, bound_to=f"{customer_id}:name")]
    if customer.birth_date is not None:
        fields += ["birth_date", personal_data.seal(customer.birth_date, bound_to=f"{customer_id}:birth_date")]
    digests = personal_data.name_digests(customer.name, customer.birth_date)
    return (digests[0], digests[-1], customer.kind, int(customer.online_consent)), fields


def contact_words(contact: Contact, indexes: Sequence[str], personal_data: PersonalData) -> tuple[Argument, ...]:
    """What `shared/put_contact.lua` takes."""
    sealed = personal_data.seal(contact.number.e164, bound_to=contact.contact_id)
    index, other_index = bytes.fromhex(indexes[0]), bytes.fromhex(indexes[-1])
    return contact.contact_id, index, other_index, contact.number.line_type, contact.label, sealed


@dataclass(frozen=True, slots=True)
class Registered:
    """What became of one customer: whether they are new, and of their contacts how many are new or were known."""

    is_new: bool
    created: int
    known: int
    too_many: int
    """Contacts beyond what a customer may have; they were not registered."""


class RedisRegistrations:
    """Many customers at once, as `RedisCustomers` registers them one by one."""

    def __init__(self, store: Store, personal_data: PersonalData, limits: Limits) -> None:
        self._store = store
        self._personal_data = personal_data
        self._limits = limits

    async def register(self, people: Sequence[tuple[Customer, Sequence[Contact]]], person: str) -> list[Registered]:
        """What became of each, in their order; `person` did it. After a failure any of them may be registered."""
        marks: list[tuple[Argument, ...]] = []
        calls = [self._call(customer, contacts, person, marks) for customer, contacts in people]
        # Before the contacts, so that no contact exists whose sender is unknown; a mark too many is harmless.
        await self._store.all(*marks)
        return [_registered(answer) for answer in await self._store.run_all(_REGISTER, calls)]

    def _call(
        self, customer: Customer, contacts: Sequence[Contact], person: str, marks: list[tuple[Argument, ...]]
    ) -> tuple[Sequence[str], Sequence[Argument]]:
        customer_id = customer.customer_id
        words, fields = customer_words(customer, self._personal_data)
        arguments: list[Argument] = [
            *life_words(customer_id, self._limits, person), *words, self._limits.contacts, len(fields), *fields,
        ]  # fmt: skip
        for contact in contacts:
            indexes = self._personal_data.blind_indexes(contact.number.e164)
            marks.append(("SADD", *keys.known_number(indexes[0])))
            arguments += contact_words(contact, indexes, self._personal_data)
        return (*life_keys(customer_id), keys.customer(customer_id)), arguments


def _registered(answer: list[bytes]) -> Registered:
    customer, *contacts = answer
    return Registered(
        customer == b"created", contacts.count(b"created"), contacts.count(b"duplicate"), contacts.count(b"too_many")
    )
