"""Removing segments from the store: once they are in an archive, or older than the law asks for."""

import structlog

from gateway.core.audit.packing import record_of
from gateway.core.audit.records import AuditKeys, AuditSigner, Position, Removed, Segment, Unsigned, Why
from gateway.core.audit.stores import AuditStore

_AT_ONCE = 100

_log = structlog.get_logger(__name__)


class Retention:
    """Leaves a signed record in the place of what it removes, which tells removing from tampering."""

    def __init__(self, store: AuditStore, signer: AuditSigner, *, kept_ms: int) -> None:
        self._store = store
        self._signer = signer
        self._kept_ms = kept_ms

    async def remove_what_is_too_old(self) -> None:
        before = await self._store.now() - self._kept_ms
        for shard in range(self._store.shards):
            while await self.remove(shard, before, Why.RETENTION):
                pass

    async def remove(self, shard: int, sealed_before: int, why: Why, up_to: int | None = None) -> int:
        """Remove the oldest segments that were sealed before that time (ms), a hundred at most; how many it was.

        `up_to` is the number of the last one that may go.
        """
        head = (await self._store.heads())[shard]
        last = head.last.number if up_to is None else up_to
        gone = await self._oldest(shard, head.removed, last, sealed_before)
        if not gone:
            return 0
        end = Position(gone[-1].number, gone[-1].hash)
        record = self._signer.removed(Removed(await self._store.now(), why, {shard: end}))
        if not await self._store.remove(shard, head.removed, end.number, record):
            return 0
        _log.info("audit_removed", shard=shard, number=end.number, why=why.value)
        return len(gone)

    async def _oldest(self, shard: int, removed: int, last: int, sealed_before: int) -> list[Segment]:
        keys = AuditKeys([*await self._store.public_keys(), self._signer.public_key()])
        numbers = range(removed + 1, min(removed + _AT_ONCE, last) + 1)
        gone: list[Segment] = []
        for number, content in zip(numbers, await self._store.segments(shard, numbers), strict=True):
            try:
                segment = None if content is None else keys.segment(record_of(content))
            except Unsigned as unsigned:
                # What cannot be read stays: it is evidence.
                _log.error("audit_segment_unreadable", shard=shard, number=number, why=str(unsigned))
                break
            if segment is None or segment.sealed_at >= sealed_before:
                break
            gone.append(segment)
        return gone
