"""One way into the store: commands of one event-loop tick travel as one pipeline.

Callers await futures; a task of our own does the reading and writing. So a cancelled caller never
leaves a half-read reply on a connection (redis-py CVE-2023-28858), and a command is sent at most once:
redis-py's retries are off, and a connection that fails in the middle of a batch fails each caller of
that batch with `StoreUnavailable`, which says that the outcome is not known.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, RedisError, ResponseError

from gateway.core.errors import StoreUnavailable
from gateway.core.tasks import end
from gateway.store.scripts import Script

Argument = str | bytes | int
_PIPELINES = 4
_LARGEST_BATCH = 128
_LONGEST_QUEUE = 10_000


def open_client(url: str, *, timeout_seconds: float | None = 5.0, connections: int = 8) -> Redis:
    """A redis-py client that never sends a command twice. `timeout_seconds` None is for blocking reads."""
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=connections,
        timeout=timeout_seconds,
        socket_timeout=timeout_seconds,
        socket_connect_timeout=5.0,
        retry=Retry(NoBackoff(), 0),
        retry_on_error=[],
        protocol=2,
    )
    return Redis.from_pool(pool)


class Store:
    """Runs commands and scripts. Raises `StoreUnavailable` when the store cannot be reached."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client = open_client(url, connections=_PIPELINES + 1)
        # Answers as the wire has them: redis-py would turn some commands' into other shapes.
        self._client.response_callbacks.clear()
        self._queue: list[tuple[tuple[Argument, ...], asyncio.Future[Any]]] = []
        self._wake = asyncio.Event()
        self._workers: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        """Start the pipelines; they connect when the first command comes."""
        self._workers = [asyncio.create_task(self._work(), name="store-pipeline") for _ in range(_PIPELINES)]

    async def close(self) -> None:
        await end(*self._workers)
        self._fail(self._queue)
        self._queue = []
        await self._client.aclose()

    def blocking_client(self) -> Redis:
        """A client of its own for reads that wait (streams, channels); the caller closes it."""
        return open_client(self._url, timeout_seconds=None, connections=2)

    async def command(self, *words: Argument) -> Any:
        """One command; the answer as the wire has it: bytes, int, list or None."""
        return await self._enqueue(words)

    async def run(self, script: Script, keys: Sequence[str], arguments: Sequence[Argument] = ()) -> Any:
        """One script. A store that has not seen it yet is taught it: NOSCRIPT means that nothing was done."""
        words = (script.sha, len(keys), *keys, *arguments)
        try:
            return await self._enqueue(("EVALSHA", *words))
        except NoScriptError:
            await self._enqueue(("SCRIPT", "LOAD", script.source))
            return await self._enqueue(("EVALSHA", *words))

    async def all(self, *commands: tuple[Argument, ...]) -> list[Any]:
        """Several commands in one trip; one that the store refuses raises."""
        return list(await asyncio.gather(*(self._enqueue(words) for words in commands)))

    def _enqueue(self, words: tuple[Argument, ...]) -> asyncio.Future[Any]:
        if len(self._queue) >= _LONGEST_QUEUE:
            raise StoreUnavailable
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._queue.append((words, future))
        self._wake.set()
        return future

    async def _work(self) -> None:
        while True:
            await self._wake.wait()
            batch, self._queue = self._queue[:_LARGEST_BATCH], self._queue[_LARGEST_BATCH:]
            if not self._queue:
                self._wake.clear()
            if batch:
                try:
                    await self._send(batch)
                finally:
                    self._fail(batch)

    async def _send(self, batch: list[tuple[tuple[Argument, ...], asyncio.Future[Any]]]) -> None:
        pipeline = self._client.pipeline(transaction=False)
        for words, _ in batch:
            pipeline.execute_command(*words)
        try:
            answers = await pipeline.execute(raise_on_error=False)
        except (RedisError, OSError, TimeoutError, UnicodeError):
            # UnicodeError: a word with a lone surrogate. Uncaught it would end the pipeline, and all wait for ever.
            return
        for (_, future), answer in zip(batch, answers, strict=True):
            if future.done():
                continue
            if isinstance(answer, (ResponseError, NoScriptError)):
                future.set_exception(answer)
            elif isinstance(answer, Exception):
                future.set_exception(StoreUnavailable())
            else:
                future.set_result(answer)

    @staticmethod
    def _fail(batch: list[tuple[tuple[Argument, ...], asyncio.Future[Any]]]) -> None:
        for _, future in batch:
            if not future.done():
                future.set_exception(StoreUnavailable())
                with contextlib.suppress(asyncio.InvalidStateError):
                    future.exception()
