"""Denials in the store: one script closes what is open, or takes back what was given."""

from gateway.core.alarms import AlarmKind
from gateway.core.denials import Denied
from gateway.core.limits import Limits
from gateway.core.stores import VerificationMissing
from gateway.core.verification import Channel, Status, Terms
from gateway.store import keys
from gateway.store.connection import Store
from gateway.store.contact_life import life_keys, life_words
from gateway.store.scripts import load

_DENY = load("deny_verification", "names", "request", "closing", "contact_life")


class RedisDenials:
    """`DenialStore` on Redis 7 or Valkey."""

    def __init__(self, store: Store, limits: Limits) -> None:
        self._store = store
        self._limits = limits

    async def deny(self, terms: Terms, reason: str, channel: Channel) -> Denied:
        customer_id = terms.customer_id
        given = await self._store.run(
            _DENY,
            (*life_keys(customer_id), keys.verification(terms.verification_id), keys.auto_connects(customer_id)),
            (
                *life_words(customer_id, self._limits, "gateway"),
                *(reason, channel, keys.auto_connect(customer_id, "")),
                *(AlarmKind.DENIED, AlarmKind.DENIED_AFTER_USE),
            ),
            durable=True,
        )
        if given == [b"missing"]:
            raise VerificationMissing
        was, redeemed = given
        return Denied(Status(was.decode()), bool(redeemed))
