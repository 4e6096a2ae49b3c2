"""An open-loop load: requests leave at their time, whether or not earlier ones were answered.

A closed loop would wait with a slow server and so hide how slow it is (coordinated omission).
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Latencies:
    """How long each request took from the moment it was due, in milliseconds."""

    milliseconds: tuple[float, ...]

    def percentile(self, percent: float) -> float:
        ordered = sorted(self.milliseconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


async def at_rate(
    per_second: float, items: Sequence[Item], send: Callable[[Item], Awaitable[None]], progress: Callable[[int], None]
) -> Latencies:
    """Send one request for each item, `per_second` of them a second."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    took: list[float] = []

    async def one(due: float, item: Item) -> None:
        await send(item)
        took.append((loop.time() - due) * 1000)
        progress(len(took))

    async with asyncio.TaskGroup() as group:
        for position, item in enumerate(items):
            due = began + position / per_second
            await asyncio.sleep(max(0.0, due - loop.time()))
            group.create_task(one(due, item))
    return Latencies(tuple(took))
