"""The outbox: deliveries to make, shared by every gateway process through one consumer group a shard.

An entry is acknowledged and deleted when its delivery has been handed over, given up or set aside. Whoever works on
one says so every few seconds; what nobody says this of any more is taken over.
"""

import asyncio
import contextlib
import re
import secrets
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass
from functools import partial

import structlog

from gateway.core.alarms import AlarmKind
from gateway.core.delivery import DeliveryRef
from gateway.core.errors import StoreUnavailable
from gateway.core.outbox import Buried, Cargo, OutboxEntry
from gateway.core.tasks import merged
from gateway.store import keys
from gateway.store.connection import Argument, Store
from gateway.store.pairs import in_pairs
from gateway.store.refusals import ElsewhereError, ResponseError
from gateway.store.scripts import load
from gateway.store.waiting import WaitingLine

_TAKE_OVER = load("take_over_entries")
_HOLD = load("hold_entries")
_BURY = load("bury_entry")
_FORGET = load("forget_consumers")

DISPATCHERS = "dispatchers"
"""The consumer group, of each shard."""
_TAKEN_OVER_AFTER_MS = 15_000
"""Five times as long as a live process takes to say that it is there: a slow one is not taken for dead."""
_FORGOTTEN_AFTER_MS = 600_000
_LOOKED_FOR_ABANDONED_EVERY = 3.0
_BLOCK_MS = 2_000
_RECONNECT_SECONDS = 0.5
_AT_A_TIME = 64
MOST_DEAD_LETTERS = 1_000
"""Of each shard."""

_SUBJECT = re.compile(rb"(?:ver|ntc)_[0-9a-hjkmnp-tv-z]{22}")
_ALARMS = {kind.encode(): kind for kind in AlarmKind}
_NUMBER = re.compile(rb"[0-9]{1,9}")

_log = structlog.get_logger(__name__)


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
        self._taken: set[_Handle] = set()

    async def entries(self) -> AsyncIterator[OutboxEntry]:
        """Entries as they come, for as long as the caller asks; reconnects by itself."""
        if self._store.cluster is None:
            reading = self._read_for_ever([*self._streams])
        else:
            # One command reads streams of one slot. With a reader each, only the shards of a node that is away wait.
            reading = merged([partial(self._read_for_ever, [stream]) for stream in self._streams])
        async for entry in reading:
            yield entry

    async def _read_for_ever(self, streams: list[str]) -> AsyncGenerator[OutboxEntry, None]:
        while True:
            try:
                async for entry in self._read(streams):
                    yield entry
            except StoreUnavailable:
                await asyncio.sleep(_RECONNECT_SECONDS)

    async def _read(self, streams: list[str]) -> AsyncIterator[OutboxEntry]:
        """Entries of streams that one command can read."""
        line = self._store.waiting_line(streams[0])
        looked_at = float("-inf")
        try:
            await self._ensure_groups(streams)
            while True:
                now = asyncio.get_running_loop().time()
                is_time_to_look = now - looked_at > _LOOKED_FOR_ABANDONED_EVERY
                try:
                    entries = await (self._abandoned(streams) if is_time_to_look else self._come(line, streams))
                except ElsewhereError:
                    line.close()
                    await asyncio.sleep(_RECONNECT_SECONDS)
                except ResponseError:
                    # The store has lost the group: it was emptied, or another one took its place.
                    await self._ensure_groups(streams)
                else:
                    looked_at = now if is_time_to_look else looked_at
                    for entry in entries:
                        yield entry
        finally:
            line.close()

    async def _come(self, line: WaitingLine, streams: list[str]) -> list[OutboxEntry]:
        """What comes within a moment."""
        found = await line.ask(
            *("XREADGROUP", "GROUP", DISPATCHERS, self._consumer),
            *("COUNT", _AT_A_TIME, "BLOCK", _BLOCK_MS),
            *("STREAMS", *streams, *([">"] * len(streams))),
            wait=_BLOCK_MS / 1000,
        )
        return await self._take(
            [
                (_Handle(self._streams[stream.decode()], entry_id), 1, fields)
                for stream, rows in found or ()
                for entry_id, fields in rows
            ]
        )

    async def done(self, entry: OutboxEntry) -> None:
        """Handed over, or not wanted any more."""
        await self._take_out(_handle(entry))

    async def bury(self, entry: OutboxEntry, why: Buried) -> None:
        handle = _handle(entry)
        fields: dict[str, Argument | None] = {
            "cargo": entry.cargo,
            "alarm": entry.alarm,
            "subject": entry.ref.verification_id,
            "delivery": entry.ref.number,
            "reason": why.reason,
            "tries": entry.tries,
            "asked": why.asked,
            "carrier": why.carrier or None,
            "error": why.error,
        }
        words = [word for name, value in fields.items() if value is not None for word in (name, value)]
        await self._store.run(
            _BURY,
            (
                keys.outbox(handle.shard),
                keys.dead_letters(handle.shard),
                keys.delivered(entry.ref.verification_id),
            ),
            (DISPATCHERS, handle.entry_id, MOST_DEAD_LETTERS, *words),
        )
        self._taken.discard(handle)

    def leave(self, entry: OutboxEntry) -> None:
        self._taken.discard(_handle(entry))

    async def hold(self) -> None:
        await self._tell("")

    async def let_go(self) -> None:
        await self._tell(_TAKEN_OVER_AFTER_MS)
        self._taken.clear()

    async def _tell(self, idle: Argument) -> None:
        by_shard: defaultdict[int, list[bytes]] = defaultdict(list)
        for handle in self._taken:
            by_shard[handle.shard].append(handle.entry_id)
        told = (
            self._store.run(_HOLD, (keys.outbox(shard),), (DISPATCHERS, self._consumer, idle, *entry_ids))
            for shard, entry_ids in by_shard.items()
        )
        # A store that was emptied has no group until somebody reads again: nothing is held there.
        with contextlib.suppress(ResponseError):
            await asyncio.gather(*told)

    async def _take_out(self, handle: _Handle) -> None:
        stream = keys.outbox(handle.shard)
        await self._store.all(("XACK", stream, DISPATCHERS, handle.entry_id), ("XDEL", stream, handle.entry_id))
        self._taken.discard(handle)

    async def _ensure_groups(self, streams: list[str]) -> None:
        await asyncio.gather(*map(self._ensure_group, streams))

    async def _ensure_group(self, stream: str) -> None:
        try:
            await self._store.command("XGROUP", "CREATE", stream, DISPATCHERS, "0", "MKSTREAM")
        except ResponseError as error:
            if not str(error).startswith("BUSYGROUP"):
                raise
        # Each process that begins is a consumer with a name of its own.
        await self._store.run(_FORGET, (stream,), (DISPATCHERS, _FORGOTTEN_AFTER_MS))

    async def _abandoned(self, streams: list[str]) -> list[OutboxEntry]:
        words = (DISPATCHERS, self._consumer, _TAKEN_OVER_AFTER_MS, _AT_A_TIME)
        answers = await asyncio.gather(*(self._store.run(_TAKE_OVER, (stream,), words) for stream in streams))
        found = [
            (_Handle(self._streams[stream], entry_id), tries, fields)
            for stream, rows in zip(streams, answers, strict=True)
            for entry_id, tries, fields in rows
        ]
        # Without our own, which the store gives when it has not heard of us for so long: they are being worked on.
        return await self._take([one for one in found if one[0] not in self._taken])

    async def _take(self, found: Sequence[tuple[_Handle, int, list[bytes]]]) -> list[OutboxEntry]:
        """Entries that this process works on from now on, each with its handle, how often it was taken and its fields.

        All at once: one that still waits for its turn here is not to be taken over.
        """
        self._taken.update(handle for handle, _, _ in found)
        entries = [(handle, _entry(handle, tries, words)) for handle, tries, words in found]
        for handle in [handle for handle, entry in entries if entry is None]:
            await self._drop(handle)
        return [entry for _, entry in entries if entry is not None]

    async def _drop(self, handle: _Handle) -> None:
        """Nobody of ours put it there, and nobody could ever deliver it."""
        _log.error("outbox_entry_dropped", shard=handle.shard, entry=handle.entry_id.decode())
        self._taken.discard(handle)
        with contextlib.suppress(StoreUnavailable):
            await self._take_out(handle)


def _handle(entry: OutboxEntry) -> _Handle:
    assert isinstance(entry.handle, _Handle)  # noqa: S101 - it came from `entries`
    return entry.handle


def _entry(handle: _Handle, tries: int, words: list[bytes]) -> OutboxEntry | None:
    """None for what is no entry."""
    fields = dict(in_pairs(words))
    subject, number = fields.get(b"notice", fields.get(b"verification", b"")), fields.get(b"delivery", b"")
    if _SUBJECT.fullmatch(subject) is None or _NUMBER.fullmatch(number) is None:
        return None
    ref = DeliveryRef(subject.decode(), int(number))
    if (alarm := fields.get(b"alarm")) is not None:
        kind = _ALARMS.get(alarm)
        return None if kind is None else OutboxEntry(ref, Cargo.ALARM, tries, handle, kind)
    cargo = Cargo.NOTICE if b"notice" in fields else Cargo.HANG_UP if b"hang_up" in fields else Cargo.VERIFICATION
    return OutboxEntry(ref, cargo, tries, handle)
