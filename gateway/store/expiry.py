"""Closes what ran out of time, so that the audit says so even when nobody looks."""

import asyncio

from gateway.core.tasks import Repeated
from gateway.store import clock, keys
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
        """How many verifications it looked at: those of spans that are over."""
        now = await clock.now(self._store)
        found = await self._store.all(
            *(("ZRANGEBYSCORE", keys.expiring(shard), "-inf", now, "LIMIT", 0, 1) for shard in range(keys.SHARDS))
        )
        return sum(await asyncio.gather(*(self._expire(shard) for shard, spans in enumerate(found) if spans)))

    async def _expire(self, shard: int) -> int:
        looked = await self._store.run(
            _EXPIRE,
            (keys.expiring(shard), keys.audit(shard)),
            (keys.verification_prefix(shard), keys.customer_prefix(shard), MOST_OF_A_SWEEP),
            durable=True,
        )
        return int(looked)

    async def _sweep_what_is_due(self) -> None:
        while await self.sweep() >= MOST_OF_A_SWEEP:
            pass
