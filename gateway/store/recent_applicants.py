"""What this process read of customers and contacts of late, sealed as the store answered it.

Callers ask for a decision and open a verification a moment later. What is remembered of the first saves the second a
trip, as a guess: the script that opens says whether it is so still, and nothing is refused by it.
"""

from collections.abc import Sequence

from contacts.models import CustomerKind
from gateway.store.recent import Recent

_MOST = 10_000
"""About 9 MB: those of the moments that a customer takes to choose a method, at a pace that one process can keep."""

ContactValues = tuple[bytes | None, ...]


class RecentApplicants:
    """Forgets the oldest when there are too many."""

    def __init__(self) -> None:
        self._customers = Recent[tuple[CustomerKind, bool]](_MOST)
        self._contacts = Recent[ContactValues](_MOST)

    def note_customer(self, customer_id: str, kind: CustomerKind, online_consent: bool) -> None:
        self._customers.note(customer_id, (kind, online_consent))

    def note_contact(self, key: str, values: Sequence[bytes | None]) -> None:
        # A tuple of bytes is nothing that the collector has to look into.
        self._contacts.note(key, tuple(values))

    def of(self, customer_id: str, contact_key: str) -> tuple[CustomerKind, bool, ContactValues] | None:
        """Kind, consent, and the contact's fields; `contact_key` is its key in the store."""
        known, values = self._customers.of(customer_id), self._contacts.of(contact_key)
        return None if known is None or values is None else (*known, values)
