"""The processes of an import: they read and write lines, and are gone when the import is."""

import asyncio
import multiprocessing
import os
import sys
from collections import deque
from collections.abc import AsyncGenerator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

from gateway.cli.import_worker import Came, begin, take
from gateway.settings import Settings
from gateway.wiring.store import url_of

_METHOD = "fork" if sys.platform == "linux" else "spawn"
"""A fork has imported everything already: half a second of each. The libraries of other systems do not bear it."""


class Processes:
    """The processes at work on the lines of one file."""

    def __init__(self, pool: ProcessPoolExecutor, count: int) -> None:
        self._pool = pool
        self._most_waiting = count * 2

    async def take_all(self, chunks: Iterator[tuple[int, int, bytes]]) -> AsyncGenerator[tuple[int, Came], None]:
        """What came of each chunk in order, with the number of its last line.

        Raises `StoreUnavailable`; `BrokenProcessPool` when one of them was killed.
        """
        loop = asyncio.get_running_loop()
        under_way: deque[tuple[int, asyncio.Future[Came]]] = deque()
        try:
            for first, until, lines in chunks:
                under_way.append((until - 1, loop.run_in_executor(self._pool, take, first, lines)))
                if len(under_way) > self._most_waiting:
                    last, came = under_way.popleft()
                    yield last, await came
            while under_way:
                last, came = under_way.popleft()
                yield last, await came
        finally:
            for _, future in under_way:
                future.cancel()
            await asyncio.gather(*(future for _, future in under_way), return_exceptions=True)


@contextmanager
def processes(count: int, settings: Settings, person: str, columns: Sequence[str] | None) -> Iterator[Processes]:
    """Start them, before the store is started; on leaving, they first finish what they are at."""
    initial = (settings, url_of(settings), person, columns)
    pool = ProcessPoolExecutor(count, multiprocessing.get_context(_METHOD), begin, initial)
    try:
        # The first task starts them all: now, while this process has no thread and no file that is not theirs.
        pool.submit(os.getpid)
        yield Processes(pool, count)
    finally:
        pool.shutdown(cancel_futures=True)
