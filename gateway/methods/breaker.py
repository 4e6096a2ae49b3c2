"""A circuit breaker: a carrier that keeps failing is left alone for a while, then tried with one request.

A pure state machine over an injected clock. A request that was sent before the last change of state says nothing about
the state after it: each permit names the state in which it was given, and a late outcome of an earlier one is dropped.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, StrEnum, auto


class BreakerState(StrEnum):
    CLOSED = "closed"
    """Requests go through."""
    OPEN = "open"
    """No request does."""
    HALF_OPEN = "half_open"
    """The wait is over: one request goes through, and its outcome decides."""


class Outcome(Enum):
    ANSWERED = auto()
    """The carrier did it, or refused this one request: it works."""
    FAILED = auto()
    """The carrier failed, or did not answer in time."""
    UNKNOWN = auto()
    """We broke it off ourselves: nothing was learnt."""


@dataclass(frozen=True, slots=True)
class BreakerLimits:
    """When it opens, and for how long. Waits are seconds, and double with each failed probe."""

    in_a_row: int = 5
    window: int = 20
    """How many of the latest outcomes `share` is of; it applies once there are half as many."""
    share: float = 0.5
    first_wait: float = 5.0
    longest_wait: float = 60.0


DEFAULT_LIMITS = BreakerLimits()


class Breaker:
    """One for each carrier and capability, in each process."""

    def __init__(self, clock: Callable[[], float], limits: BreakerLimits = DEFAULT_LIMITS) -> None:
        self._clock = clock
        self._limits = limits
        self._outcomes: deque[bool] = deque(maxlen=limits.window)
        self._in_a_row = 0
        self._open_until: float | None = None
        """When a request may go through again; None while it is closed."""
        self._wait = limits.first_wait
        self._probing = False
        self._permit = 0

    @property
    def state(self) -> BreakerState:
        if self._open_until is None:
            return BreakerState.CLOSED
        return BreakerState.OPEN if self._clock() < self._open_until else BreakerState.HALF_OPEN

    @property
    def would_let_through(self) -> bool:
        return self.state is BreakerState.CLOSED or (self.state is BreakerState.HALF_OPEN and not self._probing)

    def enter(self) -> int | None:
        """A permit for one request, whose outcome must be told to `settle`. None: leave the carrier alone."""
        if not self.would_let_through:
            return None
        self._probing = self.state is BreakerState.HALF_OPEN
        return self._permit

    def settle(self, permit: int, outcome: Outcome, wait: float | None = None) -> None:
        """Tell the outcome of a request. `wait`: the seconds for which the carrier asked to be left alone."""
        if permit != self._permit:
            return
        if self._probing:
            self._probing = False
            self._settle_probe(outcome, wait)
        elif outcome is not Outcome.UNKNOWN:
            self._count(outcome is Outcome.FAILED, wait)

    def _settle_probe(self, outcome: Outcome, wait: float | None) -> None:
        if outcome is Outcome.ANSWERED:
            self._change(None)
            self._wait = self._limits.first_wait
        elif outcome is Outcome.FAILED:
            self._wait = min(2 * self._wait, self._limits.longest_wait)
            self._open(wait)

    def _count(self, failed: bool, wait: float | None) -> None:
        self._outcomes.append(failed)
        self._in_a_row = self._in_a_row + 1 if failed else 0
        if failed and (wait is not None or self._in_a_row >= self._limits.in_a_row or self._share_is_reached()):
            self._open(wait)

    def _share_is_reached(self) -> bool:
        enough = 2 * len(self._outcomes) >= self._limits.window
        return enough and sum(self._outcomes) >= self._limits.share * len(self._outcomes)

    def _open(self, wait: float | None) -> None:
        self._change(self._clock() + min(max(self._wait, wait or 0.0), self._limits.longest_wait))

    def _change(self, open_until: float | None) -> None:
        self._open_until = open_until
        self._permit += 1
        self._outcomes.clear()
        self._in_a_row = 0
