"""How often, and how long after each other, a carrier is asked."""

import random

from gateway.core.ports import CarrierTimedOut, CarrierUnavailable

TRIES = 5
FIRST_PAUSE = 0.25
_LONGEST_PAUSE = 5.0


def pause_before_retry(tried: int, failure: CarrierUnavailable | CarrierTimedOut) -> float:
    """Seconds: twice as long each time, with jitter, so that many gateways do not come back at once."""
    asked_for = failure.retry_after if isinstance(failure, CarrierUnavailable) else None
    pause: float = max(asked_for or 0.0, FIRST_PAUSE * 2**tried)
    jitter = random.uniform(0.5, 1.0)  # noqa: S311 - spreads the load, keeps no secret
    return min(pause, _LONGEST_PAUSE) * jitter
