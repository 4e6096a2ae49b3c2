"""Hand-overs of deliveries to carriers, counted beside what is delivered."""

from dataclasses import replace

from gateway.core.delivery import DeliveryRef
from gateway.core.outbox import Begun, DeliveryNotWanted, SendsSpent
from gateway.store import keys
from gateway.store.connection import Store
from gateway.store.scripts import load

_BEGIN = load("begin_delivery")
_GIVE_BACK = load("give_back_delivery")


class RedisHandOvers:
    """`HandOvers` on Redis 7 or Valkey, for verifications and notices alike."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def begin(self, ref: DeliveryRef, carrier: str, most: int) -> Begun:
        subject = keys.delivered(ref.verification_id)
        match await self._store.run(_BEGIN, (subject,), (ref.number, carrier, most)):
            case [b"begun", send, left, after]:
                return Begun(replace(ref, send=send), left, after.decode() or None)
            case [b"spent"]:
                raise SendsSpent
            case _:
                raise DeliveryNotWanted

    async def give_back(self, begun: Begun) -> None:
        ref = begun.ref
        words = (ref.number, ref.send, begun.after or "")
        await self._store.run(_GIVE_BACK, (keys.delivered(ref.verification_id),), words)
