"""Closes what ran out of time, so that the audit says so even when nobody looks."""

import asyncio
import contextlib

from gateway.core.errors import StoreUnavailable
from gateway.core.stores import VerificationClosed, VerificationMissing
from gateway.core.tasks import end
from gateway.core.verification import Status
from gateway.store import keys
from gateway.store.connection import Store
from gateway.store.fields import FIELDS
from gateway.store.verifications import RedisVerifications

_EVERY_SECONDS = 2.0
_AT_ONCE = 100


class ExpirySweep:
    """Looks through all shards every two seconds. Several processes may: closing twice changes nothing."""

    def __init__(self, store: Store, verifications: RedisVerifications) -> None:
        self._store = store
        self._verifications = verifications
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        self._task = asyncio.create_task(self._sweep_for_ever(), name="expiry-sweep")

    async def close(self) -> None:
        if self._task is not None:
            await end(self._task)

    async def sweep(self) -> int:
        """How many verifications were due."""
        seconds, _ = await self._store.command("TIME")
        found = await self._store.all(
            *(
                ("ZRANGEBYSCORE", keys.expiring(shard), "-inf", int(seconds) * 1000, "LIMIT", 0, _AT_ONCE)
                for shard in range(keys.SHARDS)
            )
        )
        due = [verification_id.decode() for ids in found for verification_id in ids]
        await asyncio.gather(*map(self._expire, due))
        return len(due)

    async def _expire(self, verification_id: str) -> None:
        customer_id = await self._store.command("HGET", keys.verification(verification_id), FIELDS["v.customer_id"])
        with contextlib.suppress(VerificationClosed, VerificationMissing):
            await self._verifications.close(
                verification_id, customer_id.decode() if customer_id else "", Status.EXPIRED, "expired", "gateway"
            )

    async def _sweep_for_ever(self) -> None:
        while True:
            await asyncio.sleep(_EVERY_SECONDS)
            with contextlib.suppress(StoreUnavailable):
                while await self.sweep() >= _AT_ONCE:
                    pass
