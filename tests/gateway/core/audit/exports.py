"""Exports as tests change them."""

from dataclasses import dataclass

import orjson

from gateway.core.audit.records import AuditKeys, AuditSigner, Head, RecordKind
from tests.audit_rooms import KEY

CUSTOMER_ID = "hong-gildong"
SHARDS = (0, 7)

Lines = list[bytes]


@dataclass(frozen=True)
class Exports:
    """Of one audit: `early` when each shard had one segment, `whole` and `of_customer` when it had three."""

    early: Lines
    whole: Lines
    of_customer: Lines


def head_of(lines: Lines) -> Head:
    """The head at the end of an export."""
    return AuditKeys([AuditSigner(KEY).public_key()]).head(orjson.loads(lines[-1])[RecordKind.HEAD.value])


def is_segment(line: bytes) -> bool:
    return RecordKind.SEGMENT.value in orjson.loads(line)


def segments_of(lines: Lines) -> list[Lines]:
    """The lines of an export without its head, segment by segment."""
    found: list[Lines] = []
    for line in lines[:-1]:
        if is_segment(line):
            found.append([])
        found[-1].append(line)
    return found
