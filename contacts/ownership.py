"""The ownership check (명의인증): does the carrier know this mobile in this person's name? (R5, R6)"""

from enum import StrEnum
from typing import Protocol

from contacts.phone_numbers import PhoneNumber


class OwnershipResult(StrEnum):
    """Only `confirmed` makes a contact verifiable."""

    CONFIRMED = "confirmed"
    NOT_CONFIRMED = "not_confirmed"
    NOT_AVAILABLE = "not_available"
    """The carrier answered, but keeps no name for this number."""


class OwnershipCheckUnavailable(Exception):
    """The carrier could not be asked, or gave no answer that can be relied on. Nothing is known."""


class OwnershipCheck(Protocol):
    """Asks a carrier. Shaped after CAMARA's kyc-match (`nameMatch`: true, false, not_available)."""

    async def check(self, number: PhoneNumber, name: str, birth_date: str | None) -> OwnershipResult:
        """`birth_date` is `YYYY-MM-DD`. Raises `OwnershipCheckUnavailable`, and nothing else."""
        ...
