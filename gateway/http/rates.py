"""How many requests a key may make, how many an address without a good key, and how many may wait for news at once.

Counted in this process, without asking the store: each process behind a balancer grants a key this much.
These limits keep a caller in a loop from taking the others' share; what costs money is capped in the store
(`gateway.core.limits`).
"""

import time
from collections import Counter as CountOf
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import ceil

from prometheus_client import CollectorRegistry, Counter

from gateway.core.callers import Caller
from gateway.core.errors import Refusal
from gateway.core.problems import Problem
from gateway.http.client_address import ClientAddresses
from gateway.http.limits import RateLimits
from gateway.http.whole_request import Incoming

_MOST_KEPT = 10_000
_LIMITS = ("key", "address", "followers")


class TokenBuckets:
    """A bucket for each name, which holds `burst` and is filled at `rate` a second (GCRA, as in ATM).

    All that is kept of a bucket is the moment at which it will be full again, and of a full one nothing.
    """

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._interval = 1 / rate
        self._tolerance = (burst - 1) / rate
        self._clock = clock
        self._full_at: dict[str, float] = {}

    def take(self, name: str) -> float:
        """Take one; 0, or the seconds until there is one to take."""
        now = self._clock()
        full_at = max(self._full_at.get(name, now), now)
        wait = full_at - now - self._tolerance
        if wait > 0:
            return wait
        if len(self._full_at) >= _MOST_KEPT:
            self._forget(now)
        self._full_at[name] = full_at + self._interval
        return 0.0

    def _forget(self, now: float) -> None:
        """Drop the buckets that are full again, and of the others all but the newest half of `_MOST_KEPT`."""
        kept = [(name, full_at) for name, full_at in self._full_at.items() if full_at > now]
        self._full_at = dict(kept[-_MOST_KEPT // 2 :])


class Rates:
    """Refuses what is too often. Raises `Refusal` (`too-many-requests`)."""

    def __init__(self, registry: CollectorRegistry, limits: RateLimits, addresses: ClientAddresses) -> None:
        self._keys = TokenBuckets(limits.key_rate, limits.key_burst) if limits.key_rate else None
        failures = limits.address_failures
        self._failures = TokenBuckets(failures / 60, failures) if failures else None
        self._most_followers = limits.followers
        self._followers: CountOf[str] = CountOf()
        self._addresses = addresses
        self._limited = Counter(
            "bonin_rate_limited", "Requests refused with 429", labelnames=("limit",), registry=registry
        )
        for limit in _LIMITS:
            self._limited.labels(limit)  # there from the start, so that a rate can be taken of the first

    def take(self, caller: Caller) -> None:
        """One request of the caller's key."""
        if self._keys is not None and (wait := self._keys.take(caller.key_id)):
            raise self._refusal("key", wait)

    def take_failure(self, request: Incoming) -> None:
        """One request without a good key. It never holds up those at the same address who have one."""
        if self._failures is not None and (wait := self._failures.take(self._addresses.host_of(request))):
            raise self._refusal("address", wait)

    @contextmanager
    def following(self, caller: Caller) -> Iterator[None]:
        """One more that waits for news; there is room for it while the block runs."""
        if self._most_followers and self._followers[caller.key_id] >= self._most_followers:
            raise self._refusal("followers", 1)
        self._followers[caller.key_id] += 1
        try:
            yield
        finally:
            self._followers[caller.key_id] -= 1
            if not self._followers[caller.key_id]:
                del self._followers[caller.key_id]

    def _refusal(self, limit: str, wait: float) -> Refusal:
        self._limited.labels(limit).inc()
        return Refusal(Problem.TOO_MANY_REQUESTS, values={"cap": limit}, retry_after=max(1, ceil(wait)))
