"""Tasks that run beside the requests: ending them, and reading from several."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import TypeVar

_AGAIN_AFTER_SECONDS = 0.2

T = TypeVar("T")


async def end(*tasks: "asyncio.Task[None]") -> None:
    """Cancel the tasks, and come back when they are over.

    Asked once a task may not hear it: redis-py loses a cancellation that meets the opening of a connection.
    Whatever they raise is dropped.
    """
    waiting = set(tasks)
    while waiting:
        for task in waiting:
            task.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=_AGAIN_AFTER_SECONDS)
    await asyncio.gather(*tasks, return_exceptions=True)


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
