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

    `tries`: how often somebody has taken it, this time included. More than once: whoever did died, or failed at it.
    """

    ref: DeliveryRef
    cargo: Cargo
    tries: int
    handle: object
    alarm: AlarmKind | None = None
    """Of `Cargo.ALARM`, and of that always."""


@dataclass(frozen=True, slots=True)
class Buried:
    """Why a delivery is set aside. `asked`: how often a carrier was, `error` names what was not foreseen."""

    reason: DeliveryReason
    carrier: str | None = None
    asked: int = 0
    error: str | None = None


class Outbox(Protocol):
    """Where deliveries wait; an entry that is neither `done` nor buried is given to somebody again."""

    def entries(self) -> AsyncIterator[OutboxEntry]:
        """Entries as they come, without end."""
        ...

    async def done(self, entry: OutboxEntry) -> None: ...

    async def bury(self, entry: OutboxEntry, why: Buried) -> None:
        """It cannot be delivered: it goes to the dead letters."""
        ...

    def leave(self, entry: OutboxEntry) -> None:
        """Work on it no more: after a while it is given to somebody again, with one try more."""
        ...

    async def hold(self) -> None:
        """Say that this process still works on what it has taken; said often, nobody takes it over."""
        ...

    async def let_go(self) -> None:
        """This process ends: what it has taken and not finished is for others at once."""
        ...


class DeliveryNotWanted(Exception):
    """Nobody is to deliver this any more: it is over, replaced, given up, or a carrier has it."""


class SendsSpent(Exception):
    """It was handed over as often as it may be, and what came of that is not known."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A hand-over that counts from now on. `left`: how many more may follow it.

    `after`: the carrier of the one before it, which may have done it.
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
        """The carrier certainly did nothing: this hand-over does not count, and reports of the one before do again."""
        ...
