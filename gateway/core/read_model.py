"""What operators look at, made from the audit: counters of each minute, the present state, indexes and timelines.

It is made beside the requests, so that watching costs a customer nothing. It may be a second behind.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

BUCKETS: Final = (50, 100, 250, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000)
"""Upper bounds, in ms, of the durations in the counters."""

LATENCIES: Final = ("send", "delivery", "answer", "key_in")
"""From queued to handed over; from there to the phone; from ringing to picked up; from then to the right answer."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which verifications; None is any. Times are ms since the epoch, of when they were opened."""

    state: str | None = None
    method: str | None = None
    carrier: str | None = None
    reason: str | None = None
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Verification ids, the latest first. `older`: where to go on, None at the end."""

    ids: Sequence[str]
    older: str | None = None


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """One event of a verification: `at` in ms by the store's clock, and what else the audit tells of it."""

    event: str
    at: int
    told: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Minute:
    """The counters of one minute; see docs/operations.md for their names."""

    number: int
    counters: Mapping[str, int]

    def of(self, name: str) -> int:
        return self.counters.get(name, 0)


@dataclass(frozen=True, slots=True)
class Live:
    """The present state, as last written: names and values are those of `bonin:ops:live`."""

    values: Mapping[str, str] = field(default_factory=dict)
    calls: Mapping[str, str] = field(default_factory=dict)

    def number(self, name: str) -> int:
        return int(self.values.get(name, 0))


@dataclass(frozen=True, slots=True)
class Holder:
    """A contact that has or had a number, and from when until when: ms by the store's clock.

    `since` is 0 for the contact's first number, `until` is None for its present one. A number between the two counts as
    held for the whole time before the last change, and one that came back as held since then: which numbers there were
    is not kept.
    """

    customer_id: str
    contact_id: str
    since: int
    until: int | None

    def held(self, at: int) -> bool:
        """Both numbers are held at the moment of a change: nobody can tell which came first."""
        return self.since <= at and (self.until is None or at <= self.until)


class ReadModel(Protocol):
    """Reads what was made. Every method may raise `StoreUnavailable`."""

    async def now(self) -> int: ...

    async def live(self) -> Live: ...

    async def revision(self) -> str:
        """Changes whenever something was written, and every 10 s otherwise."""
        ...

    async def minutes(self, count: int) -> list[Minute]:
        """The latest, oldest first; the last one is not over."""
        ...

    async def carriers(self) -> dict[str, dict[str, str]]: ...

    async def find(self, filters: Filters, count: int, older: str | None = None) -> Found: ...

    async def of_customer(self, customer_id: str, count: int) -> list[str]: ...

    async def opened_since(self, customer_id: str, since: int) -> list[str]:
        """The customer's verifications that were opened since, in ms."""
        ...

    async def timeline(self, verification_id: str) -> list[TimelineEvent]: ...

    async def locked(self, count: int) -> list[tuple[str, int]]:
        """Customers whose extra authentication is locked, and since when; the latest first."""
        ...

    async def owners(self, blind_indexes: Sequence[str]) -> list[tuple[str, str]]:
        """Customer and contact of each contact of this number, under any of the index keys in force."""
        ...

    async def holders(self, blind_indexes: Sequence[str]) -> list[Holder]:
        """The same with those that once had the number, and when."""
        ...


class ProjectionObserver(Protocol):
    """Is told of each event once, by the process that put it into the read model."""

    def opened(self, method: str) -> None: ...

    def closed(self, method: str, status: str, reason: str) -> None: ...

    def delivered(self, method: str, carrier: str, state: str, reason: str) -> None: ...

    def took(self, latency: str, method: str, carrier: str, milliseconds: int) -> None: ...
