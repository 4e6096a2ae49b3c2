"""What a copy of the store brings back and must not be good again."""

from collections import Counter

from gateway.core.reasons import without_numbers
from gateway.store import keys
from gateway.store.action_log import TELL
from gateway.store.connection import Store

_AT_ONCE = 500

REVIVED = frozenset(
    {
        "approval",
        "approvals-decided",
        "approvals-waiting",
        "auto-connect",
        "auto-connects",
        "branch",
        "branch-id",
        "expiring",
        "idempotency",
        "ops-session",
        "outbox",
        "replies",
        "v",
    }
)
"""Kinds of keys whose records are used once, or were revoked, answered or sent since the copy was made."""


class Restoring:
    """For a store that no gateway uses yet."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def forget(self, by: str, reason: str) -> Counter[str]:
        """How many keys of each kind there were. Who was interrupted begins again."""
        words = ("store.restored", "", "by", by, "reason", without_numbers(reason))
        await self._store.run(TELL, (keys.AUDIT_OF_NOBODY,), words)
        forgotten: Counter[str] = Counter()
        async for found in self._store.scan("COUNT", _AT_ONCE):
            kinds = {key: keys.kind_and_rest(key.decode(errors="replace"))[0] for key in found}
            revived = [key for key, kind in kinds.items() if kind in REVIVED]
            gone = await self._store.all(*(("UNLINK", key) for key in revived))
            for key, was_there in zip(revived, gone, strict=True):
                forgotten[kinds[key]] += was_there
        return forgotten
