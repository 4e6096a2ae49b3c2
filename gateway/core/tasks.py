"""Tasks that run beside the requests: ending them, repeating, and merging several into one stream."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import TypeVar

import structlog

from gateway.core.errors import StoreUnavailable

_AGAIN_AFTER_SECONDS = 0.2

_log = structlog.get_logger(__name__)

T = TypeVar("T")


async def end(*tasks: "asyncio.Task[object]") -> None:
    """Cancel the tasks, and return when they are over. Whatever they give or raise is dropped.

    One cancellation may not be enough: before Python 3.12 `asyncio.wait_for` loses one that comes just as what it waits
    for ends.
    """
    waiting = set(tasks)
    while waiting:
        for task in waiting:
            task.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=_AGAIN_AFTER_SECONDS)
    await asyncio.gather(*tasks, return_exceptions=True)


class Repeated:
    """Does something again and again, from `open` to `close`, also after a failure.

    A failure is logged under the name `what`, unless the store is away: that is reported by whoever watches it.
    """

    def __init__(self, what: str, do: Callable[[], Awaitable[object]], every_seconds: float) -> None:
        self._what = what
        self._do = do
        self._every_seconds = every_seconds
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        self._task = asyncio.create_task(self._repeat(), name=self._what)

    async def close(self) -> None:
        if self._task is not None:
            await end(self._task)

    async def _repeat(self) -> None:
        while True:
            try:
                await self._do()
            except StoreUnavailable:
                pass
            except Exception as error:
                # Its type alone: its message may hold personal data.
                _log.error("upkeep_failed", what=self._what, kind=type(error).__name__)
            await asyncio.sleep(self._every_seconds)


async def merged(sources: Sequence[Callable[[], AsyncGenerator[T, None]]]) -> AsyncGenerator[T, None]:
    """What several endless sources yield, as it comes, until the caller stops or a source fails.

    Each source is at most one item ahead of the caller.
    """
    told: asyncio.Queue[tuple[T] | Exception] = asyncio.Queue(1)

    async def tell(source: Callable[[], AsyncGenerator[T, None]]) -> None:
        try:
            async with aclosing(source()) as coming:
                async for one in coming:
                    await told.put((one,))
        except Exception as error:
            await told.put(error)

    tasks = [asyncio.create_task(tell(source), name="merged") for source in sources]
    try:
        while True:
            one = await told.get()
            if isinstance(one, Exception):
                raise one
            yield one[0]
    finally:
        await end(*tasks)
