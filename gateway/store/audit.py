"""The sealed audit in the store: for each shard a head, and a string for each segment."""

from collections.abc import Sequence
from typing import Any

import orjson

from gateway.core.audit.records import GENESIS, Position, Segment
from gateway.core.audit.stores import ShardHead, Unsealed
from gateway.store import clock, keys
from gateway.store.about import event_words
from gateway.store.connection import Store
from gateway.store.scripts import load

_READ_UNSEALED = load("read_unsealed")
_SEAL = load("seal_segment")
_REMOVE = load("remove_segments")
MOST_OF_A_SEGMENT = 500
"""Events. More make segments that take long to pack; fewer, more signatures for the same events."""


class RedisAudit:
    """`AuditStore` on Redis 7 or Valkey."""

    shards = keys.SHARDS

    def __init__(self, store: Store, *, readable_for: int) -> None:
        """`readable_for`: seconds for which sealed events stay in the live stream."""
        self._store = store
        self._readable_ms = readable_for * 1000

    async def heads(self) -> list[ShardHead]:
        found = await self._store.all(
            *(("HMGET", keys.audit_head(shard), *_HEAD_FIELDS) for shard in range(self.shards))
        )
        return [_head(values) for values in found]

    async def now(self) -> int:
        return await clock.now(self._store)

    async def unsealed(self, shard: int, *, younger_than_ms: int) -> Unsealed | None:
        given = await self._store.run(
            _READ_UNSEALED,
            (keys.audit(shard), keys.audit_head(shard)),
            (MOST_OF_A_SEGMENT, younger_than_ms),
        )
        if given is None:
            return None
        now, written, more, head, events = given
        return Unsealed(
            _head(head), now, written, [(one.decode(), event_words(words)) for one, words in events], bool(more)
        )

    async def seal(self, before: Position, segment: Segment, written: int, content: bytes) -> bool:
        shard = segment.shard
        given = await self._store.run(
            _SEAL,
            (keys.audit(shard), keys.audit_head(shard), keys.audit_segment(shard, segment.number)),
            (
                *(before.number, before.hash, segment.number, segment.hash),
                *(segment.last, segment.before + segment.count, written, content, self._readable_ms),
            ),
        )
        return bool(given[0] == b"sealed")

    async def segments(self, shard: int, numbers: Sequence[int]) -> list[bytes | None]:
        return await self._store.all(*(("GET", keys.audit_segment(shard, number)) for number in numbers))

    async def removed(self, shard: int) -> str | None:
        record = await self._store.command("GET", keys.audit_removed(shard))
        return None if record is None else str(record.decode())

    async def remove(self, shard: int, removed: int, up_to: int, record: str) -> bool:
        given = await self._store.run(
            _REMOVE,
            (
                *(keys.audit_head(shard), keys.audit_removed(shard)),
                *(keys.audit_segment(shard, number) for number in range(removed + 1, up_to + 1)),
            ),
            (removed, up_to, record),
        )
        return bool(given[0] == b"removed")

    async def keep_key(self, kid: str, public_key: dict[str, Any]) -> None:
        await self._store.command("HSETNX", keys.AUDIT_KEYS, kid, orjson.dumps(public_key))

    async def public_keys(self) -> list[dict[str, Any]]:
        return [orjson.loads(key) for key in await self._store.command("HVALS", keys.AUDIT_KEYS)]


_HEAD_FIELDS = ("number", "hash", "last", "events", "written", "removed")


def _head(values: Sequence[bytes | None]) -> ShardHead:
    number, link, last, events, written, removed = (None if value is None else value.decode() for value in values)
    return ShardHead(
        last=Position(int(number or 0), link or GENESIS),
        last_id=last or "0-0",
        events=int(events or 0),
        written=int(written or 0),
        removed=int(removed or 0),
    )
