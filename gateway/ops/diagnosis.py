"""Is it us, the carrier, or one customer? The first answer of the page, from what the read model says."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from gateway.core.read_model import BUCKETS, Live, Minute

STALE_MS: Final = 10_000
QUEUE_AGE_MS: Final = 30_000
LEAST_DELIVERIES: Final = 5
"""Fewer say nothing about a carrier."""
BAD_SHARE: Final = 0.2
LEAST_CLOSED: Final = 20
DROP: Final = 0.5
"""Conversion below this share of what it was is a drop."""

_ARRIVED = ("delivered", "in_progress")
_LOST = ("undelivered", "failed")
_UNANSWERED = ("busy", "no_answer")


Trouble = Callable[[], Awaitable[str | None]]
"""Asks the store why it cannot be used, if so, as `/readyz` has it."""


class Where(StrEnum):
    NOWHERE = "nowhere"
    US = "us"
    CARRIER = "carrier"
    CUSTOMER = "customer"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Where the trouble is, and what says so: a code of a sentence and its values."""

    where: Where
    what: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class CarrierHealth:
    """How a carrier did in the last minutes."""

    name: str
    counted: Mapping[str, int]
    breakers: Mapping[str, str] = field(default_factory=dict)
    """By what it is asked for: `closed`, `half_open` or `open`."""
    is_paused: bool = False

    def number(self, *states: str) -> int:
        return sum(self.counted.get(state, 0) for state in states)

    @property
    def arrived(self) -> int:
        return self.number(*_ARRIVED)

    @property
    def lost(self) -> int:
        return self.number(*_LOST)

    @property
    def unanswered(self) -> int:
        return self.number(*_UNANSWERED)

    @property
    def ended(self) -> int:
        return self.arrived + self.lost + self.unanswered

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """What went wrong, the most frequent first."""
        found = {
            name.removeprefix("reason:"): count for name, count in self.counted.items() if name.startswith("reason:")
        }
        return sorted(found.items(), key=lambda pair: -pair[1])

    @property
    def is_silent(self) -> bool:
        """Whether it did not answer when it was asked last; half open it is only tried, and nothing says that it is
        back."""
        return any(state != "closed" for state in self.breakers.values())

    @property
    def is_bad(self) -> bool:
        return self.ended >= LEAST_DELIVERIES and self.lost > BAD_SHARE * self.ended


def carrier_health(name: str, fields: Mapping[str, str]) -> CarrierHealth:
    """From the hash of the carrier in the read model."""
    breakers = {what.removeprefix("breaker:"): state for what, state in fields.items() if what.startswith("breaker:")}
    numbers = {what: int(value) for what, value in fields.items() if value.isdecimal()}
    return CarrierHealth(name, numbers, breakers, numbers.pop("paused", 0) == 1)


def diagnose(
    now: int,
    live: Live,
    carriers: Sequence[CarrierHealth],
    minutes: Sequence[Minute],
    trouble: str | None = None,
) -> Diagnosis:
    """The first that applies: each hides those after it.

    `trouble` is why the store cannot be used, if so: it may be readable and still take no verdict.
    """
    if trouble is not None:
        return Diagnosis(Where.US, "store", {"why": trouble})
    if not live.values:
        return Diagnosis(Where.US, "uncounted", {})
    age = now - live.number("at")
    if age > STALE_MS:
        return Diagnosis(Where.US, "stale", {"seconds": age // 1000})
    if in_the_way := _paused_without_another(carriers):
        return Diagnosis(Where.US, "paused", {"carriers": ", ".join(in_the_way)})
    in_use = [carrier for carrier in carriers if not carrier.is_paused]
    # Before the queue, which grows old while requests to them run out of time.
    if silent := [carrier.name for carrier in in_use if carrier.is_silent]:
        return Diagnosis(Where.CARRIER, "breaker", {"carrier": ", ".join(silent)})
    if live.number("queue_age_ms") > QUEUE_AGE_MS:
        seconds = live.number("queue_age_ms") // 1000
        return Diagnosis(Where.US, "queue", {"depth": live.number("queue_depth"), "seconds": seconds})
    if losing := next((carrier for carrier in in_use if carrier.is_bad), None):
        share = round(100 * losing.lost / losing.ended)
        return Diagnosis(Where.CARRIER, "carrier", {"carrier": losing.name, "share": share})
    return _of_customers(live, minutes)


def _of_customers(live: Live, minutes: Sequence[Minute]) -> Diagnosis:
    """What is left where our side and the carriers do what they should."""
    before, recent = conversion(minutes[:-10]), conversion(minutes[-10:])
    if before is not None and recent is not None and recent < DROP * before:
        return Diagnosis(Where.UNCLEAR, "drop", {"recent": round(100 * recent), "before": round(100 * before)})
    if live.number("alarms"):
        return Diagnosis(Where.CUSTOMER, "alarms", {"count": live.number("alarms")})
    if live.number("dead_letters"):
        return Diagnosis(Where.CUSTOMER, "dead_letters", {"count": live.number("dead_letters")})
    return Diagnosis(Where.NOWHERE, "well", {})


def _paused_without_another(carriers: Sequence[CarrierHealth]) -> list[str]:
    """The paused carriers that leave texts or calls with none to take them."""
    served = {what for carrier in carriers if not carrier.is_paused for what in carrier.breakers}
    return [carrier.name for carrier in carriers if carrier.is_paused and not carrier.breakers.keys() <= served]


def conversion(minutes: Sequence[Minute]) -> float | None:
    """The share of what was closed that was verified; None where there is too little to say."""
    verified = sum(minute.of("verified") for minute in minutes)
    closed = verified + sum(minute.of(status) for minute in minutes for status in ("failed", "expired", "denied"))
    return verified / closed if closed >= LEAST_CLOSED else None


def quantile(minutes: Sequence[Minute], latency: str, share: float) -> float | None:
    """The duration in ms that `share` of them stayed below, read out of the buckets; None where there were none."""
    count = sum(minute.of(f"{latency}:count") for minute in minutes)
    if not count:
        return None
    wanted, below, bound_before = share * count, 0, 0
    for bound in BUCKETS:
        within = sum(minute.of(f"{latency}:le:{bound}") for minute in minutes)
        if within >= wanted:
            inside = within - below
            return bound_before + (bound - bound_before) * (wanted - below) / inside if inside else float(bound)
        below, bound_before = within, bound
    return float(BUCKETS[-1])
