"""What this process read of customers and contacts of late, sealed as the store answered it.

Callers ask for a decision and open a verification a moment later. What is remembered of the first saves the second a
trip, as a guess: the script that opens says whether it is so still, and nothing is refused by it.
"""

from collections import OrderedDict
from collections.abc import Sequence
from typing import TypeVar

from contacts.models import CustomerKind

_MOST = 10_000
"""About 9 MB: those of the moments that a customer takes to choose a method, at a pace that one process can keep."""
T = TypeVar("T")

ContactValues = tuple[bytes | None, ...]


class RecentApplicants:
    """Forgets the oldest when there are too many."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._customers = OrderedDict[str, tuple[CustomerKind, bool]]()
        self._contacts = OrderedDict[str, ContactValues]()

    def note_customer(self, customer_id: str, kind: CustomerKind, online_consent: bool) -> None:
        self._note(self._customers, customer_id, (kind, online_consent))

    def note_contact(self, key: str, values: Sequence[bytes | None]) -> None:
        # A tuple of bytes is nothing that the collector has to look into.
        self._note(self._contacts, key, tuple(values))

    def of(self, customer_id: str, contact_key: str) -> tuple[CustomerKind, bool, ContactValues] | None:
        """Kind, consent, and the contact's fields; `contact_key` is its key in the store."""
        known, values = self._customers.get(customer_id), self._contacts.get(contact_key)
        return None if known is None or values is None else (*known, values)

    def _note(self, known: OrderedDict[str, T], key: str, value: T) -> None:
        known[key] = value
        if len(known) > self._most:
            known.popitem(last=False)
