"""Gateway processes with keys of two generations, in every state of a rotation."""

from collections.abc import Sequence

from contacts.key_ring import KeyRing
from contacts.protection import PersonalData
from gateway.core.auto_connections import AutoConnect
from gateway.core.limits import Cap, Limits
from gateway.core.receipts import ReceiptSigner
from gateway.store import keys
from gateway.store.approvals import RedisApprovals
from gateway.store.auto_connections import RedisAutoConnections
from gateway.store.connection import Store
from gateway.store.idempotency import RedisIdempotency
from gateway.store.keys_in_use import Purpose
from tests.gateway.rooms import Rooms

LIMITS = Limits(number_cap=Cap(4, 600))
OLD, NEW = 0, 1
ONLY_OLD, OLD_WRITES, NEW_WRITES, ONLY_NEW = (OLD,), (OLD, NEW), (NEW, OLD), (NEW,)


def rings(generations: Sequence[int]) -> dict[Purpose, KeyRing]:
    """Keys of these generations for every purpose; the first writes."""
    return {
        purpose: KeyRing(*(f"{purpose}{generation}".encode().ljust(32, b".") for generation in generations))
        for purpose in Purpose
    }


class Process(Rooms):
    """A gateway process with keys of these generations."""

    def __init__(self, store: Store, signer: ReceiptSigner, generations: Sequence[int]) -> None:
        self.rings = rings(generations)
        personal_data = PersonalData(self.rings[Purpose.ENCRYPTION], self.rings[Purpose.INDEX])
        self.peppers = self.rings[Purpose.PEPPER]
        super().__init__(store, LIMITS, signer, personal_data, self.peppers)
        self.approvals = RedisApprovals(store, personal_data, LIMITS)
        self.idempotency = RedisIdempotency(store, personal_data)
        self.auto_connect = AutoConnect(
            RedisAutoConnections(store), self.verifications, self.peppers, LIMITS, keys.new_auto_connect_id
        )


async def silence(store: Store) -> None:
    """Whoever wrote has not been heard of for long enough."""
    for field in await store.command("HKEYS", keys.KEYS_IN_USE):
        await store.command("HSET", keys.KEYS_IN_USE, field, 1)
