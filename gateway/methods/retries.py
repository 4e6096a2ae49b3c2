"""How often, and how long after each other, a carrier is asked, and what is said when it was in vain."""

import random

from gateway.core.delivery import DeliveryReason
from gateway.core.ports import CarrierRefused, CarrierTimedOut, CarrierUnavailable

Failure = CarrierRefused | CarrierUnavailable | CarrierTimedOut
"""What may stand in the way of handing something to a carrier."""

TRIES = 5
FIRST_PAUSE = 0.25
_LONGEST_PAUSE = 5.0


def pause_before_retry(tried: int, failure: CarrierUnavailable | CarrierTimedOut) -> float:
    """Seconds: twice as long each time, with jitter, so that many gateways do not come back at once."""
    asked_for = failure.retry_after if isinstance(failure, CarrierUnavailable) else None
    pause: float = max(asked_for or 0.0, FIRST_PAUSE * 2**tried)
    jitter = random.uniform(0.5, 1.0)  # noqa: S311 - spreads the load, keeps no secret
    return min(pause, _LONGEST_PAUSE) * jitter


def reason_of(failure: Failure) -> DeliveryReason:
    """Why the delivery failed, for its report."""
    return DeliveryReason.CARRIER_TIMEOUT if isinstance(failure, CarrierTimedOut) else failure.reason
