"""One process of an import: reads lines, and writes what the API writes for them, many at once."""

import asyncio
import multiprocessing
import os
import signal
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import islice
from multiprocessing.process import BaseProcess

import uvloop

from contacts.models import Contact, Customer
from gateway.cli.import_rows import BadLine, read_numbers, read_row
from gateway.core.customers import new_contact
from gateway.core.errors import FieldError, StoreUnavailable
from gateway.running import spare_the_collector
from gateway.settings import Settings
from gateway.store import keys
from gateway.store.connection import Store
from gateway.store.registering import RedisRegistrations

_TOGETHER = 500
"""Customers that are registered in one trip: their contacts, ten each, fit into what may wait for the store."""
_TRIPS = 2
"""At once: while the store writes, lines are read."""
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
        self._registrations = RedisRegistrations(self._store, settings.personal_data, settings.limits)
        self._plan, self._person, self._columns = settings.number_plan, person, columns
        self._runner.run(self._store.open())

    def take(self, first: int, lines: bytes) -> Came:
        return self._runner.run(self._take_all(first, lines))

    async def _take_all(self, first: int, lines: bytes) -> Came:
        came = Came()
        waiting = ((number, line) for number, line in enumerate(BytesIO(lines), first) if not line.isspace())

        async def some() -> None:
            while together := list(islice(waiting, _TOGETHER)):
                await self._take(together, came)

        # A failure of the store ends the import here: the lines before are done, and it begins again from there.
        await asyncio.gather(*(some() for _ in range(_TRIPS)))
        return came

    async def _take(self, together: Sequence[tuple[int, bytes]], came: Came) -> None:
        numbers, people = [], []
        for number, line in together:
            try:
                people.append(self._read(line))
                numbers.append(number)
            except BadLine as bad:
                came.bad.append((number, list(bad.errors)))
        for number, registered in zip(numbers, await self._registrations.register(people, self._person), strict=True):
            came.created += registered.is_new
            came.replaced += not registered.is_new
            came.contacts += registered.created
            came.known += registered.known
            if registered.too_many:
                came.bad.append((number, [_TOO_MANY]))

    def _read(self, line: bytes) -> tuple[Customer, list[Contact]]:
        """Raises `BadLine`."""
        row = read_row(line, self._columns)
        numbers = read_numbers(row, self._plan)
        customer = Customer(row.customer_id, row.kind, row.name, row.birth_date, row.online_consent, locked=False)
        given = zip(numbers, row.contacts, strict=True)
        return customer, [new_contact(number, one.label, keys.new_contact_id()) for number, one in given]


_worker: _Worker | None = None


def begin(settings: Settings, url: str, person: str, columns: Sequence[str] | None) -> None:
    """Make this process a worker, for the store at `url` once it is there."""
    global _worker  # noqa: PLW0603 - what an executor's initializer leaves for its tasks
    _stay_as_long_as_the_import()
    _worker = _Worker(settings, url, person, columns)
    spare_the_collector()


def _stay_as_long_as_the_import() -> None:
    """A signal that stops the import lets its processes finish what they are at. When it is killed, they end."""
    signal.set_wakeup_fd(-1)  # a fork's is that of the import
    for signalled in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signalled, signal.SIG_IGN)
    if importing := multiprocessing.parent_process():
        threading.Thread(target=_end_with, args=(importing,), name="end-with-the-import", daemon=True).start()


def _end_with(importing: BaseProcess) -> None:
    importing.join()
    os._exit(1)


def take(first: int, lines: bytes) -> Came:
    """Import these lines, of which the first has this number. Raises `StoreUnavailable`."""
    if _worker is None:
        raise RuntimeError("begin first")
    try:
        return _worker.take(first, lines)
    except StoreUnavailable as away:
        # Another process gets no more of an exception than its words.
        raise StoreUnavailable(str(away)) from None
