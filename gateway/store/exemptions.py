"""Overseas exemptions in the store."""

from collections.abc import Sequence

from contacts.exemption import OverseasExemption, Period, RequestedVia
from gateway.core.stores import CustomerMissing
from gateway.store import clock, keys
from gateway.store.connection import Store
from gateway.store.pairs import in_pairs
from gateway.store.scripts import load

_PUT = load("put_exemption", "exemption")
_WITHDRAW = load("withdraw_exemption")


class RedisExemptions:
    """`ExemptionStore` on Redis 7 or Valkey."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def put(self, customer_id: str, exemption: OverseasExemption) -> bool:
        given = await self._store.run(
            _PUT,
            _keys(customer_id),
            (
                customer_id,
                exemption.period.start,
                exemption.period.until,
                exemption.requested_via,
                exemption.requested_by,
            ),
        )
        if given[0] == b"customer_missing":
            raise CustomerMissing
        return bool(given[0] == b"created")

    async def withdraw(self, customer_id: str, withdrawn_by: str) -> None:
        given = await self._store.run(_WITHDRAW, _keys(customer_id), (customer_id, withdrawn_by))
        if given[0] == b"customer_missing":
            raise CustomerMissing

    async def version(self, customer_id: str) -> int:
        return int(await self._store.command("GET", keys.exemption_version(customer_id)) or 0)

    async def now(self) -> int:
        return await clock.now(self._store)


def exemption_in(pairs: Sequence[bytes]) -> OverseasExemption | None:
    """The exemption in the answer to HGETALL on its key."""
    record = dict(in_pairs(pairs))
    if not record:
        return None
    return OverseasExemption(
        Period(int(record[b"from"]), int(record[b"until"])),
        RequestedVia(record[b"via"].decode()),
        record[b"by"].decode(),
        record[b"approved_by"].decode() or None,
    )


def _keys(customer_id: str) -> tuple[str, ...]:
    return (
        keys.customer(customer_id),
        keys.exemption(customer_id),
        keys.exemption_version(customer_id),
        keys.audit(keys.shard_of(customer_id)),
    )
