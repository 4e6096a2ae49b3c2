"""The keys of the operations pages: operators, and the read model that pages and dashboards read.

Those of a shard lie beside the audit that they are made of, so that one script moves them and the position on
together. The public ones begin with `bonin:ops:` and hold no personal data: a reader of their own may see them all.
"""

from datetime import UTC, datetime
from typing import Final

from gateway.store import keys

PUBLIC_PREFIX: Final = "bonin:ops:"


def operator(person_key: str) -> str:
    """Hash: one operator: role, sealed authenticator secret, the last time step used, wrong codes."""
    return keys.of_ops(None, f"operator:{person_key}")


def session(cookie_digest: str) -> str:
    """Hash: one browser at the operations pages; the cookie itself is nowhere."""
    return keys.of_ops(None, f"session:{cookie_digest}")


OPERATORS: Final = keys.of_ops(None, "operators")
"""Hash: operators by the letters and digits of their names → the name as it was given."""

LEASE: Final = keys.of_ops(None, "lease")
"""String: the process that keeps the read model up."""


def position(shard: int) -> str:
    """String: the last event of the shard's audit that the read model knows."""
    return keys.of_ops(shard, "position")


def minute_of_shard(shard: int, minute: int) -> str:
    """Hash: counters of one minute (since the epoch) of the shard."""
    return keys.of_ops(shard, f"minute:{minute}")


def index(shard: int, name: str) -> str:
    """Sorted set: verification ids by when they were opened, in ms: all, or those of one state, method, …"""
    return keys.of_ops(shard, f"index:{name}")


def index_names(shard: int) -> str:
    """Set: the names of the shard's indexes."""
    return keys.of_ops(shard, "indexes")


def of_customer(customer_id: str) -> str:
    """Sorted set: the customer's verification ids by when they were opened, in ms."""
    return keys.of_ops(keys.shard_of(customer_id), f"customer:{customer_id}")


def timeline(verification_id: str) -> str:
    """List: every event of a verification, oldest first (JSON)."""
    return keys.of_ops(keys.shard_in(verification_id), f"timeline:{verification_id}")


def calls(shard: int, state: str) -> str:
    """Sorted set: verification ids whose phone is `ringing` or `in_progress`, by since when in ms."""
    return keys.of_ops(shard, f"calls:{state}")


def locked(shard: int) -> str:
    """Sorted set: customers whose extra authentication is locked, by since when in ms."""
    return keys.of_ops(shard, "locked")


def owners(blind_index: str) -> str:
    """Set: `customer contact` of each contact that has or had the number."""
    return keys.of_ops(keys.shard_of(blind_index), f"owners:{blind_index}")


def owned(blind_index: str, customer_id: str, contact_id: str) -> tuple[str, str]:
    """The set of `owners`, and what is in it for this contact."""
    return owners(blind_index), f"{customer_id} {contact_id}"


def minute(number: int) -> str:
    """Hash: the counters of one minute of the whole installation; named by its time in UTC."""
    return f"{PUBLIC_PREFIX}minute:{datetime.fromtimestamp(number * 60, UTC):%Y-%m-%dT%H:%MZ}"


def carrier(name: str) -> str:
    """Hash: how a carrier is doing."""
    return f"{PUBLIC_PREFIX}carrier:{name}"


EVERY_OWNERS: Final = "bonin:{*}:ops-owners:*"
"""The pattern of all `owners`."""

LIVE = f"{PUBLIC_PREFIX}live"
"""Hash: what is so now: open verifications, calls, queue, locks, alarms."""

CALLS = f"{PUBLIC_PREFIX}calls"
"""Hash: verification id → the state of its call and since when."""

CARRIERS = f"{PUBLIC_PREFIX}carriers"
"""Hash: name of a carrier → when it last did anything, in ms."""

SAMPLES = f"{PUBLIC_PREFIX}samples"
"""Stream: the numbers of `live`, every ten seconds."""

CONTENTS = f"{PUBLIC_PREFIX}keys"
"""Hash: every public key, or the pattern of its name → what it holds. A reader may not list keys."""
