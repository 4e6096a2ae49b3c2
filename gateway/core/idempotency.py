"""Same key, same answer: what a store remembers of requests that must not be carried out twice.

Follows draft-ietf-httpapi-idempotency-key-header. Every method may raise `StoreUnavailable`.

A request that fails because the store's answer was lost is carried out again when it is repeated. So whatever may
happen only once remembers by itself for which request it happened (`known_as`).
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from contacts.records import record

_KNOWN_BY = 20  # bytes


@dataclass(frozen=True, slots=True)
class Fresh:
    """Nobody used this key: the request is ours to carry out, and then to `finish` or `abandon`."""


@dataclass(frozen=True, slots=True)
class InProgress:
    """The same request is being carried out right now."""


@record()
class Answered:
    """The same request was answered. `body` may hold a secret (a branch password): stores seal it."""

    status: int
    body: bytes = field(repr=False)
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """The key was used for a request with another fingerprint."""


def known_as(client: str, key_digest: str, fingerprint: str) -> bytes:
    """The same 20 bytes for the same request of a client under the same key, and for no other.

    Nobody outside can compute it, since a fingerprint is made under the pepper. Under another pepper it is another.
    """
    return hashlib.sha256(f"{client}\n{key_digest}\n{fingerprint}".encode()).digest()[:_KNOWN_BY]


class IdempotencyStore(Protocol):
    """Remembers by client and key digest (SHA-256, 64 hex digits): clients do not share keys."""

    async def begin(
        self, client: str, key_digest: str, fingerprints: Sequence[str]
    ) -> Fresh | InProgress | Answered | Mismatch:
        """Claim the key for a request, atomically; a claim that nobody finishes lapses.

        `fingerprints` (72 hex digits each) are one request's under each pepper in force: any of them identifies it,
        the first is written.
        """
        ...

    async def finish(self, client: str, key_digest: str, fingerprint: str, answer: Answered) -> None:
        """Keep the answer for repeats, unless the claim has lapsed and another request has the key."""
        ...

    async def abandon(self, client: str, key_digest: str, fingerprint: str) -> None:
        """Forget the claim: nothing was done, and asking again is safe."""
        ...
