"""Every customer of the store with their numbers, opened, for those who take the data elsewhere."""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from contacts.protection import KeyNotGiven, PersonalData, Unreadable
from gateway.core.reasons import without_numbers
from gateway.store import keys
from gateway.store.action_log import TELL
from gateway.store.connection import Argument, Store
from gateway.store.fields import FIELDS

_AT_ONCE = 1_000
_IN_ONE_TRIP = 4_000
"""Commands; the store takes 10,000 that wait."""
_CUSTOMER_FIELDS = ("kind", "name", "birth_date", "consent")
_CONTACT_FIELDS = (FIELDS["c.number"], FIELDS["c.label"], FIELDS["c.line_type"])


@dataclass(frozen=True, slots=True)
class Somebody:
    """What whoever imports a customer has to be given. `numbers` are E.164, each with its label."""

    customer_id: str
    kind: str
    name: str = field(repr=False)
    birth_date: str | None = field(repr=False)
    online_consent: bool
    numbers: Sequence[tuple[str, str]] = field(repr=False)


class Everybody:
    """Reads while gateways go on; a customer who is registered meanwhile may be missing."""

    def __init__(self, store: Store, personal_data: PersonalData) -> None:
        self._store = store
        self._open = personal_data.open

    async def note_export(self, by: str, reason: str) -> None:
        """Tell the audit who takes everything out, and why, before they do."""
        words = ("customers.exported", "", "by", by, "reason", without_numbers(reason))
        await self._store.run(TELL, (keys.AUDIT_OF_NOBODY,), words)

    async def read(self) -> AsyncIterator[Somebody]:
        """In no order; one of them may come twice."""
        async for found in self._store.scan("MATCH", keys.CUSTOMERS, "COUNT", _AT_ONCE, "TYPE", "hash"):
            for somebody in await self._read([key.decode().partition(":customer:")[2] for key in found]):
                yield somebody

    async def _read(self, customer_ids: Sequence[str]) -> list[Somebody]:
        records = await self._all(("HMGET", keys.customer(one), *_CUSTOMER_FIELDS) for one in customer_ids)
        lists = await self._all(("HVALS", keys.contacts(one)) for one in customer_ids)
        owned = [
            (customer_id, contact_id.decode())
            for customer_id, listed in zip(customer_ids, lists, strict=True)
            for contact_id in listed
        ]
        contacts = await self._all(("HMGET", keys.contact(*each), *_CONTACT_FIELDS) for each in owned)
        numbers: dict[str, list[tuple[str, str]]] = {customer_id: [] for customer_id in customer_ids}
        for (customer_id, contact_id), (number, label, line_type) in zip(owned, contacts, strict=True):
            if number is not None:
                # Without a label it is the word of the line type.
                e164 = self._opened(number, contact_id, customer_id)
                numbers[customer_id].append((e164, (label or line_type).decode()))
        return [
            self._somebody(customer_id, record, numbers[customer_id])
            for customer_id, record in zip(customer_ids, records, strict=True)
            if record[0] is not None
        ]

    def _somebody(self, customer_id: str, record: list[bytes], numbers: Sequence[tuple[str, str]]) -> Somebody:
        kind, name, birth_date, consent = record
        return Somebody(
            customer_id,
            kind.decode(),
            self._opened(name, f"{customer_id}:name", customer_id),
            self._opened(birth_date, f"{customer_id}:birth_date", customer_id) if birth_date else None,
            consent == b"1",
            numbers,
        )

    def _opened(self, sealed: bytes, bound_to: str, customer_id: str) -> str:
        """Raises `Unreadable`, which names the customer: whoever takes all has to know whose record to mend."""
        try:
            return self._open(sealed, bound_to=bound_to)
        except KeyNotGiven:
            raise
        except Unreadable:
            raise Unreadable(f"A record of {customer_id}") from None

    async def _all(self, commands: Iterator[tuple[Argument, ...]]) -> list[Any]:
        answers: list[Any] = []
        while together := list(islice(commands, _IN_ONE_TRIP)):
            answers += await self._store.all(*together)
        return answers
