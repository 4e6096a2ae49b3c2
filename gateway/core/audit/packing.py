"""How a segment is stored: the line of its signed record and the lines of its events, compressed."""

import gzip
from collections.abc import Iterable

import orjson

from gateway.core.audit.chain import line
from gateway.core.audit.records import RecordKind


def pack(record: str, events: Iterable[bytes]) -> bytes:
    lines = (line({RecordKind.SEGMENT.value: record}), *events)
    return gzip.compress(b"".join(one + b"\n" for one in lines), mtime=0)


def unpack(content: bytes) -> list[bytes]:
    """The line of the record, and those of the events."""
    return gzip.decompress(content).removesuffix(b"\n").split(b"\n")


def record_of(content: bytes) -> str:
    """The signed record."""
    record, *_ = unpack(content)
    return str(orjson.loads(record)[RecordKind.SEGMENT.value])
