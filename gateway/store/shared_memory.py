"""Records that the processes of one machine tell each other, in memory that all of them have.

Each name has one place, which a later one may take. A process may be replaced by another build, and may die while it
writes: what is read counts only where its checksum, which the fields' names are part of, says that it is whole.
"""

import mmap
import os
from binascii import crc32
from collections.abc import Callable, Iterator
from dataclasses import fields
from operator import attrgetter
from struct import Struct
from typing import Any, Generic, TypeVar

import orjson

T = TypeVar("T")

PLACES = 1 << 15
_PLACE_BYTES = 512
"""Twice what a record mostly takes. One that takes more is not told."""
_HEAD = Struct("=II")
"""Length and checksum of what follows."""
_LONGEST = _PLACE_BYTES - _HEAD.size


class SharedRecords(Generic[T]):
    """Records of one kind by name, over a memory of `PLACES`.

    `read` makes a record of the values of its fields, as JSON has them.
    """

    def __init__(self, memory: mmap.mmap, kind: type[T], read: Callable[..., T]) -> None:
        self._memory = memory
        names = [one.name for one in fields(kind)]  # type: ignore[arg-type]
        self._values_of: Callable[[T], tuple[Any, ...]] = attrgetter(*names)
        self._checksum_of_names = crc32(",".join(names).encode())
        self._read = read

    def note(self, name: str, record: T) -> None:
        told = orjson.dumps((name, self._values_of(record)))
        if len(told) <= _LONGEST:
            content = _HEAD.pack(len(told), crc32(told, self._checksum_of_names)) + told
            start = _place_of(name)
            self._memory[start : start + len(content)] = content

    def of(self, name: str) -> T | None:
        start = _place_of(name)
        length, checksum = _HEAD.unpack_from(self._memory, start)
        if not 0 < length <= _LONGEST:
            return None  # nothing, or of a build with other places: no megabytes are read for that
        start += _HEAD.size
        told = self._memory[start : start + length]
        if crc32(told, self._checksum_of_names) != checksum:
            return None
        named, values = orjson.loads(told)
        return self._read(*values) if named == name else None


def memories(fd: int, count: int) -> Iterator[mmap.mmap]:
    """So many of `PLACES`, over an open file that all inherit: 16 MB each, of which what was written counts."""
    size = PLACES * _PLACE_BYTES
    # Another build may have more of them: who still has what is cut off dies of it.
    if os.fstat(fd).st_size < count * size:
        os.ftruncate(fd, count * size)
    for number in range(count):
        yield mmap.mmap(fd, size, offset=number * size)


def _place_of(name: str) -> int:
    return crc32(name.encode()) % PLACES * _PLACE_BYTES
