"""The store's clock, by which everything is timed. In a cluster it is that of the node that has nobody's keys: what is
decided by a moment is decided in a script, by the clock of the node that has the record."""

from gateway.store.connection import Store


async def now(store: Store) -> int:
    """Ms since the epoch."""
    seconds, microseconds = await store.command("TIME")
    return int(seconds) * 1000 + int(microseconds) // 1000
