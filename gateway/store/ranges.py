"""Ranges of numbers in the store: how many deliveries each got, and how many of the texted codes were used."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from gateway.core.limits import Limits
from gateway.core.sending import Conversion, RangeHeld, Texting
from gateway.core.stores import Capped
from gateway.store import keys
from gateway.store.connection import Store
from gateway.store.scripts import load

_TAKE = load("take_range")
_GIVE_BACK = load("give_back_range")
_NOTE_VERIFIED = load("note_conversion")

SPAN_MS = 300_000
"""Verifications of so long are counted as one."""
SPANS = 12
"""How many of them the watch looks back on; the latest two had no time to be answered yet."""


class RedisRanges:
    """`RangeStore` on Redis 7 or Valkey."""

    def __init__(self, store: Store, limits: Limits) -> None:
        self._store = store
        self._cap = limits.range_cap
        self._watch = limits.conversion
        self._later: set[asyncio.Task[Any]] = set()

    async def take(self, prefix: str, texting: Texting) -> int:
        given = await self._store.run(
            _TAKE,
            keys.range_counters(prefix),
            (
                self._cap.count,
                self._cap.window_seconds * 1000,
                texting if self._watch.least else Texting.NOTHING,
                SPAN_MS,
                SPANS,
                self._watch.least,
                self._watch.percent,
                self._watch.hold * 1000,
            ),
        )
        match given:
            case [b"taken", int(now)]:
                return now
            case [b"held", int(retry_after)]:
                raise RangeHeld(retry_after, None)
            case [b"tripped", int(retry_after), int(sent), int(verified)]:
                raise RangeHeld(retry_after, Conversion(sent, verified))
            case [_, retry_after]:
                raise Capped("range", retry_after)
        raise AssertionError("unreachable: the script answers nothing else")

    def give_back(self, prefix: str, texting: Texting, counted_at: int) -> None:
        span = str(counted_at // SPAN_MS) if texting is Texting.CODE else ""
        self._do_later(self._store.run(_GIVE_BACK, keys.range_counters(prefix), (span,)))

    def note_verified(self, prefix: str, created_at: int) -> None:
        _, conversion = keys.range_counters(prefix)
        self._do_later(self._store.run(_NOTE_VERIFIED, (conversion,), (created_at // SPAN_MS,)))

    def _do_later(self, doing: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(doing)
        self._later.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[Any]") -> None:
        self._later.discard(task)
        if not task.cancelled():
            task.exception()  # seen: a store that is away loses a count, and no request waits for this
