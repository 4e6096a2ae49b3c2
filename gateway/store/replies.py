"""Which verification a text may answer, by its sender and a digest of its code."""

from collections.abc import Sequence

from gateway.core.limits import Limits
from gateway.store import keys
from gateway.store.connection import Store
from gateway.store.pairs import in_pairs

_READING_SECONDS = 15
_READ_SECONDS = 86_400
KEPT_AFTER_SECONDS = 3600
"""An entry outlives its verification, so that a late answer is told from one nobody asked for."""


class RedisReplies:
    """`ReplyStore` on Redis 7 or Valkey."""

    def __init__(self, store: Store, limits: Limits) -> None:
        self._store = store
        self._kept_seconds = limits.longest_life + KEPT_AFTER_SECONDS

    async def expect(self, blind_index: str, reply_digest: bytes, verification_id: str) -> None:
        key = keys.replies(blind_index)
        await self._store.all(("HSET", key, reply_digest, verification_id), ("EXPIRE", key, self._kept_seconds))

    async def expected(self, blind_indexes: Sequence[str]) -> dict[bytes, str]:
        found = await self._store.all(*(("HGETALL", keys.replies(index)) for index in blind_indexes))
        return {digest: word.decode() for pairs in found for digest, word in in_pairs(pairs)}

    async def begin(self, message_id: str) -> bool:
        key = keys.inbound_text(message_id)
        return await self._store.command("SET", key, "begun", "NX", "EX", _READING_SECONDS) is not None

    async def finish(self, message_id: str) -> None:
        await self._store.command("SET", keys.inbound_text(message_id), "done", "EX", _READ_SECONDS)

    async def forget(self, message_id: str) -> None:
        await self._store.command("DEL", keys.inbound_text(message_id))
