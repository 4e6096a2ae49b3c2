"""Same key, same answer: what a store remembers of requests that must not be carried out twice.

Follows draft-ietf-httpapi-idempotency-key-header. Every method may raise `StoreUnavailable`.

A request fails when the store's answer is lost on its way, and is carried out when it is sent again: what may happen
once only then keeps by itself which request it was (`known_as`).
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

    A fingerprint is made under the pepper, so nobody outside can tell them beforehand. Under another pepper the request
    is another one.
    """
    return hashlib.sha256(f"{client}\n{key_digest}\n{fingerprint}".encode()).digest()[:_KNOWN_BY]


class IdempotencyStore(Protocol):
    """Remembers by client and key digest (SHA-256, 64 hex digits); two clients never meet."""

    async def begin(
        self, client: str, key_digest: str, fingerprints: Sequence[str]
    ) -> Fresh | InProgress | Answered | Mismatch:
        """Claim the key for a request, atomically; a claim nobody finishes lapses.

        `fingerprints` (72 hex digits each) are of the one request: it is known by any, and claims by the first.
        """
        ...

    async def finish(self, client: str, key_digest: str, fingerprint: str, answer: Answered) -> None:
        """Keep the answer for whoever asks again; not where another request has the key since the claim lapsed."""
        ...

    async def abandon(self, client: str, key_digest: str, fingerprint: str) -> None:
        """Forget the claim: nothing was done, and asking again is safe."""
        ...
