"""Auto-connect families in the store: digests of the latest token and of the device it belongs to."""

from collections.abc import Sequence
from typing import Any

from gateway.core.auto_connections import AutoConnectFamily, Shown
from gateway.store import keys
from gateway.store.connection import Store
from gateway.store.scripts import load

_GIVE = load("give_auto_connect")
_USE = load("use_auto_connect")
_REVOKE = load("revoke_auto_connect")


class RedisAutoConnections:
    """`AutoConnectStore` on Redis 7 or Valkey."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def give(
        self, customer_id: str, auto_connect_id: str, verification_id: str, token: bytes, device: bytes, life: int
    ) -> AutoConnectFamily | None:
        given = await self._store.run(
            _GIVE,
            (
                keys.auto_connect(customer_id, auto_connect_id),
                keys.auto_connects(customer_id),
                keys.verification(verification_id),
                keys.audit(keys.shard_of(customer_id)),
            ),
            (
                *(auto_connect_id, token, device, life * 1000),
                *(verification_id, customer_id, keys.contact(customer_id, "")),
            ),
            durable=True,
        )
        match given:
            case [b"given", now, expires_at]:
                return AutoConnectFamily(auto_connect_id, now, now, expires_at)
            case _:
                return None

    async def use(
        self, customer_id: str, auto_connect_id: str, shown: Sequence[Shown], next_token: bytes, life: int
    ) -> bool:
        first, last = shown[0], shown[-1]
        given = await self._store.run(
            _USE,
            (
                keys.auto_connect(customer_id, auto_connect_id),
                keys.auto_connects(customer_id),
                keys.audit(keys.shard_of(customer_id)),
            ),
            (
                *(auto_connect_id, first.token, first.device, next_token, life * 1000),
                *(customer_id, last.token, last.device, keys.contact(customer_id, "")),
            ),
            durable=True,
        )
        return bool(given[0] == b"used")

    async def list(self, customer_id: str) -> list[AutoConnectFamily]:
        found = await self._store.command("HKEYS", keys.auto_connects(customer_id))
        ids = [auto_connect_id.decode() for auto_connect_id in found]
        records = await self._store.all(
            *(("HMGET", keys.auto_connect(customer_id, one), "given_at", "used_at", "expires_at") for one in ids)
        )
        return [_family(*each) for each in zip(ids, records, strict=True) if each[1][0] is not None]

    async def revoke(self, customer_id: str, auto_connect_id: str, revoked_by: str) -> bool:
        given = await self._store.run(
            _REVOKE,
            (
                keys.auto_connect(customer_id, auto_connect_id),
                keys.auto_connects(customer_id),
                keys.audit(keys.shard_of(customer_id)),
            ),
            (auto_connect_id, revoked_by, customer_id),
            durable=True,
        )
        return bool(given[0] == b"revoked")


def _family(auto_connect_id: str, record: list[Any]) -> AutoConnectFamily:
    given_at, used_at, expires_at = map(int, record)
    return AutoConnectFamily(auto_connect_id, given_at, used_at, expires_at)
