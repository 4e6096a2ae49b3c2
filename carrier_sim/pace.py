"""How fast time passes, and who owns what runs beside a request."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

_log = logging.getLogger(__name__)


class Pace:
    """Every wait goes through here, divided by the carrier's speed."""

    def __init__(self, speed: float) -> None:
        if not speed > 0:
            raise ValueError("speed must be above 0")
        self._speed = speed

    def scaled(self, seconds: float) -> float:
        return seconds / self._speed

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(self.scaled(seconds))


class Background:
    """Tasks that outlive the request that began them, and end with the carrier."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self.stopping = asyncio.Event()

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("background task failed", exc_info=error)

    async def close(self) -> None:
        self.stopping.set()
        while self._tasks:
            tasks = list(self._tasks)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
