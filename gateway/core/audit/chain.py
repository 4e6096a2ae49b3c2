"""The chain over the events of a shard, and the lines that they are kept as.

An event is one line of JSON, with sorted keys and no spaces (the form of RFC 8785): the fields of the catalogue, all
text, its id, and a salt where it could be guessed. The line is hashed as it stands, so anybody can check it with any
SHA-256:

    link of an event = SHA-256(link of the event before ‖ SHA-256(line))

The link before the first event of a segment is the hash of the segment before.
"""

import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

_RANDOM_IDS = frozenset(
    {"approval", "auto_connect", "branch_password", "contact", "decision", "notice", "verification"}
)
"""Fields whose values nobody can guess."""
_SALT_BYTES = 12

_ID = re.compile("([0-9]{1,20})-([0-9]{1,20})")


class Chain:
    """Links events, one after the other, from the hash of a segment on."""

    def __init__(self, previous: str) -> None:
        self._link = bytes.fromhex(previous)

    def add(self, digest: bytes) -> None:
        self._link = hashlib.sha256(self._link + digest).digest()

    @property
    def link(self) -> str:
        return self._link.hex()


def event_line(event_id: str, words: Sequence[bytes]) -> bytes:
    """The line of an event, of which the store has `words`: field, value, …

    Whoever is shown its hash alone must not find the event by trying: without a random id it gets a salt.
    """
    text = [word.decode("utf-8", "backslashreplace") for word in words]
    told = dict(zip(text[::2], text[1::2], strict=True))
    if _RANDOM_IDS.isdisjoint(told):
        told["salt"] = secrets.token_urlsafe(_SALT_BYTES)
    return line({**told, "id": event_id})


def line(content: Mapping[str, Any]) -> bytes:
    """Without the line feed at its end."""
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


def read_line(written: bytes) -> dict[str, Any] | None:
    """The content of a line; None when it is not in the form that `line` writes."""
    try:
        read = orjson.loads(written)
        return read if isinstance(read, dict) and line(read) == written else None
    except (ValueError, TypeError):
        return None


def digest(event: bytes) -> bytes:
    return hashlib.sha256(event).digest()


def order_of(event_id: str) -> tuple[int, int]:
    """A sort key by when events were written. `ValueError` when it is no id of an event."""
    found = _ID.fullmatch(event_id)
    if found is None:
        raise ValueError("not an id of an event")
    return int(found[1]), int(found[2])
