"""Ending tasks that run beside the requests."""

import asyncio

_AGAIN_AFTER_SECONDS = 0.2


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
