"""What delivering asks of a store. Every method may raise `StoreUnavailable`."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from gateway.core.delivery import DeliveryRef


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """One delivery to make, or one call to end. `handle` is the outbox's own."""

    ref: DeliveryRef
    hang_up: bool
    is_notice: bool
    handle: object


class Outbox(Protocol):
    """Where deliveries wait; an entry that is not `done` is given to somebody again."""

    def entries(self) -> AsyncIterator[OutboxEntry]:
        """Entries as they come, without end."""
        ...

    async def done(self, entry: OutboxEntry) -> None: ...


class DeliveryNotWanted(Exception):
    """Nobody is to deliver this any more: it is over, replaced, given up, or a carrier has it."""


class SendsSpent(Exception):
    """It was handed over as often as it may be, and what came of that is not known."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A hand-over that counts from now on. `left`: how many more may follow it."""

    ref: DeliveryRef
    left: int


class HandOvers(Protocol):
    """Counts how often a delivery may have reached the customer, over all carriers, processes and crashes."""

    async def begin(self, ref: DeliveryRef, carrier: str, most: int) -> Begun:
        """Reserve one hand-over, before the carrier is asked. Raises `DeliveryNotWanted` or `SendsSpent`."""
        ...

    async def give_back(self, ref: DeliveryRef) -> None:
        """The carrier certainly did nothing: this hand-over does not count."""
        ...
