"""The terms of the verifications that this process, or another worker of the machine, opened or read of late.

They never change, so remembering them is safe; with them an answer is judged in one trip to the store.
"""

from gateway.core.verification import Terms
from gateway.store.recent import Recent
from gateway.store.shared_memory import SharedRecords

_MOST = 20_000
"""About 10 MB: those of a minute at a pace that one process can keep."""


class RecentTerms:
    """Forgets the oldest when there are too many."""

    def __init__(self, most: int = _MOST, shared: SharedRecords[Terms] | None = None) -> None:
        self._known = Recent[Terms](most, shared)

    def note(self, terms: Terms) -> None:
        if self._known.of(terms.verification_id) is None:
            self._known.note(terms.verification_id, terms if type(terms) is Terms else _alone(terms))

    def of(self, verification_id: str) -> Terms | None:
        return self._known.of(verification_id)


def _alone(whole: Terms) -> Terms:
    """Without what else there is of a verification, such as its sealed code."""
    return Terms(
        verification_id=whole.verification_id,
        customer_id=whole.customer_id,
        client=whole.client,
        method=whole.method,
        operation=whole.operation,
        contact_id=whole.contact_id,
        pepper_id=whole.pepper_id,
        locale=whole.locale,
        created_at=whole.created_at,
        expires_at=whole.expires_at,
        target_contact_id=whole.target_contact_id,
        operation_hash=whole.operation_hash,
        policy_version=whole.policy_version,
        prefix=whole.prefix,
    )
