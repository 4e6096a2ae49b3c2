"""Caps that one script counts: of a number, whoever asked, and of an API client."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

from gateway.core.limits import Cap, Limits
from gateway.core.stores import Capped
from gateway.store import cap_keys
from gateway.store.connection import Store
from gateway.store.numbers import numbers_of
from gateway.store.scripts import load

_TAKE = load("take_cap", "caps")


class RedisCaps:
    """`CapStore` on Redis 7 or Valkey."""

    def __init__(self, store: Store, limits: Limits) -> None:
        self._store = store
        self._limits = limits

    async def take_number(self, blind_indexes: Sequence[str]) -> None:
        caps = (self._limits.number_cap, self._limits.number_day_cap)
        # Each is in a slot of its own: what one has counted when another refuses stays, which errs on the strict side.
        await _together([take(self._store, "number", cap_keys.of_number(index), caps) for index in blind_indexes])

    async def take_client(self, client: str) -> None:
        caps = (self._limits.client_cap, self._limits.client_day_cap)
        await take(self._store, "client", cap_keys.of_client(client), caps)

    async def take_answering_text(self, blind_indexes: Sequence[str]) -> None:
        caps = (self._limits.answering_text_cap,)
        counters = ((cap_keys.of_answering_texts(index),) for index in blind_indexes)
        await _together([take(self._store, "answering_text", counter, caps) for counter in counters])


async def _together(asked: Sequence[Coroutine[Any, Any, None]]) -> None:
    """All in one trip. Mostly there is one index key, and nothing to gather."""
    if len(asked) == 1:
        await asked[0]
    else:
        await asyncio.gather(*asked)


async def take(store: Store, name: str, counters: tuple[str, ...], caps: tuple[Cap, ...]) -> None:
    """Take one of each counter, or of none. Raises `Capped` with `name`."""
    given = await store.run(_TAKE, counters, numbers_of(caps))
    if given[0] == b"capped":
        raise Capped(name, given[1])
