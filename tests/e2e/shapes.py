"""What a store looks like: of each kind of key its type, the names of its fields, and those in its JSON.

layout.txt lists it; a field `*` stands for names that are data. What dashboards read has its own table in
docs/operations.md and is made anew.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from gateway.store import keys, ops_keys
from gateway.store.connection import Store
from gateway.store.layout import LAYOUT

LISTED = Path(__file__).with_name("layout.txt")
_NAMED_BY_DATA = "*"
_NAME = re.compile(rb"[a-z][a-z_]{0,17}")
"""Longer than any field of ours is the name that a verification has in its shard."""

Shape = dict[tuple[str, str], tuple[set[str], set[str]]]
"""Kind and type → names of fields, names within JSON."""


def listed() -> tuple[int, Shape]:
    """The number of the layout, and what belongs to it, as layout.txt has them."""
    first, *lines = LISTED.read_text(encoding="utf-8").splitlines()
    shape: Shape = {}
    for line in lines:
        what, _, names = line.partition(":")
        kind, _, key_type = what.partition(" ")
        fields, _, within = names.partition("|")
        shape[kind, key_type] = {*fields.split()}, {*within.split()}
    return int(first.removeprefix("layout ")), shape


async def require_listed(store: Store) -> None:
    """Raises AssertionError for what the store has and layout.txt does not."""
    number, known = listed()
    assert number == LAYOUT, "layout.txt is of another layout: give it the number, and go through its lines"
    found = _unlisted(await shape_of(store), known)
    assert not found, (
        "What is stored has changed. If this build reads data of the one before wrongly, or that one data of this, "
        "raise LAYOUT in gateway/store/layout.py. Then list in tests/e2e/layout.txt: " + "; ".join(found)
    )


def _unlisted(seen: Shape, known: Shape) -> list[str]:
    """As lines of layout.txt."""
    lines = []
    for (kind, key_type), (fields, within) in seen.items():
        known_fields, known_within = known.get((kind, key_type), (set[str](), set[str]()))
        more = set() if _NAMED_BY_DATA in known_fields else fields - known_fields
        if (kind, key_type) not in known or more or within - known_within:
            lines.append(f"{kind} {key_type}: {' '.join(sorted(more))} | {' '.join(sorted(within - known_within))}")
    return sorted(lines)


async def shape_of(store: Store) -> Shape:
    shape: Shape = defaultdict(lambda: (set(), set()))
    async for names in store.scan():
        for name in names:
            kind = keys.kind_and_rest(name.decode())[0]
            if not kind or name.decode().startswith(ops_keys.PUBLIC_PREFIX):
                continue
            key_type = (await store.command("TYPE", name)).decode()
            if key_type == "none":  # it has run out since it was named
                continue
            fields, within = shape[kind, key_type]
            for field, value in await _parts(store, name, key_type):
                fields |= {field.decode()} if _NAME.fullmatch(field) else set()
                within |= set(_names_within(value))
    return dict(shape)


async def _parts(store: Store, name: bytes, key_type: str) -> list[tuple[bytes, bytes]]:
    """Fields with their values; of what has no fields, each value under an empty one."""
    match key_type:
        case "hash":
            words = await store.command("HGETALL", name)
            return list(zip(words[::2], words[1::2], strict=True))
        case "stream":
            entries = [words for _, words in await store.command("XRANGE", name, "-", "+")]
            return [pair for words in entries for pair in zip(words[::2], words[1::2], strict=True)]
        case "list":
            return [(b"", value) for value in await store.command("LRANGE", name, 0, -1)]
        case "string":
            return [(b"", await store.command("GET", name))]
        case _:
            return []


def _names_within(value: bytes) -> Iterator[str]:
    try:
        read: Any = orjson.loads(value)
    except orjson.JSONDecodeError:
        return
    if isinstance(read, dict):
        yield from read
