"""What a copy of the store brings back and must not be good again."""

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

from gateway.core.reasons import without_numbers
from gateway.store import keys
from gateway.store.action_log import TELL
from gateway.store.connection import Store

_AT_ONCE = 500

_RECORDS: Mapping[str, str] = MappingProxyType(
    {
        "approval": "approvals",
        "auto-connect": "remembered devices",
        "branch": "branch passwords",
        "idempotency": "answers to repeat",
        "ops-session": "sessions of operators",
        "v": "verifications",
    }
)
"""Kinds of keys that are used once, or were revoked or answered since the copy was made; and what they hold."""
_LISTS_OF_THEM = frozenset(
    {
        "approvals-decided",
        "approvals-waiting",
        "auto-connects",
        "branch-id",
        "dead-letters",
        "expiring",
        "ops-calls",
        "outbox",
        "replies",
    }
)
_OPEN_NOW = ("state:pending", "open:")
"""Of the indexes of the operations pages those that no event would take a verification out of any more."""


def kind_to_forget(key: str) -> str | None:
    """What kind of key it is, if what it holds must not be good again."""
    kind, rest = keys.kind_and_rest(key)
    is_open_now = kind == "ops-index" and rest.startswith(_OPEN_NOW)
    return kind if kind in _RECORDS or kind in _LISTS_OF_THEM or is_open_now else None


class Restoring:
    """For a store that no gateway uses yet."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def forget(self, by: str, reason: str) -> Counter[str]:
        """How many there were of what. Who was interrupted begins again."""
        words = ("store.restored", "", "by", by, "reason", without_numbers(reason))
        await self._store.run(TELL, (keys.AUDIT_OF_NOBODY,), words)
        forgotten: Counter[str] = Counter()
        async for found in self._store.scan("COUNT", _AT_ONCE):
            revived = [(key, kind) for key in found if (kind := kind_to_forget(key.decode(errors="replace")))]
            gone = await self._store.all(*(("UNLINK", key) for key, _ in revived))
            for (_, kind), was_there in zip(revived, gone, strict=True):
                if was_there and kind in _RECORDS:
                    forgotten[_RECORDS[kind]] += 1
        return forgotten
