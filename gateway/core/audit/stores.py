"""What the audit asks of a store. Every method may raise `StoreUnavailable`; times are ms by the store's clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from gateway.core.audit.records import Position, Segment


@dataclass(frozen=True, slots=True)
class ShardHead:
    """How far a shard is sealed. `last` is the id of the last sealed event; `events` counts the sealed ones.

    `written` is how many events the store had written by `last`, by its own count. `removed` is the number of the
    last segment that is no longer in the store.
    """

    last: Position
    last_id: str
    events: int
    written: int
    removed: int


@dataclass(frozen=True, slots=True)
class Unsealed:
    """The oldest events of a shard that are not sealed. `written`: how many were ever written.

    Each event is its id and its words: field, value, …
    """

    head: ShardHead
    now: int
    written: int
    events: Sequence[tuple[str, Sequence[bytes]]]
    more: bool
    """Whether there are more unsealed events behind these."""


class AuditStore(Protocol):
    """Keeps the segments of each shard."""

    shards: int

    async def heads(self) -> list[ShardHead]:
        """By shard."""
        ...

    async def now(self) -> int: ...

    async def unsealed(self, shard: int, *, younger_than_ms: int) -> Unsealed | None:
        """None while everything unsealed is younger than that and would not fill a segment."""
        ...

    async def seal(self, before: Position, segment: Segment, written: int, content: bytes) -> bool:
        """Append the segment; False, without effect, when `before` is no longer the last one."""
        ...

    async def segments(self, shard: int, numbers: Sequence[int]) -> list[bytes | None]:
        """The contents of these segments; None for one that is not there."""
        ...

    async def removed(self, shard: int) -> str | None:
        """The signed record of what was removed, if anything was."""
        ...

    async def remove(self, shard: int, removed: int, up_to: int, record: str) -> bool:
        """Delete the segments after `removed`; False, without effect, when that is no longer the last removed one."""
        ...

    async def keep_key(self, kid: str, public_key: dict[str, Any]) -> None:
        """Remember a key that seals, for whoever verifies what it sealed."""
        ...

    async def public_keys(self) -> list[dict[str, Any]]:
        """The keys that ever sealed."""
        ...
