"""What delivering asks of a store. Every method may raise `StoreUnavailable`."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from gateway.core.alarms import AlarmKind
from gateway.core.delivery import DeliveryReason, DeliveryRef


class Cargo(StrEnum):
    """What an entry of the outbox is of."""

    VERIFICATION = "verification"
    """A text or a call that asks the customer."""
    NOTICE = "notice"
    HANG_UP = "hang_up"
    """A call to end, whose verification is over."""
    ALARM = "alarm"
    """An alarm to sound, of a verification or a notice that the customer denied."""


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """One delivery to make, one call to end, or one alarm to sound. `handle` is the outbox's own.

    `tries`: how often it has been taken, this time included. Above one, an earlier taker has died or failed at it.
    """

    ref: DeliveryRef
    cargo: Cargo
    tries: int
    handle: object
    alarm: AlarmKind | None = None
    """Set for `Cargo.ALARM`, and for no other."""


@dataclass(frozen=True, slots=True)
class Buried:
    """Why a delivery is set aside. `asked`: how often carriers were. `error`: the type of an unforeseen failure."""

    reason: DeliveryReason
    carrier: str | None = None
    asked: int = 0
    error: str | None = None


class Outbox(Protocol):
    """Where deliveries wait. An entry that is neither `done` nor buried is handed out again."""

    def entries(self) -> AsyncIterator[OutboxEntry]:
        """Entries as they come, without end."""
        ...

    async def done(self, entry: OutboxEntry) -> None: ...

    async def bury(self, entry: OutboxEntry, why: Buried) -> None:
        """It cannot be delivered: it goes to the dead letters."""
        ...

    def leave(self, entry: OutboxEntry) -> None:
        """Stop working on it: after a while it is handed out again, with one more try counted."""
        ...

    async def hold(self) -> None:
        """Report that this process still works on what it has taken: what nobody reports for a while is taken over."""
        ...

    async def let_go(self) -> None:
        """This process ends: others may at once take over what it has not finished."""
        ...


class DeliveryNotWanted(Exception):
    """It need not be delivered any more: it is over, replaced, given up, or with a carrier."""


class SendsSpent(Exception):
    """It was handed over as often as it may be, and what became of that is not known."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A hand-over that counts from now on. `left`: how many more may follow.

    `after`: the carrier of the hand-over before it, which may have delivered.
    """

    ref: DeliveryRef
    left: int
    after: str | None = None


class HandOvers(Protocol):
    """Counts how often a delivery may have reached the customer, over all carriers, processes and crashes."""

    async def begin(self, ref: DeliveryRef, carrier: str, most: int) -> Begun:
        """Reserve one hand-over, before the carrier is asked. Raises `DeliveryNotWanted` or `SendsSpent`."""
        ...

    async def give_back(self, begun: Begun) -> None:
        """The carrier certainly did nothing: this hand-over does not count, and reports on the one before do again."""
        ...
