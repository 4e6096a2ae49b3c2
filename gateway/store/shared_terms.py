"""Terms that the processes of one machine tell each other, in memory that all of them have.

Whichever of them gets an answer knows what it is an answer to, and has it judged in one trip to the store. Each
verification has one place, which a later one may take. A process may be replaced by another build, and may die while it
writes: what is read counts only where its checksum, which the fields' names are part of, says that it is whole.
"""

import mmap
import os
from binascii import crc32
from dataclasses import fields
from operator import attrgetter
from struct import Struct

import orjson

from gateway.core.operations import Operation
from gateway.core.verification import Method, Terms

_PLACES = 1 << 15
_PLACE_BYTES = 512
"""Twice what terms mostly take. Those that take more are not told."""
_HEAD = Struct("=II")
"""Length and checksum of what follows."""
_NAMES = tuple(one.name for one in fields(Terms))
_values_of = attrgetter(*_NAMES)
_CHECKSUM_OF_NAMES = crc32(",".join(_NAMES).encode())
_METHODS = {method.value: method for method in Method}
_OPERATIONS = {operation.value: operation for operation in Operation}


class SharedTerms:
    """Over the open file `fd`, which all processes inherit; 16 MB at most, of which those count that were written."""

    def __init__(self, fd: int) -> None:
        size = _PLACES * _PLACE_BYTES
        os.ftruncate(fd, size)
        self._memory = mmap.mmap(fd, size)

    def note(self, terms: Terms) -> None:
        told = orjson.dumps(_values_of(terms))
        if _HEAD.size + len(told) <= _PLACE_BYTES:
            content = _HEAD.pack(len(told), crc32(told, _CHECKSUM_OF_NAMES)) + told
            start = _place_of(terms.verification_id)
            self._memory[start : start + len(content)] = content

    def of(self, verification_id: str) -> Terms | None:
        start = _place_of(verification_id)
        length, checksum = _HEAD.unpack_from(self._memory, start)
        start += _HEAD.size
        told = self._memory[start : start + length]
        if not told or crc32(told, _CHECKSUM_OF_NAMES) != checksum:
            return None
        named, customer_id, client, method, operation, contact_id, pepper_id, locale, *others = orjson.loads(told)
        if named != verification_id:
            return None
        created_at, expires_at, target_contact_id, operation_hash, policy_version, prefix = others
        return Terms(
            verification_id=verification_id,
            customer_id=customer_id,
            client=client,
            method=_METHODS[method],
            operation=_OPERATIONS[operation],
            contact_id=contact_id,
            pepper_id=pepper_id,
            locale=locale,
            created_at=created_at,
            expires_at=expires_at,
            target_contact_id=target_contact_id,
            operation_hash=operation_hash,
            policy_version=policy_version,
            prefix=prefix,
        )


def _place_of(verification_id: str) -> int:
    return crc32(verification_id.encode()) % _PLACES * _PLACE_BYTES
