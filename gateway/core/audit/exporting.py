"""An export: the audit as lines of JSON that can be verified without the store.

| line                                    | is                                                              |
|-----------------------------------------|-----------------------------------------------------------------|
| `{"removed": JWS}`                      | up to where a shard's segments are gone, and why                |
| `{"segment": JWS}`                      | a segment begins; its events follow                             |
| `{"omitted":true,"segment": JWS}`       | a segment of which no event was asked for; no event follows     |
| `{"at": …, "event": …, "id": …, …}`     | an event, as it was sealed                                      |
| `{"omitted": DIGEST}`                   | an event that was not asked for, as the SHA-256 of its line     |
| `{"reasons": {field: text}}`            | the reasons of the event before, opened                         |
| `{"head": JWS}`                         | the end: how far the audit went, and the digest of all before   |
"""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress

import orjson

from gateway.core.audit.chain import digest, line, order_of
from gateway.core.audit.packing import unpack
from gateway.core.audit.records import AuditSigner, Head, Position, RecordKind
from gateway.core.audit.stores import AuditStore, ShardHead

_AT_ONCE = 32

Opened = Sequence[Mapping[str, str]]
"""For each event the reasons that people wrote into it, by field."""

OpenReasons = Callable[[Sequence[Mapping[str, str]]], Awaitable[Opened]]
"""Opens the reasons of some events."""


class AuditMoved(Exception):
    """Segments were removed while they were being read: ask again."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events an export shows; the others are there as digests. Times are ms, `until` is exclusive."""

    since: int | None = None
    until: int | None = None
    customer_id: str | None = None

    @property
    def written(self) -> dict[str, str]:
        given = {"from": self.since, "until": self.until, "customer": self.customer_id}
        return {name: str(value) for name, value in given.items() if value is not None}

    def takes(self, event: Mapping[str, str]) -> bool:
        at, _ = order_of(event["id"])
        in_time = (self.since is None or at >= self.since) and (self.until is None or at < self.until)
        # An alarm names its customer as the subject.
        return in_time and self.customer_id in (None, event.get("customer"), event.get("subject"))


class Exporter:
    """Writes one export. The lines come with their line feeds."""

    def __init__(
        self, store: AuditStore, signer: AuditSigner, wanted: Wanted, open_reasons: OpenReasons | None = None
    ) -> None:
        self._store = store
        self._signer = signer
        self._wanted = wanted
        self._open_reasons = open_reasons
        self._content = hashlib.sha256()
        self._shown = 0

    @property
    def shown(self) -> int:
        """How many events the lines so far show in full."""
        return self._shown

    async def lines(self, after: Mapping[int, int] | None = None) -> AsyncIterator[bytes]:
        """Everything in the store, or of each shard the segments after a number. Raises `AuditMoved`."""
        at, heads = await self._store.now(), await self._store.heads()
        for shard, head in enumerate(heads):
            begin = head.removed if after is None else after.get(shard, 0)
            if after is None and (record := await self._store.removed(shard)) is not None:
                yield self._counted(line({RecordKind.REMOVED.value: record}))
            async for content in self._contents(shard, begin, head):
                async for one in self._segment(content):
                    yield self._counted(one)
        end = Head(at, positions(heads), self._content.hexdigest(), self._shown, self._wanted.written)
        yield line({RecordKind.HEAD.value: self._signer.head(end)}) + b"\n"

    def _counted(self, one: bytes) -> bytes:
        written = one + b"\n"
        self._content.update(written)
        return written

    async def _contents(self, shard: int, after: int, head: ShardHead) -> AsyncIterator[list[bytes]]:
        """The lines of each segment."""
        for first in range(after + 1, head.last.number + 1, _AT_ONCE):
            numbers = range(first, min(first + _AT_ONCE, head.last.number + 1))
            for packed in await self._store.segments(shard, numbers):
                if packed is None:
                    raise AuditMoved
                yield unpack(packed)

    async def _segment(self, content: list[bytes]) -> AsyncIterator[bytes]:
        record, *events = content
        wanted = self._choose(events)
        if not any(wanted):
            yield line({**orjson.loads(record), "omitted": True})
            return
        reasons = iter(await self._reasons([*compress(events, wanted)]))
        yield record
        for event, is_wanted in zip(events, wanted, strict=True):
            if not is_wanted:
                yield line({"omitted": digest(event).hex()})
                continue
            self._shown += 1
            yield event
            if opened := next(reasons):
                yield line({"reasons": dict(opened)})

    async def _reasons(self, events: Sequence[bytes]) -> Opened:
        """For each event; nothing else is unsealed."""
        if self._open_reasons is None:
            return [{}] * len(events)
        return await self._open_reasons([orjson.loads(event) for event in events])

    def _choose(self, events: Sequence[bytes]) -> list[bool]:
        if not self._wanted.written:
            return [True] * len(events)
        return [self._wanted.takes(orjson.loads(event)) for event in events]


def positions(heads: Sequence[ShardHead]) -> dict[int, Position]:
    return {shard: head.last for shard, head in enumerate(heads)}
