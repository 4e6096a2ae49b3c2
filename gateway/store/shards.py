"""Shards, and the ids that carry them, so that no look-up is needed to find the keys of what an id names.

The shards are spread evenly over the 16,384 slots of a Redis Cluster; their number is a constant of the data layout,
and the most nodes that share the work. The busiest of several primaries has as many shards as any, so it is a number
that 2, 3, 4, 6, 8 and 12 divide.
"""

import secrets
from binascii import crc_hqx
from functools import lru_cache
from itertools import count
from zlib import crc32

SHARDS = 48
NOBODYS = 0
"""The shard of what belongs to no customer."""
SLOTS = 16_384
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: nothing to misread over the phone

_LETTERS = (_ALPHABET * 8).encode()
"""A letter for each byte; all letters stand for equally many."""
_RANDOM = 20
"""Bytes, and letters, of what is random in an id."""


def slot_of(tag: str | bytes) -> int:
    """The slot of a Redis Cluster that a hash tag is in: CRC-16 (XMODEM), as its specification has it."""
    return crc_hqx(tag.encode() if isinstance(tag, str) else tag, 0) % SLOTS


def _evenly_spread_tags() -> tuple[str, ...]:
    """A tag at the beginning of each of `SHARDS` equal stretches of slots: primaries with equal parts of the slots have
    equally many."""
    tags: dict[int, str] = {}
    for number in count():
        tag = f"{number:x}"
        shard, place = divmod(slot_of(tag) * SHARDS, SLOTS)
        if place < SLOTS // 16:
            tags.setdefault(shard, tag)
        if len(tags) == SHARDS:
            return tuple(tags[shard] for shard in range(SHARDS))
    raise AssertionError("unreachable: count() does not end")


TAGS = _evenly_spread_tags()
"""The hash tag of each shard."""


def shard_of(name: str) -> int:
    """The shard of a customer id, a blind index or a client: stable over restarts and machines."""
    return crc32(name.encode()) % SHARDS


def _in_letters(content: bytes) -> str:
    """Five bits of each byte, a letter for each."""
    return content.translate(_LETTERS).decode()


def _random() -> str:
    return _in_letters(secrets.token_bytes(_RANDOM))


def _sharded_id(prefix: str, customer_id: str) -> str:
    return f"{_id_start(prefix, shard_of(customer_id))}{_random()}"


@lru_cache(maxsize=512)
def _id_start(prefix: str, shard: int) -> str:
    high, low = divmod(shard, 32)
    return f"{prefix}_{_ALPHABET[high]}{_ALPHABET[low]}"


def verification_start(shard: int) -> str:
    """What the ids of all verifications of a shard begin with; 20 letters follow, its name there."""
    return _id_start("ver", shard)


def name_of(verification_id: str) -> str:
    """What a verification is called in its shard."""
    return verification_id[6:]


def new_verification_id(customer_id: str, known_as: bytes = b"") -> str:
    """100 random bits behind the customer's shard. A request under a key gives them, `known_as`: 20 bytes that nobody
    can guess, by which the same request finds again what it opened."""
    return verification_start(shard_of(customer_id)) + (_in_letters(known_as) if known_as else _random())


def new_branch_password_id(customer_id: str) -> str:
    return _sharded_id("bpw", customer_id)


def new_decision_id(customer_id: str) -> str:
    return _sharded_id("dec", customer_id)


def new_approval_id(customer_id: str) -> str:
    return _sharded_id("apr", customer_id)


def new_notice_id(customer_id: str) -> str:
    return _sharded_id("ntc", customer_id)


def new_contact_id() -> str:
    return f"con_{_random()}"


def new_auto_connect_id() -> str:
    return f"act_{_random()}"


def shard_in(sharded_id: str) -> int:
    """The shard that an id made for a customer carries; for ids that match their pattern."""
    return _SHARD_BY_LETTERS[sharded_id[4:6]]


_SHARD_BY_LETTERS = {
    high + low: (32 * place + other) % SHARDS
    for place, high in enumerate(_ALPHABET)
    for other, low in enumerate(_ALPHABET)
}
