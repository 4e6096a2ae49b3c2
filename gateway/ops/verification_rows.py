"""Verifications as lists show them: what the store knows of each now, and the number it went to, masked."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.core.customer_stores import CustomerStore
from gateway.core.read_model import Filters, ReadModel
from gateway.core.stores import VerificationStore
from gateway.core.verification import Verification


@dataclass(frozen=True, slots=True)
class VerificationRow:
    verification: Verification
    masked_number: str | None


class VerificationRows:
    """Reads the rows that the read model names; what is no longer kept is left out."""

    def __init__(self, read_model: ReadModel, verifications: VerificationStore, customers: CustomerStore) -> None:
        self._read_model = read_model
        self._verifications = verifications
        self._customers = customers

    async def find(self, filters: Filters, count: int, older: str | None) -> tuple[list[VerificationRow], str | None]:
        """The rows, and where to go on."""
        found = await self._read_model.find(filters, count, older)
        return await self._read(found.ids), found.older

    async def of_customer(self, customer_id: str, count: int) -> list[VerificationRow]:
        return await self._read(await self._read_model.of_customer(customer_id, count))

    async def row(self, verification: Verification) -> VerificationRow:
        if verification.contact_id is None:
            return VerificationRow(verification, None)
        _, stored = await self._customers.read_with_contact(verification.customer_id, verification.contact_id)
        return VerificationRow(verification, stored.contact.number.masked if stored else None)

    async def _read(self, ids: Sequence[str]) -> list[VerificationRow]:
        read = await asyncio.gather(*map(self._verifications.read, ids))
        return list(await asyncio.gather(*(self.row(each) for each in read if each is not None)))
