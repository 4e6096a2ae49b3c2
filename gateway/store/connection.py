"""One way into the store: commands of one event-loop tick travel as one pipeline.

Callers await futures; a task of our own does the reading and writing. So a cancelled caller never
leaves a half-read reply on a connection (redis-py CVE-2023-28858), and a command is sent at most once:
redis-py's retries are off, and a connection that fails in the middle of a batch fails each caller of
that batch with `StoreUnavailable`, which says that the outcome is not known. So does an answer that must
be durable, when the replicas that should hold it have not said so in time.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import (
    ClusterDownError,
    MasterDownError,
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    TryAgainError,
)

from gateway.core.errors import StoreUnavailable
from gateway.core.tasks import end
from gateway.store.scripts import Script

Argument = str | bytes | int
_PIPELINES = 4
_LARGEST_BATCH = 128
_LONGEST_QUEUE = 10_000
_REPLICA_MS = 1_000
"""How long replicas may take to say that they hold what was just written."""
_NOT_IN_SERVICE = (ReadOnlyError, OutOfMemoryError, MasterDownError, ClusterDownError, TryAgainError)
_NOT_IN_SERVICE_WORDS = ("MISCONF ", "NOREPLICAS ", "BUSY ", "NOAUTH ")
"""Refusals that say nothing of the command: the store is a replica, or has no room, no disk, no replicas."""


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


@dataclass(frozen=True, slots=True)
class _Sent:
    """A command and who waits for its answer."""

    words: tuple[Argument, ...] = field(repr=False)
    future: asyncio.Future[Any]
    durable: bool

    def settle(self, answer: object) -> None:
        if self.future.done():
            return
        if isinstance(answer, ResponseError) and not _is_out_of_service(answer):
            self.future.set_exception(answer)
        elif isinstance(answer, Exception):
            self.future.set_exception(StoreUnavailable())
            # Who was waiting may be gone; nobody needs to be told that.
            self.future.exception()
        else:
            self.future.set_result(answer)


class Store:
    """Runs commands and scripts. Raises `StoreUnavailable` when the store cannot be reached.

    `needed_replicas` must hold what is durable before it is answered; replicas that are there by chance are waited
    for as well, once `replicas` tells of them.
    """

    def __init__(self, url: str, needed_replicas: int = 0) -> None:
        self._url = url
        self.needed_replicas = needed_replicas
        self.replicas = 0
        self._client = open_client(url, connections=_PIPELINES + 1)
        # Answers as the wire has them: redis-py would turn some commands' into other shapes.
        self._client.response_callbacks.clear()
        self._queue: list[_Sent] = []
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

    async def run(
        self, script: Script, keys: Sequence[str], arguments: Sequence[Argument] = (), *, durable: bool = False
    ) -> Any:
        """One script. A store that has not seen it yet is taught it: NOSCRIPT means that nothing was done.

        What is `durable` must outlive a failover once it is answered.
        """
        words = (script.sha, len(keys), *keys, *arguments)
        try:
            return await self._enqueue(("EVALSHA", *words), durable)
        except NoScriptError:
            await self._enqueue(("SCRIPT", "LOAD", script.source))
            return await self._enqueue(("EVALSHA", *words), durable)

    async def all(self, *commands: tuple[Argument, ...]) -> list[Any]:
        """Several commands in one trip; one that the store refuses raises."""
        return list(await asyncio.gather(*(self._enqueue(words) for words in commands)))

    def _enqueue(self, words: tuple[Argument, ...], durable: bool = False) -> asyncio.Future[Any]:
        if len(self._queue) >= _LONGEST_QUEUE:
            raise StoreUnavailable
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._queue.append(_Sent(words, future, durable))
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

    async def _send(self, batch: list[_Sent]) -> None:
        pipeline = self._client.pipeline(transaction=False)
        for sent in batch:
            pipeline.execute_command(*sent.words)
        holders = max(self.needed_replicas, min(self.replicas, 1)) if any(sent.durable for sent in batch) else 0
        if holders:
            pipeline.execute_command("WAIT", holders, _REPLICA_MS)
        try:
            answers = await pipeline.execute(raise_on_error=False)
        except (RedisError, OSError, TimeoutError, UnicodeError):
            # UnicodeError: a word with a lone surrogate. Uncaught it would end the pipeline, and all wait for ever.
            return
        is_held = not holders or _holds(answers.pop(), holders)
        for sent, answer in zip(batch, answers, strict=True):
            sent.settle(StoreUnavailable() if sent.durable and not is_held else answer)

    @staticmethod
    def _fail(batch: list[_Sent]) -> None:
        for sent in batch:
            sent.settle(StoreUnavailable())


def _is_out_of_service(error: ResponseError) -> bool:
    return isinstance(error, _NOT_IN_SERVICE) or str(error).startswith(_NOT_IN_SERVICE_WORDS)


def _holds(waited: object, holders: int) -> bool:
    """Whether so many replicas acknowledged, by the answer of WAIT."""
    return isinstance(waited, int) and waited >= holders
