"""What is really in a store: every key with every value, for tests that look for what must not be there."""

import re
from collections.abc import Iterator
from typing import Any

from gateway.store.connection import Store

_READ = {
    b"string": ("GET",),
    b"hash": ("HGETALL",),
    b"zset": ("ZRANGE", 0, -1),
    b"set": ("SMEMBERS",),
    b"list": ("LRANGE", 0, -1),
    b"stream": ("XRANGE", "-", "+"),
}


async def every_key(store: Store, pattern: str = "*") -> list[bytes]:
    return [key for found in await store.everywhere("KEYS", pattern) for key in found]


async def everything_in(store: Store) -> list[bytes]:
    """Every key, field and value."""
    keys = await every_key(store)
    kinds = await store.all(*(("TYPE", key) for key in keys))
    reads = (_READ[kind] for kind in kinds)
    values = await store.all(*((read[0], key, *read[1:]) for key, read in zip(keys, reads, strict=True)))
    return [*keys, *_leaves(values)]


def _leaves(value: Any) -> Iterator[bytes]:
    if isinstance(value, list):
        for one in value:
            yield from _leaves(one)
    elif isinstance(value, bytes):
        yield value


def holds(values: list[bytes], planted: str) -> bool:
    """Whether one of the values is, or shows as a word of its own, what was planted.

    Ids, digests and times are words of letters and digits, in which any six digits may turn up by chance.
    """
    word = re.compile(rb"(?<![0-9A-Za-z])" + re.escape(planted.encode()) + rb"(?![0-9A-Za-z])")
    return any(word.search(value) for value in values)
