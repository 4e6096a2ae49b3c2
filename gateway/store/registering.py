"""Registering customers and contacts: what is written of them, one by one or a file's worth at a time."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from contacts.models import Contact, Customer
from contacts.protection import PersonalData
from gateway.core.limits import Limits
from gateway.core.operations import Operation
from gateway.store import keys
from gateway.store.connection import Argument, Store
from gateway.store.contact_life import life_keys, life_words
from gateway.store.scripts import load

_REGISTER = load(
    "register_customers",
    "names",
    "request",
    "closing",
    "contact_life",
    "branch_password",
    "put_customer",
    "put_contact",
)
_ENOUGH_WORDS = 600
"""In one call of the script, some thirty customers: half a millisecond, in which the store answers nobody else."""


def customer_words(customer: Customer, personal_data: PersonalData) -> tuple[tuple[Argument, ...], list[Argument]]:
    """What `shared/put_customer.lua` takes, and the other fields with their values."""
    customer_id = customer.customer_id
    fields: list[Argument] = ["name", personal_data.seal(customer.name, bound_to=f"{customer_id}:name")]
    if customer.birth_date is not None:
        fields += ["birth_date", personal_data.seal(customer.birth_date, bound_to=f"{customer_id}:birth_date")]
    digests = personal_data.name_digests(customer.name, customer.birth_date)
    return (digests[0], digests[-1], customer.kind, int(customer.online_consent)), fields


def given_words(customer_id: str) -> tuple[str, str, str, str]:
    """Where what was given to a customer is, as `shared/put_customer.lua` takes it: branch passwords for any operation,
    and the exemption with its version."""
    passwords, operations = keys.branch_password(customer_id, ""), " ".join(Operation)
    return passwords, operations, keys.exemption(customer_id), keys.exemption_version(customer_id)


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


@dataclass(frozen=True, slots=True)
class _Call:
    """Customers of one shard for one call of the script. `places` are theirs in the order in which they were given."""

    keys: tuple[str, ...]
    words: list[Argument]
    places: list[int] = field(default_factory=list)


class RedisRegistrations:
    """Many customers at once, as `RedisCustomers` registers them one by one."""

    def __init__(self, store: Store, personal_data: PersonalData, limits: Limits) -> None:
        self._store = store
        self._personal_data = personal_data
        self._limits = limits

    async def register(self, people: Sequence[tuple[Customer, Sequence[Contact]]], person: str) -> list[Registered]:
        """What became of each, in their order; `person` did it. After a failure any of them may be registered."""
        marks: list[tuple[Argument, ...]] = []
        calls: list[_Call] = []
        filling: dict[int, _Call] = {}
        for place, (customer, contacts) in enumerate(people):
            shard = keys.shard_of(customer.customer_id)
            call = filling.get(shard)
            if call is None or len(call.words) >= _ENOUGH_WORDS:
                call = filling[shard] = self._begun(customer.customer_id, person)
                calls.append(call)
            call.places.append(place)
            self._add(call.words, marks, customer, contacts)
        # Before the contacts, so that no contact exists whose sender is unknown; a mark too many is harmless.
        await self._store.all(*marks)
        # Begun in the same tick, they travel together.
        answers = await asyncio.gather(*(self._store.run(_REGISTER, call.keys, call.words) for call in calls))
        became = {
            place: Registered(bool(is_new), *counts)
            for call, answer in zip(calls, answers, strict=True)
            for place, (is_new, *counts) in zip(call.places, answer, strict=True)
        }
        return [became[place] for place in range(len(people))]

    def _begun(self, customer_id: str, person: str) -> _Call:
        """A call for customers of this one's shard, for all of whom its keys and words without the id are prefixes."""
        contacts, customer, *of_the_shard = life_keys(customer_id)
        contact, evidence, verification, good_for, by, _ = life_words(customer_id, self._limits, person)
        prefix = str(contact).removesuffix(f"{customer_id}:")
        passwords, operations, *exemption = given_words(customer_id)
        return _Call(
            (contacts.removesuffix(customer_id), customer.removesuffix(customer_id), *of_the_shard),
            [
                *(prefix, evidence, verification, good_for, by),
                *(self._limits.contacts, passwords.removesuffix(f"{customer_id}:"), operations),
                *(key.removesuffix(customer_id) for key in exemption),
            ],
        )

    def _add(
        self, words: list[Argument], marks: list[tuple[Argument, ...]], customer: Customer, contacts: Sequence[Contact]
    ) -> None:
        about, fields = customer_words(customer, self._personal_data)
        words += (customer.customer_id, *about, len(fields), *fields, len(contacts))
        for contact in contacts:
            indexes = self._personal_data.blind_indexes(contact.number.e164)
            marks.append(("SADD", *keys.known_number(indexes[0])))
            words += contact_words(contact, indexes, self._personal_data)
