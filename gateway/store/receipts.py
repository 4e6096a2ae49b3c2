"""Which receipts have been redeemed."""

from collections.abc import Collection

from contacts.models import CustomerKind
from gateway.core.operations import Operation
from gateway.core.receipts import ReceiptClaims
from gateway.core.stores import Redemption, RefusedToKind
from gateway.core.verification import Method
from gateway.store import clock, keys
from gateway.store.about import about_word, request_word
from gateway.store.connection import Store
from gateway.store.fields import FIELDS
from gateway.store.lineage import fence_of
from gateway.store.scripts import load

_REDEEM = load("redeem_receipt", "fence", "home")


class RedisReceipts:
    """`ReceiptStore` on Redis 7 or Valkey."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def redeem(
        self,
        claims: ReceiptClaims,
        client: str,
        consenting: Collection[CustomerKind] = (),
        refused: Collection[CustomerKind] = (),
        known_as: bytes = b"",
    ) -> Redemption:
        customer_id, contact_id = claims.customer_id, claims.contact_id
        customer = keys.customer(customer_id)
        request = request_word(Method(claims.method), Operation(claims.operation), client)
        given = await self._store.run(
            _REDEEM,
            (
                keys.verification(claims.verification_id),
                keys.audit(keys.shard_of(customer_id)),
                customer,
                keys.guard(customer_id),
                keys.contact(customer_id, contact_id) if contact_id else customer,
                keys.erased(customer_id),
                *fence_of(self._store, keys.shard_of(customer_id)),
            ),
            (
                self._store.needed_replicas,
                about_word(claims.verification_id, customer_id, contact_id, request),
                *(" ".join(consenting), claims.exp * 1000, " ".join(refused), known_as),
            ),
            durable=True,
        )
        if given[0] == b"refused":
            raise RefusedToKind(CustomerKind(given[1].decode()))
        return Redemption(given[0].decode())

    async def is_denied(self, claims: ReceiptClaims) -> bool:
        status = await self._store.command("HGET", keys.verification(claims.verification_id), FIELDS["v.status"])
        return bool(status == b"denied")

    async def now(self) -> int:
        return await clock.now(self._store)
