"""Verifications whose time is over, as tests arrange it."""

from gateway.store import keys
from gateway.store.connection import Store
from gateway.store.shards import name_of

_LONG_AGO = 1


async def put_into_a_span_that_is_over(store: Store, verification_id: str) -> None:
    """The next sweep looks at it."""
    shard = keys.shard_in(verification_id)
    await store.command("RPUSH", keys.expiring_by(shard, _LONG_AGO), name_of(verification_id))
    await store.command("ZADD", keys.expiring(shard), _LONG_AGO, _LONG_AGO)
