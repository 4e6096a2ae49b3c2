"""Looks for planted values in whatever was left behind: logs, answers, numbers, and the store's own files."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.leaks.forms import BEGINNING
from tests.leaks.planted import Planted

_TIME = re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|\+00:00)?")
_SERVER_LINE = re.compile(rb"^[0-9]+:[A-Z] (?:[0-9]+ [A-Z][a-z]{2} [0-9]{4} [0-9:.]+ )?", re.MULTILINE)
"""What valkey's log begins its lines with: process id, role, time."""
_AT_ONCE = 1 << 18
_LZF = 0xC3
_LONGEST_STRING = 1 << 20


@dataclass(frozen=True, order=True)
class Leak:
    """Where which planted value was seen; it is not shown again."""

    place: str
    what: str


def leaks(places: Mapping[str, bytes], planted: Iterable[Planted]) -> list[Leak]:
    """Every planted value in every place.

    Moments are left out: their fractions of a second are six digits by chance.
    """
    planted = list(planted)
    found = set()
    for place, content in places.items():
        for view in _views(content):
            possible = _beginnings(view, {form.content[:BEGINNING] for one in planted for form in one.forms})
            found |= {Leak(place, one.what) for one in planted if one.is_in(view, possible)}
    return sorted(found)


def _beginnings(content: bytes, wanted: set[bytes]) -> set[bytes]:
    """Which of these are there at all: one look at every byte, instead of one for every form."""
    found = set[bytes]()
    for at in range(0, len(content), _AT_ONCE):
        part = content[at : at + _AT_ONCE + BEGINNING - 1]
        found |= wanted & {part[place : place + BEGINNING] for place in range(len(part) - BEGINNING + 1)}
    return found


def files_below(directory: Path, *, but: Iterable[str] = ()) -> dict[str, bytes]:
    """The content of every file by its path below `directory`, except those with a name in `but`."""
    left_out = set(but)
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file() and path.name not in left_out
    }


def _views(content: bytes) -> Iterator[bytes]:
    plain = _SERVER_LINE.sub(b"", _TIME.sub(b"", content))
    yield plain
    if b"\\\\" in plain:
        # Escaped twice, as JSON in JSON is.
        yield plain.replace(b"\\\\", b"\\")
    if content.startswith((b"REDIS", b"VALKEY")):
        # One view for all: what was compressed is a small part of a file.
        yield b"\0\0".join(_decompressed(content))


def _decompressed(content: bytes) -> Iterator[bytes]:
    """The strings of an RDB file that are compressed. What only looks like one does no harm."""
    at = content.find(_LZF)
    while at >= 0:
        packed_length, after = _length(content, at + 1)
        length, begin = _length(content, after)
        if 0 < packed_length <= len(content) - begin and packed_length < length <= _LONGEST_STRING:
            unpacked = _unpacked(content[begin : begin + packed_length], length)
            if unpacked is not None:
                yield unpacked
        at = content.find(_LZF, at + 1)


def _length(content: bytes, at: int) -> tuple[int, int]:
    """A length as RDB writes it, and where it ends; 0 when there is none."""
    first = content[at] if at < len(content) else 0xFF
    if first < 0x40:
        return first, at + 1
    if first < 0x80:
        return ((first & 0x3F) << 8) | (content[at + 1] if at + 1 < len(content) else 0), at + 2
    if first == 0x80:
        return int.from_bytes(content[at + 1 : at + 5], "big"), at + 5
    return 0, at + 1


def _unpacked(packed: bytes, length: int) -> bytes | None:
    """LZF, or None when it is not that: literal runs, and copies of what came before."""
    out, at = bytearray(), 0
    while at < len(packed) and len(out) <= length:
        control = packed[at]
        at += 1
        if control < 32:
            out += packed[at : at + control + 1]
            at += control + 1
            continue
        run = control >> 5
        if run == 7:
            run += packed[at] if at < len(packed) else 0
            at += 1
        back = ((control & 0x1F) << 8 | (packed[at] if at < len(packed) else 0)) + 1
        at += 1
        if back > len(out):
            return None
        for _ in range(run + 2):
            out.append(out[-back])
    return bytes(out) if len(out) == length else None
