"""Which receipts have been redeemed."""

from gateway.core.limits import Limits
from gateway.store import keys
from gateway.store.connection import Store
from gateway.store.scripts import load

_REDEEM = load("redeem_receipt")


class RedisReceipts:
    """`ReceiptStore` on Redis 7 or Valkey."""

    def __init__(self, store: Store, limits: Limits) -> None:
        self._store = store
        self._mark_kept_ms = (limits.receipt_life + 3600) * 1000

    async def redeem(self, receipt_id: str, verification_id: str, customer_id: str, client: str) -> bool:
        given = await self._store.run(
            _REDEEM,
            (keys.redeemed(customer_id, receipt_id), keys.audit(keys.shard_of(customer_id))),
            (receipt_id, verification_id, self._mark_kept_ms, client),
        )
        return bool(given[0] == b"redeemed")

    async def now(self) -> int:
        seconds, microseconds = await self._store.command("TIME")
        return int(seconds) * 1000 + int(microseconds) // 1000
