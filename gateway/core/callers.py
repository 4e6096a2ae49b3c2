"""Who is calling: the client an API key belongs to, and what that key may do."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Scope(StrEnum):
    """What a key may be used for. One key may hold several."""

    VERIFY = "verify"
    CONTACTS = "contacts"
    BRANCH = "branch"
    DECIDE = "decide"
    OPS_READ = "ops:read"
    OPS_WRITE = "ops:write"


@dataclass(frozen=True, slots=True)
class Caller:
    """`client` is the system that holds the key, `person` whom it acts for (maker and checker, R20).

    `key_id` names the key as `bonin keys` lists it: a client may have two.
    """

    client: str
    person: str
    scopes: frozenset[str]
    key_id: str = field(default="", compare=False)


class ApiKeys(Protocol):
    """Knows callers by the digest of their key; the key itself is never kept."""

    async def find(self, key_digest: str) -> Caller | None:
        """Who holds the key with this SHA-256 (64 hex digits), or None. May raise `StoreUnavailable`."""
        ...
