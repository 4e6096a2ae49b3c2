"""One process of an import: reads lines, and writes what the API writes for them, many at once."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import uvloop

from contacts.models import Customer
from gateway.cli.import_rows import BadLine, read_numbers, read_row
from gateway.core.customer_stores import ContactDuplicate, TooManyContacts
from gateway.core.customers import new_contact
from gateway.core.errors import FieldError
from gateway.settings import Settings, load_settings
from gateway.store import keys
from gateway.store.connection import Store
from gateway.store.customers import RedisCustomers

_AT_ONCE = 256
_TOO_MANY = FieldError("contacts", "등록할 수 있는 연락처 수를 넘었습니다.", "The customer has as many as are allowed.")


@dataclass(slots=True)
class Came:
    """What came of some lines. `bad` has the number of each refused line, and why."""

    created: int = 0
    replaced: int = 0
    contacts: int = 0
    known: int = 0
    bad: list[tuple[int, list[FieldError]]] = field(default_factory=list)

    def add(self, other: "Came") -> None:
        self.created += other.created
        self.replaced += other.replaced
        self.contacts += other.contacts
        self.known += other.known
        self.bad += other.bad


class _Worker:
    """Built once a process; its connection stays open from chunk to chunk."""

    def __init__(self, settings: Settings, url: str, person: str, columns: Sequence[str] | None) -> None:
        self._runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
        self._store = Store(url, settings.store_replicas)
        self._customers = RedisCustomers(self._store, settings.personal_data, settings.limits)
        self._plan, self._person, self._columns = settings.number_plan, person, columns
        self._runner.run(self._store.open())

    def take(self, first: int, lines: Sequence[bytes]) -> Came:
        return self._runner.run(self._take_all(first, lines))

    async def _take_all(self, first: int, lines: Sequence[bytes]) -> Came:
        came, waiting = Came(), iter(enumerate(lines, first))

        async def some() -> None:
            for number, line in waiting:
                try:
                    await self._take(line, came)
                except BadLine as bad:
                    came.bad.append((number, list(bad.errors)))

        # A failure of the store ends the import here: the lines before are done, and it begins again from there.
        await asyncio.gather(*(some() for _ in range(_AT_ONCE)))
        return came

    async def _take(self, line: bytes, came: Came) -> None:
        row = read_row(line, self._columns)
        numbers = read_numbers(row, self._plan)
        customer = Customer(row.customer_id, row.kind, row.name, row.birth_date, row.online_consent, locked=False)
        if await self._customers.put(customer, self._person):
            came.created += 1
        else:
            came.replaced += 1
        for number, given in zip(numbers, row.contacts, strict=True):
            try:
                contact = new_contact(number, given.label, keys.new_contact_id())
                await self._customers.add_contact(row.customer_id, contact, self._person)
                came.contacts += 1
            except ContactDuplicate:
                came.known += 1
            except TooManyContacts:
                raise BadLine([_TOO_MANY]) from None


_worker: _Worker | None = None


def begin(url: str, person: str, columns: Sequence[str] | None) -> None:
    """Make this process a worker; its settings are those of the environment."""
    global _worker  # noqa: PLW0603 - what an executor's initializer leaves for its tasks
    _worker = _Worker(load_settings(), url, person, columns)


def take(first: int, lines: Sequence[bytes]) -> Came:
    """Import these lines, of which the first has this number. Raises `StoreUnavailable`."""
    if _worker is None:
        raise RuntimeError("begin first")
    return _worker.take(first, lines)
