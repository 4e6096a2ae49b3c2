"""The terms of the verifications that this process, or another of the same machine, opened or read of late.

They never change, so remembering them is safe; with them an answer is judged in one trip to the store.
"""

from gateway.core.verification import Terms
from gateway.store.recent import Recent
from gateway.store.shared_terms import SharedTerms

_MOST = 20_000
"""About 10 MB: those of a minute at a pace that one process can keep."""


class RecentTerms:
    """Forgets the oldest when there are too many; `shared` is where other processes look as well."""

    def __init__(self, most: int = _MOST, shared: SharedTerms | None = None) -> None:
        self._known = Recent[Terms](most)
        self._shared = shared

    def note(self, terms: Terms) -> None:
        if self._known.of(terms.verification_id) is None:
            terms = terms if type(terms) is Terms else _alone(terms)
            self._known.note(terms.verification_id, terms)
            if self._shared is not None:
                self._shared.note(terms)

    def of(self, verification_id: str) -> Terms | None:
        terms = self._known.of(verification_id)
        if terms is None and self._shared is not None:
            return self._shared.of(verification_id)
        return terms


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
