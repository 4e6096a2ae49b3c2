"""How often the carrier said no to a customer's number: a counter that is taken before the carrier is asked."""

from gateway.core.customer_stores import StoredContact
from gateway.core.limits import Limits
from gateway.store import cap_keys, keys
from gateway.store.caps import take
from gateway.store.connection import Store
from gateway.store.scripts import load

_SETTLE = load("settle_ownership_check")


class RedisOwnershipTries:
    """`OwnershipTryStore` on Redis 7 or Valkey."""

    def __init__(self, store: Store, limits: Limits) -> None:
        self._store = store
        self._cap = limits.ownership_cap

    async def take(self, customer_id: str, stored: StoredContact) -> None:
        counters = _counters(customer_id, stored)
        await take(self._store, "ownership_check", counters, (self._cap,) * len(counters))

    async def settle(self, customer_id: str, stored: StoredContact, *, failed: bool) -> None:
        await self._store.run(
            _SETTLE,
            (keys.audit(keys.shard_of(customer_id)), *_counters(customer_id, stored)),
            (stored.contact.contact_id, "failed" if failed else "other", customer_id),
        )


def _counters(customer_id: str, stored: StoredContact) -> tuple[str, ...]:
    return tuple(cap_keys.of_ownership_checks(customer_id, index) for index in stored.blind_indexes)
