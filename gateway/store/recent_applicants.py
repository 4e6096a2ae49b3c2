"""What this process read of customers and contacts of late, without a number.

Callers ask for a decision and open a verification a moment later. What is remembered of the first saves the second a
trip, as a guess: the script that opens says whether it is so still, and nothing is refused by it.
"""

from contacts.models import CustomerKind
from gateway.core.customer_stores import RememberedContact
from gateway.store.recent import Recent

_MOST = 10_000
"""About 7 MB: those of the moments that a customer takes to choose a method, at a pace that one process can keep."""


class RecentApplicants:
    """Forgets the oldest when there are too many."""

    def __init__(self) -> None:
        self._customers = Recent[tuple[CustomerKind, bool]](_MOST)
        self._contacts = Recent[RememberedContact](_MOST)

    def note_customer(self, customer_id: str, kind: CustomerKind, online_consent: bool) -> None:
        self._customers.note(customer_id, (kind, online_consent))

    def note_contact(self, key: str, contact: RememberedContact) -> None:
        self._contacts.note(key, contact)

    def of(self, customer_id: str, contact_key: str) -> tuple[CustomerKind, bool, RememberedContact] | None:
        """Kind, consent, and the contact; `contact_key` is its key in the store."""
        known, contact = self._customers.of(customer_id), self._contacts.of(contact_key)
        return None if known is None or contact is None else (*known, contact)
