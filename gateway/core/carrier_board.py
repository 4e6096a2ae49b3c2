"""What operators and processes tell each other about carriers: which are paused, and how each process finds them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from gateway.core.carriers import Capability


@dataclass(frozen=True, slots=True)
class Pause:
    """Why a carrier is asked for nothing until an operator resumes it. `at` is ms since the epoch."""

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
"""By carrier, in the firm's order, and by capability."""


@dataclass(frozen=True, slots=True)
class ProcessHealth:
    """How one delivering process finds the carriers. `at`: when it said so, in ms by the store's clock."""

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
        """What one process sees; forgotten unless it is repeated."""
        ...

    async def processes(self) -> Sequence[ProcessHealth]: ...
