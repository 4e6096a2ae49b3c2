"""A store with events in it, as `bonin audit` finds it."""

import asyncio
from contextlib import redirect_stdout
from pathlib import Path

from gateway.cli import main
from gateway.settings import load_settings
from gateway.store import keys
from gateway.wiring.store import open_store

CUSTOMER_ID = "hong-gildong"
SHARD = keys.shard_of(CUSTOMER_ID)


def tell(count: int, customer_id: str = CUSTOMER_ID) -> None:
    asyncio.run(_tell(count, customer_id))


async def _tell(count: int, customer_id: str) -> None:
    async with open_store(load_settings()) as store:
        stream = keys.audit(keys.shard_of(customer_id))
        for _ in range(count):
            await store.command("XADD", stream, "*", "event", "customer.unlocked", "at", "1", "customer", customer_id)


def printed_to(path: Path, *words: str) -> int:
    """What the command prints, in a file."""
    with path.open("w") as file, redirect_stdout(file):
        return main(["audit", *words])
