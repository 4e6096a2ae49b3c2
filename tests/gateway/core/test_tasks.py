"""Tasks end when they are told to, and several are read as one."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial

import pytest
from structlog.testing import capture_logs

from gateway.core.errors import StoreUnavailable
from gateway.core.tasks import Repeated, end, merged


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
            raise ValueError("at its end")

    task = asyncio.create_task(failing())
    await asyncio.sleep(0)
    await end(task)
    assert isinstance(task.exception(), ValueError)


async def test_what_is_repeated_goes_on_when_it_fails_and_the_log_says_how() -> None:
    failures = [StoreUnavailable("away"), ValueError("a secret"), KeyError("a secret")]
    is_done = asyncio.Event()

    async def fail() -> None:
        if failures:
            raise failures.pop(0)
        is_done.set()

    repeated = Repeated("upkeep", fail, every_seconds=0.001)
    with capture_logs() as lines:
        await repeated.open()
        async with asyncio.timeout(5):
            await is_done.wait()
        await repeated.close()
    assert [(line["event"], line["what"], line["kind"]) for line in lines] == [
        ("upkeep_failed", "upkeep", "ValueError"),
        ("upkeep_failed", "upkeep", "KeyError"),
    ]
    assert "secret" not in repr(lines)
    is_done.clear()
    await asyncio.sleep(0.01)
    assert not is_done.is_set()


async def test_what_was_never_begun_can_be_ended() -> None:
    async def never() -> None:
        raise AssertionError

    await Repeated("upkeep", never, every_seconds=0).close()


async def test_nothing_to_end_is_no_trouble() -> None:
    await end()


async def numbers(*told: int) -> AsyncGenerator[int, None]:
    for number in told:
        yield number
    await asyncio.Event().wait()


async def test_several_sources_are_read_as_one() -> None:
    async with asyncio.timeout(5), aclosing(merged([partial(numbers, 1, 2), partial(numbers, 3)])) as coming:
        assert {await anext(coming) for _ in range(3)} == {1, 2, 3}


async def test_a_source_that_fails_ends_them_all() -> None:
    ended = asyncio.Event()

    async def failing() -> AsyncGenerator[int, None]:
        yield 1
        raise ValueError("at its end")

    async def other() -> AsyncGenerator[int, None]:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        yield 0

    with pytest.raises(ValueError, match="at its end"):
        async for _ in merged([failing, other]):
            pass
    assert ended.is_set()
