"""Closes what ran out of time, so that the audit says so even when nobody looks."""

import asyncio
import contextlib

from gateway.core.errors import StoreUnavailable
from gateway.core.tasks import Repeated
from gateway.store import keys
from gateway.store.connection import Store
from gateway.store.scripts import load

_EXPIRE = load("expire_verifications", "closing")
_EVERY_SECONDS = 2.0
MOST_OF_A_SWEEP = 100
"""Verifications of a shard that one sweep looks at."""


class ExpirySweep:
    """Looks through all shards every two seconds. Several processes may: each verification is looked at once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._repeated = Repeated("expiry-sweep", self._sweep_what_is_due, _EVERY_SECONDS)

    async def open(self) -> None:
        await self._repeated.open()

    async def close(self) -> None:
        await self._repeated.close()

    async def sweep(self) -> int:
        """How many verifications it looked at: those of spans that are over. A shard that is away waits alone."""
        return sum(await asyncio.gather(*map(self._expire, range(keys.SHARDS))))

    async def _expire(self, shard: int) -> int:
        with contextlib.suppress(StoreUnavailable):
            looked = await self._store.run(
                _EXPIRE,
                (keys.expiring(shard), keys.audit(shard)),
                (keys.verification_prefix(shard), keys.customer_prefix(shard), MOST_OF_A_SWEEP),
                durable=True,
            )
            return int(looked)
        return 0

    async def _sweep_what_is_due(self) -> None:
        while await self.sweep() >= MOST_OF_A_SWEEP:
            pass
