"""Load: work that begins at its time, whether or not what began before is done."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

_AT_ONCE = 400


class Load:
    """Begins `work` `per_second` times a second until the block ends; then waits for what is under way.

    At most 400 are under way at once: a machine that cannot keep up is not made to do more.
    """

    def __init__(self, per_second: float, work: Callable[[], Awaitable[None]]) -> None:
        self._per_second = per_second
        self._work = work
        self._under_way: set[asyncio.Task[Any]] = set()
        self._failed: list[BaseException] = []
        self.begun = 0
        self.left_out = 0
        """What would have been too much at once."""

    async def __aenter__(self) -> "Load":
        self._beginning = asyncio.create_task(self._begin())
        return self

    async def __aexit__(self, kind: object, error: object, trace: object) -> None:
        self._beginning.cancel()
        await asyncio.gather(self._beginning, return_exceptions=True)
        if error is not None:
            for task in self._under_way:
                task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        if error is None and self._failed:
            raise self._failed[0]

    async def _begin(self) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        while True:
            await asyncio.sleep(max(0.0, began + self.begun / self._per_second - loop.time()))
            self.begun += 1
            if len(self._under_way) >= _AT_ONCE:
                self.left_out += 1
            else:
                task = asyncio.ensure_future(self._work())
                self._under_way.add(task)
                task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._failed.append(error)


async def in_parallel(at_once: int, works: "list[Awaitable[Any]]") -> list[Any]:
    """All of them, so many at a time, in order."""
    room = asyncio.Semaphore(at_once)

    async def one(work: Awaitable[Any]) -> Any:
        async with room:
            return await work

    return list(await asyncio.gather(*map(one, works)))
