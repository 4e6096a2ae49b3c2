"""The terms of the verifications that this process opened or read of late.

They never change, so remembering them is safe; with them an answer is judged in one trip to the store.
"""

from collections import OrderedDict

from gateway.core.verification import Terms

_MOST = 20_000
"""About 10 MB: those of a minute at a pace that one process can keep."""


class RecentTerms:
    """Forgets the oldest when there are too many."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        # A plain dict that loses its first again and again looks through all that it lost for the next one.
        self._known: OrderedDict[str, Terms] = OrderedDict()

    def note(self, terms: Terms) -> None:
        known = self._known
        if terms.verification_id in known:
            return
        if len(known) >= self._most:
            known.popitem(last=False)
        known[terms.verification_id] = Terms(
            verification_id=terms.verification_id,
            customer_id=terms.customer_id,
            client=terms.client,
            method=terms.method,
            operation=terms.operation,
            contact_id=terms.contact_id,
            pepper_id=terms.pepper_id,
            locale=terms.locale,
            created_at=terms.created_at,
            expires_at=terms.expires_at,
            target_contact_id=terms.target_contact_id,
            operation_hash=terms.operation_hash,
            policy_version=terms.policy_version,
            prefix=terms.prefix,
        )

    def of(self, verification_id: str) -> Terms | None:
        return self._known.get(verification_id)
