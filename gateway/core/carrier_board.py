"""What operators and processes tell each other of carriers: which are paused, and how each process finds them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from gateway.core.carriers import Capability


@dataclass(frozen=True, slots=True)
class Pause:
    """A carrier that is asked for nothing until somebody resumes it. `at` is ms since the epoch."""

    reason: str
    by: str
    at: int


@dataclass(frozen=True, slots=True)
class LineHealth:
    """How a carrier has been doing at one thing since the process started.

    `state` is the breaker's: `closed`, `open` or `half_open`; `last_error_at` is ms since the epoch, by the clock of
    the process.
    """

    state: str
    asked: int
    refused: int
    unavailable: int
    timed_out: int
    last_error: str | None = None
    last_error_at: int | None = None


CarrierHealth = Mapping[str, Mapping[Capability, LineHealth]]
"""By carrier, in the firm's order, and by what it is asked for."""


@dataclass(frozen=True, slots=True)
class ProcessHealth:
    """One process that delivers, and how it finds the carriers. `at`: when it said so, by the store's clock."""

    process: str
    host: str
    at: int
    carriers: CarrierHealth


class CarrierBoard(Protocol):
    """Every method may raise `StoreUnavailable`."""

    async def pauses(self) -> Mapping[str, Pause]:
        """By carrier."""
        ...

    async def pause(self, carrier: str, reason: str, by: str) -> bool:
        """Whether it was not paused before. Every process knows within two seconds."""
        ...

    async def resume(self, carrier: str, by: str) -> bool:
        """Whether it was paused."""
        ...

    async def put(self, process: str, host: str, carriers: CarrierHealth) -> None:
        """What one process sees; forgotten when it is not heard of for a while."""
        ...

    async def processes(self) -> Sequence[ProcessHealth]: ...
