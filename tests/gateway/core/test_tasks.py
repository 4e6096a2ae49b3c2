"""Tasks end when they are told to."""

import asyncio

from gateway.core.tasks import end


async def test_a_task_that_loses_its_first_cancellation_ends_all_the_same() -> None:
    lost = asyncio.Event()

    async def forgetful() -> None:
        while not lost.is_set():
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                lost.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(forgetful())
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await end(task)
    assert lost.is_set()
    assert task.cancelled()


async def test_what_an_ending_task_raises_is_dropped() -> None:
    async def failing() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise ValueError

    task = asyncio.create_task(failing())
    await asyncio.sleep(0)
    await end(task)
    assert isinstance(task.exception(), ValueError)


async def test_nothing_to_end_is_no_trouble() -> None:
    await end()
