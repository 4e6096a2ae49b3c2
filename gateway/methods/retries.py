"""How often the carriers are asked, and how long to wait in between."""

import asyncio
import random
from collections.abc import Awaitable, Callable

from gateway.core.errors import StoreUnavailable

TRIES = 8
"""Rounds over all carriers. Together they take 12 to 24 seconds, for which a customer at the screen still waits."""
FIRST_PAUSE = 0.25
_LONGEST_PAUSE = 8.0
_STORE_PAUSE = 0.5


def pause_before_retry(tried: int, asked_for: float | None) -> float:
    """Seconds to wait: twice as long each time, with jitter, so that many gateways do not come back at once.

    `asked_for`: the seconds for which a busy carrier asked to be left alone.
    """
    pause: float = max(asked_for or 0.0, FIRST_PAUSE * 2**tried)
    jitter = random.uniform(0.5, 1.0)  # noqa: S311 - spreads the load, keeps no secret
    return min(pause, _LONGEST_PAUSE) * jitter


async def once_the_store_answers(do: Callable[[], Awaitable[object]]) -> None:
    """Repeat what may safely be repeated until the store answers: what a carrier has done must not be forgotten."""
    while True:
        try:
            await do()
            return
        except StoreUnavailable:
            await asyncio.sleep(_STORE_PAUSE)
