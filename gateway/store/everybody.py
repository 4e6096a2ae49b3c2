"""Every customer of the store with their contacts, opened, for those who take the data elsewhere."""

import asyncio
from collections.abc import AsyncIterator

from contacts.models import Contact, Customer
from gateway.store import keys
from gateway.store.action_log import TELL
from gateway.store.connection import Store
from gateway.store.customers import RedisCustomers

_AT_ONCE = 500


class Everybody:
    """Reads past the requests; a customer who is registered meanwhile may be missing."""

    def __init__(self, store: Store, customers: RedisCustomers) -> None:
        self._store = store
        self._customers = customers

    async def note_export(self, by: str, reason: str) -> None:
        """Tell the audit who takes everything out, and why, before they do."""
        await self._store.run(TELL, (keys.AUDIT_OF_NOBODY,), ("customers.exported", "", "by", by, "reason", reason))

    async def read(self) -> AsyncIterator[tuple[Customer, list[Contact]]]:
        """In no order; SCAN may tell one of them twice."""
        cursor = b"0"
        while True:
            cursor, found = await self._store.command(
                "SCAN", cursor, "MATCH", keys.CUSTOMERS, "COUNT", _AT_ONCE, "TYPE", "hash"
            )
            ids = [key.decode().partition(":customer:")[2] for key in found]
            for known in await asyncio.gather(*map(self._one, ids)):
                if known is not None:
                    yield known
            if cursor == b"0":
                return

    async def _one(self, customer_id: str) -> tuple[Customer, list[Contact]] | None:
        customer = await self._customers.read(customer_id)
        if customer is None:
            return None
        return customer, [stored.contact for stored in await self._customers.contacts(customer_id)]
