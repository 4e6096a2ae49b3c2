"""Deliveries that failed for good, set aside for whoever operates the gateway. They hold no number and no code."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from gateway.core.outbox import Cargo


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One of them. `subject_id` is the id of a verification or a notice; `at` is ms since the epoch.

    `tries`: how often it was taken from the outbox. `asked`: how often the last taker asked a carrier.
    """

    dead_letter_id: str
    customer_id: str
    cargo: Cargo
    subject_id: str
    delivery: int
    reason: str
    at: int
    tries: int
    asked: int
    carrier: str | None = None
    error: str | None = None
    """The type of an unforeseen failure."""
    alarm: str | None = None
    """The kind of the alarm, where it is one."""


class Replay(StrEnum):
    """What came of putting one back."""

    QUEUED = "queued"
    MISSING = "missing"
    CLOSED = "closed"
    """Its verification is over: the customer has to ask again."""
    REPLACED = "replaced"
    """A resend has taken its place."""
    WITH_CARRIER = "with_carrier"
    """A carrier has reported since that it has it."""


class DeadLetters(Protocol):
    def entries(self) -> AsyncIterator[DeadLetter]:
        """All of them, shard by shard, the oldest of each first."""
        ...

    async def read(self, dead_letter_id: str) -> DeadLetter | None: ...

    async def replay(self, letter: DeadLetter, by: str) -> Replay:
        """Put it back into the outbox where that makes sense; then it is no longer a dead letter."""
        ...

    async def discard(self, letter: DeadLetter, by: str) -> bool:
        """Whether it was there."""
        ...
