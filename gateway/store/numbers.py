"""Numbers that never change in a process, and go with many calls of a script: in one word, which is packed once.

Each word of a call costs a tenth of a microsecond here, and as much again in the store.
"""

from collections.abc import Iterable
from struct import pack

from gateway.core.limits import Cap


def packed(numbers: Iterable[int]) -> bytes:
    """As `numbers_in` of shared/numbers.lua takes them: doubles, each of 8 bytes."""
    given = tuple(numbers)
    return pack(f">{len(given)}d", *given)


def numbers_of(caps: Iterable[Cap]) -> list[int]:
    """Limit and window (ms) of each, as `caps.lua` takes them."""
    return [number for cap in caps for number in (cap.count, cap.window_seconds * 1000)]
