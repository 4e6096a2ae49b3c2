"""Ranges of numbers in the store: how many deliveries each got, and how many of the texted codes were used."""

import asyncio
from collections import Counter as CountOf
from collections.abc import Coroutine
from typing import Any

from gateway.core.counting import Conversion, RangeHeld, Texting
from gateway.core.limits import ConversionWatch, Limits
from gateway.core.stores import Capped
from gateway.store import cap_keys
from gateway.store.connection import Store
from gateway.store.numbers import numbers_of
from gateway.store.scripts import load

_TAKE = load("take_range", "caps", "conversion")
_GIVE_BACK = load("give_back_range")
_NOTE_VERIFIED = load("note_conversion")

SPAN_MS = 300_000
"""Codes that are texted within one span of this length are counted together."""
SPANS = 12
"""How many of them the watch looks back on; the latest two had no time to be answered yet."""
_TOGETHER_SECONDS = 0.1
"""Codes that are used within so long are counted by one call of the script."""


def watch_numbers(watch: ConversionWatch) -> tuple[int, ...]:
    """As `count_code` of `conversion.lua` takes them."""
    return SPAN_MS, SPANS, watch.least, watch.percent, watch.hold * 1000


def held_range(given: list[Any]) -> RangeHeld:
    """From what `conversion.lua` refuses with."""
    _, retry_after, *seen = given
    return RangeHeld(retry_after, Conversion(*seen) if seen else None)


class RedisRanges:
    """`RangeStore` on Redis 7 or Valkey."""

    def __init__(self, store: Store, limits: Limits) -> None:
        self._store = store
        self._cap = limits.range_cap
        self._watch = limits.conversion
        self._used: CountOf[tuple[str, int]] = CountOf()
        """Codes of a range and a span that were used, and that the store has not been told of."""
        self._later: set[asyncio.Task[Any]] = set()

    async def take(self, prefix: str, texting: Texting) -> int:
        deliveries, conversion = cap_keys.of_range(prefix)
        given = await self._store.run(
            _TAKE,
            (conversion, deliveries),
            (
                texting if self._watch.least else Texting.NOTHING,
                *watch_numbers(self._watch),
                *numbers_of((self._cap,)),
            ),
        )
        match given:
            case [b"taken", int(now)]:
                return now
            case [b"capped", int(retry_after), _]:
                raise Capped("range", retry_after)
        raise held_range(given)

    def give_back(self, prefix: str, texting: Texting, counted_at: int) -> None:
        span = str(counted_at // SPAN_MS) if texting is Texting.CODE else ""
        self._do_later(self._store.run(_GIVE_BACK, cap_keys.of_range(prefix), (span,)))

    def note_verified(self, prefix: str, created_at: int) -> None:
        if not self._used:
            asyncio.get_running_loop().call_later(_TOGETHER_SECONDS, self._tell_used)
        self._used[prefix, created_at // SPAN_MS] += 1

    def _tell_used(self) -> None:
        used, self._used = self._used, CountOf()
        for (prefix, span), count in used.items():
            _, conversion = cap_keys.of_range(prefix)
            self._do_later(self._store.run(_NOTE_VERIFIED, (conversion,), (span, count)))

    def _do_later(self, doing: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(doing)
        self._later.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[Any]") -> None:
        self._later.discard(task)
        if not task.cancelled():
            task.exception()  # seen: a store that is away loses a count, and no request waits for this
