"""Tasks that run beside the requests: ending them, and reading from several."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import TypeVar

import structlog

from gateway.core.errors import StoreUnavailable

_AGAIN_AFTER_SECONDS = 0.2

_log = structlog.get_logger(__name__)

T = TypeVar("T")


async def end(*tasks: "asyncio.Task[None]") -> None:
    """Cancel the tasks, and come back when they are over.

    They are asked until they are: before Python 3.12 `asyncio.wait_for` drops a cancellation that comes just as what
    it waits for ends. Whatever they raise is dropped.
    """
    waiting = set(tasks)
    while waiting:
        for task in waiting:
            task.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=_AGAIN_AFTER_SECONDS)
    await asyncio.gather(*tasks, return_exceptions=True)


class Repeated:
    """Does the same every so often, from `open` to `close`, whatever comes of it.

    A store that is away is told by who watches it; any other failure is in the log, and `what` says of what.
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
                # Its kind and no more: its words may hold what nobody is to read.
                _log.error("upkeep_failed", what=self._what, kind=type(error).__name__)
            await asyncio.sleep(self._every_seconds)


async def merged(sources: Sequence[Callable[[], AsyncGenerator[T, None]]]) -> AsyncGenerator[T, None]:
    """What several sources tell, as it comes, for as long as the caller asks or one of them fails.

    Nobody reads ahead of the caller by more than what each source has just told.
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
