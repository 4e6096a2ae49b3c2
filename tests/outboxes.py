"""The outbox as tests use it: processes that take entries, and are then heard of no more."""

import asyncio
from contextlib import aclosing

from gateway.core.outbox import Outbox, OutboxEntry
from gateway.store import keys
from gateway.store.connection import Store
from gateway.store.outbox import DISPATCHERS

_PATIENCE_SECONDS = 10


async def taken(outbox: Outbox, count: int) -> list[OutboxEntry]:
    """As many entries as this, by a process that then crashes."""
    entries = []
    async with asyncio.timeout(_PATIENCE_SECONDS), aclosing(outbox.entries()) as coming:  # type: ignore[type-var]
        async for entry in coming:
            entries.append(entry)
            if len(entries) == count:
                break
    return entries


async def let_all_idle(store: Store, tries: int | None = None) -> None:
    """Nobody who has taken an entry has been heard of for long; with `tries`, each was taken so often."""
    counted = () if tries is None else ("RETRYCOUNT", tries)
    for shard in range(keys.SHARDS):
        stream = keys.outbox(shard)
        for entry_id, consumer, *_ in await store.command("XPENDING", stream, DISPATCHERS, "-", "+", 100):
            words = ("XCLAIM", stream, DISPATCHERS, consumer, 0, entry_id, "IDLE", 3_600_000, *counted, "JUSTID")
            await store.command(*words)
