"""The outbox: deliveries to make, shared by every gateway process through one consumer group a shard.

An entry is acknowledged and deleted when its delivery has been handed over or given up. What a crashed
process had taken is taken over once it has been idle for long enough.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from redis.exceptions import RedisError, ResponseError

from gateway.core.delivery import DeliveryRef
from gateway.core.outbox import OutboxEntry
from gateway.store import keys
from gateway.store.connection import Store

_TAKEN_OVER_AFTER_MS = 60_000
_LOOKED_FOR_ABANDONED_EVERY = 15.0
_BLOCK_MS = 2_000
_RECONNECT_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class _Handle:
    shard: int
    entry_id: bytes


class RedisOutbox:
    """`Outbox` on Redis 7 or Valkey: reads the outbox of all shards as one consumer of the group."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._consumer = secrets.token_hex(8)
        self._streams = {keys.outbox(shard): shard for shard in range(keys.SHARDS)}

    async def entries(self) -> AsyncIterator[OutboxEntry]:
        """Entries as they come, for as long as the caller asks; reconnects by itself."""
        client = self._store.blocking_client()
        looked_at = 0.0
        try:
            await self._ensure_groups()
            while True:
                now = asyncio.get_running_loop().time()
                if now - looked_at > _LOOKED_FOR_ABANDONED_EVERY:
                    looked_at = now
                    for entry in await self._abandoned():
                        yield entry
                try:
                    found: Any = await client.xreadgroup(
                        keys.DISPATCHERS,
                        self._consumer,
                        dict.fromkeys(self._streams, ">"),
                        count=64,
                        block=_BLOCK_MS,
                    )
                except ResponseError:
                    await self._ensure_groups()
                except (RedisError, OSError):
                    await asyncio.sleep(_RECONNECT_SECONDS)
                else:
                    for stream, rows in found or ():
                        for row in rows:
                            yield _entry(self._streams[stream.decode()], *row)
        finally:
            await client.aclose()

    async def done(self, entry: OutboxEntry) -> None:
        """Handed over, or given up: the entry is not needed any more."""
        handle = entry.handle
        assert isinstance(handle, _Handle)  # noqa: S101 - it came from `entries`
        stream = keys.outbox(handle.shard)
        await self._store.all(("XACK", stream, keys.DISPATCHERS, handle.entry_id), ("XDEL", stream, handle.entry_id))

    async def _ensure_groups(self) -> None:
        for stream in self._streams:
            try:
                await self._store.command("XGROUP", "CREATE", stream, keys.DISPATCHERS, "0", "MKSTREAM")
            except ResponseError as error:
                if not str(error).startswith("BUSYGROUP"):
                    raise

    async def _abandoned(self) -> list[OutboxEntry]:
        answers: list[Any] = await self._store.all(
            *(
                (
                    "XAUTOCLAIM",
                    stream,
                    keys.DISPATCHERS,
                    self._consumer,
                    _TAKEN_OVER_AFTER_MS,
                    "0",
                    "COUNT",
                    64,
                )
                for stream in self._streams
            )
        )
        return [
            _entry(shard, entry_id, dict(zip(words[::2], words[1::2], strict=True)))
            for shard, (_, rows, *_) in zip(self._streams.values(), answers, strict=True)
            for entry_id, words in rows
            if words is not None
        ]


def _entry(shard: int, entry_id: bytes, fields: dict[bytes, bytes]) -> OutboxEntry:
    is_notice = b"notice" in fields
    subject = fields[b"notice" if is_notice else b"verification"].decode()
    ref = DeliveryRef(subject, int(fields[b"delivery"]))
    return OutboxEntry(ref, b"hang_up" in fields, is_notice, _Handle(shard, entry_id))
