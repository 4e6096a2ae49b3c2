"""Which of the firm's carriers is asked: in its order, those that can, are not paused and have not been failing."""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from contacts.models import ContactMethod
from gateway.core.carrier_board import CarrierHealth, LineHealth
from gateway.core.carriers import NEEDS, Capability, Destination
from gateway.core.delivery import DeliveryReason
from gateway.core.ports import (
    CallCarrier,
    CarrierRefused,
    CarrierTimedOut,
    CarrierUnavailable,
    OutgoingCall,
    OutgoingText,
    TextCarrier,
)
from gateway.methods.breaker import Breaker, Outcome


@dataclass(slots=True)
class Health:
    """How a carrier has been doing at one capability, in this process. Times are seconds since the epoch."""

    breaker: Breaker
    asked: int = 0
    refused: int = 0
    unavailable: int = 0
    timed_out: int = 0
    last_error: str | None = None
    last_error_at: float | None = None

    def told(self) -> LineHealth:
        at = None if self.last_error_at is None else int(self.last_error_at * 1000)
        state = self.breaker.state.value
        return LineHealth(state, self.asked, self.refused, self.unavailable, self.timed_out, self.last_error, at)


@dataclass(frozen=True, slots=True)
class Line:
    """One carrier, what the firm uses it for, and how it has been doing. It is a `TextCarrier` and a `CallCarrier`."""

    name: str
    can: frozenset[Capability]
    countries: frozenset[str] | None
    """ISO 3166-1 alpha-2; None: everywhere."""
    texts: TextCarrier | None
    calls: CallCarrier | None
    clock: Callable[[], float] = time.monotonic
    health: dict[Capability, Health] = field(init=False)

    def __post_init__(self) -> None:
        asked_for = sorted(self.can - {Capability.INBOUND})
        object.__setattr__(self, "health", {one: Health(Breaker(self.clock)) for one in asked_for})

    def takes(self, needs: Collection[Capability], to: Destination) -> bool:
        """Whether it is set up for this, working or not."""
        return self.can.issuperset(needs) and (self.countries is None or to.country in self.countries)

    def may_be_asked(self, needs: Collection[Capability]) -> bool:
        """Whether no breaker holds it back."""
        return all(self.health[one].breaker.would_let_through for one in needs if one in self.health)

    async def send_text(self, text: OutgoingText) -> str:
        with self._watched(Capability.SMS):
            if self.texts is None:
                raise CarrierRefused(DeliveryReason.NO_CARRIER)
            return await self.texts.send_text(text)

    async def place_call(self, call: OutgoingCall) -> str:
        with self._watched(Capability.VOICE):
            if self.calls is None:
                raise CarrierRefused(DeliveryReason.NO_CARRIER)
            return await self.calls.place_call(call)

    async def end_call(self, call_id: str) -> None:
        """Ignores the breaker: a call that rings for nothing should stop if it can be stopped."""
        if self.calls is not None:
            await self.calls.end_call(call_id)

    @contextmanager
    def _watched(self, capability: Capability) -> Iterator[None]:
        health = self.health[capability]
        permit = health.breaker.enter()
        if permit is None:
            raise CarrierUnavailable(DeliveryReason.CARRIER_ERROR)
        health.asked += 1
        outcome, wait = Outcome.UNKNOWN, None
        try:
            yield
            outcome = Outcome.ANSWERED
        except CarrierRefused:
            # Not counted against the carrier: it works, and says no to this one number or text.
            outcome = Outcome.ANSWERED
            health.refused += 1
            raise
        except CarrierUnavailable as unavailable:
            outcome, wait = Outcome.FAILED, unavailable.retry_after
            health.unavailable += 1
            _note(health, unavailable.reason)
            raise
        except CarrierTimedOut:
            outcome = Outcome.FAILED
            health.timed_out += 1
            _note(health, DeliveryReason.CARRIER_TIMEOUT)
            raise
        finally:
            health.breaker.settle(permit, outcome, wait)


def _note(health: Health, reason: DeliveryReason) -> None:
    health.last_error, health.last_error_at = reason.value, time.time()


class Carriers:
    """The firm's carriers. `gateway.core.carriers.Reach`."""

    def __init__(self, lines: Sequence[Line], paused: Callable[[], Collection[str]]) -> None:
        """`lines` in the order in which they are asked; `paused` names those that operators have paused."""
        self.lines = tuple(lines)
        self._paused = paused

    def carries(self, method: ContactMethod, to: Destination) -> bool:
        """Ignores the breakers: one opens for seconds, which a delivery waits."""
        return bool(self.set_up_for(NEEDS[method], to))

    def set_up_for(self, needs: Collection[Capability], to: Destination) -> list[Line]:
        """Those that take this and are not paused, in the firm's order."""
        paused = self._paused()
        return [line for line in self.lines if line.name not in paused and line.takes(needs, to)]

    def health(self) -> CarrierHealth:
        """How each line has been doing."""
        return {
            line.name: {capability: health.told() for capability, health in line.health.items()} for line in self.lines
        }

    async def end_call(self, carrier: str, call_id: str) -> None:
        """End a call at the carrier that placed it. Raises what carriers raise."""
        for line in self.lines:
            if line.name == carrier:
                await line.end_call(call_id)
