"""Sealing: the events of each shard become segments, in order, each event once.

Any number of processes may seal. One that another overtakes between reading and writing finds a new last segment, and
its work is dropped; one that dies in between leaves the events where they were. Each segment is also a line of the log,
which makes the log's archive a second witness.
"""

import asyncio
import random

import structlog

from gateway.core.audit.chain import Chain, digest, event_line
from gateway.core.audit.packing import pack
from gateway.core.audit.records import AuditSigner, Position, Segment
from gateway.core.audit.retention import Retention
from gateway.core.audit.stores import AuditStore, Unsealed
from gateway.core.errors import StoreUnavailable
from gateway.core.tasks import end

_SLOWEST_LOOK_SECONDS = 15.0
_RETENTION_EVERY_SECONDS = 3600.0

_log = structlog.get_logger(__name__)


class Sealer:
    """Seals what is due, for as long as it is open."""

    def __init__(self, store: AuditStore, signer: AuditSigner, retention: Retention, *, sealed_after: int) -> None:
        """`sealed_after` is in seconds; when there are many events, they are sealed sooner."""
        self._store = store
        self._signer = signer
        self._retention = retention
        self._sealed_after = sealed_after
        self._seen: dict[int, Position] = {}
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        self._task = asyncio.create_task(self._seal_for_ever(), name="audit-sealer")

    async def close(self) -> None:
        if self._task is not None:
            await end(self._task)

    async def seal_what_is_due(self) -> None:
        """A shard that cannot be sealed keeps no other waiting; why it cannot is in the log."""
        await self._store.keep_key(self._signer.kid, self._signer.public_key())
        shards = (self._seal_shard(shard, self._sealed_after * 1000) for shard in range(self._store.shards))
        for shard, failure in enumerate(await asyncio.gather(*shards, return_exceptions=True)):
            if isinstance(failure, Exception) and not isinstance(failure, StoreUnavailable):
                _log.error("audit_not_sealed", shard=shard, kind=type(failure).__name__)

    async def seal_everything(self) -> None:
        """Seal young events as well: when this returns, everything written before is sealed."""
        await self._store.keep_key(self._signer.kid, self._signer.public_key())
        await asyncio.gather(*(self._seal_shard(shard, 0) for shard in range(self._store.shards)))

    async def _seal_shard(self, shard: int, younger_than_ms: int) -> None:
        overtaken_at: Position | None = None
        while unsealed := await self._store.unsealed(shard, younger_than_ms=younger_than_ms):
            self._look_back(shard, unsealed.head.last)
            # Hashing and packing a full segment takes some ms, which no request should wait for.
            segment, content = await asyncio.to_thread(seal, shard, unsealed, self._signer)
            written = _written_by(unsealed)
            if await self._store.seal(unsealed.head.last, segment, written, content):
                self._tell(segment)
                if not unsealed.more:
                    return
            elif unsealed.head.last == overtaken_at:
                return  # refused twice at the same head, so nobody was faster: the head is broken
            else:
                # Whoever was faster may have sealed fewer events than are here.
                overtaken_at = unsealed.head.last

    def _look_back(self, shard: int, last: Position) -> None:
        """A head only goes back when somebody cut the audit in the store, or put an old copy in its place; or a replica
        that had not got all of it has become the primary.
        """
        seen = self._seen.get(shard)
        if seen is not None and (last.number < seen.number or (last.number == seen.number and last != seen)):
            _log.error("audit_head_went_back", shard=shard, number=last.number, hash=last.hash, seen=seen.number)
        self._seen[shard] = last

    def _tell(self, segment: Segment) -> None:
        self._seen[segment.shard] = Position(segment.number, segment.hash)
        _log.info("audit_sealed", shard=segment.shard, number=segment.number, hash=segment.hash, count=segment.count)
        if segment.missing:
            _log.error("audit_events_missing", shard=segment.shard, number=segment.number, missing=segment.missing)

    async def _seal_for_ever(self) -> None:
        every = min(self._sealed_after / 4, _SLOWEST_LOOK_SECONDS)
        # So that processes that were started together do not all look at once.
        await asyncio.sleep(random.uniform(0, every))  # noqa: S311
        clock, looked_at = asyncio.get_running_loop().time, float("-inf")
        while True:
            try:
                await self.seal_what_is_due()
                if clock() - looked_at > _RETENTION_EVERY_SECONDS:
                    await self._retention.remove_what_is_too_old()
                    looked_at = clock()
            except StoreUnavailable:
                pass  # reported elsewhere; what is due is sealed when the store is back
            except Exception as error:
                _log.error("audit_upkeep_failed", kind=type(error).__name__)
            await asyncio.sleep(every)


def seal(shard: int, unsealed: Unsealed, signer: AuditSigner) -> tuple[Segment, bytes]:
    """The segment of these events, and how it is stored: its signed record and the lines of the events, packed."""
    head, events = unsealed.head, unsealed.events
    lines = [event_line(event_id, words) for event_id, words in events]
    chain = Chain(head.last.hash)
    for one in lines:
        chain.add(digest(one))
    segment = Segment(
        shard=shard,
        number=head.last.number + 1,
        first=events[0][0],
        last=events[-1][0],
        count=len(events),
        before=head.events,
        missing=_missing(unsealed),
        previous=head.last.hash,
        chain=chain.link,
        sealed_at=unsealed.now,
    )
    return segment, pack(signer.segment(segment), lines)


def _written_by(unsealed: Unsealed) -> int:
    """How many events the store had written up to the last of these. Known exactly when no more follow."""
    return unsealed.head.written + len(unsealed.events) if unsealed.more else unsealed.written


def _missing(unsealed: Unsealed) -> int:
    if unsealed.more:
        return 0
    missing = unsealed.written - unsealed.head.written - len(unsealed.events)
    return max(missing, -1)
