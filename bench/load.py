"""Load: an HTTP/1.1 client that costs little, in a closed loop (how much) and an open one (how long).

A closed loop waits with a slow server and so hides how slow it is (coordinated omission): latencies at a given
load come from the open loop, where requests leave when they are due, whether or not earlier ones were answered.
"""

import asyncio
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import cast

Progress = Callable[[int], None]


def nothing(_: int) -> None:
    """Progress that nobody looks at."""


def post(path: str, body: bytes, key: str = "") -> bytes:
    """A whole request."""
    return request("POST", path, key, body)


def request(method: str, path: str, key: str = "", body: bytes = b"") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: bench"]
    if key:
        lines.append(f"Authorization: Bearer {key}")
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass(slots=True)
class Answers:
    """What came of a load. `milliseconds` are latencies, in the order of the answers."""

    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    milliseconds: list[float] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return self.statuses.total() / self.seconds

    def percentile(self, percent: float) -> float:
        ordered = sorted(self.milliseconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]

    def must_be(self, *statuses: int) -> None:
        """Raises when anything else was answered: figures of refusals say nothing."""
        if set(self.statuses) - set(statuses):
            raise RuntimeError(f"answered with {dict(self.statuses)}: {self.bodies[-1][:300]!r}")


class Connection(asyncio.Protocol):
    """One kept-alive connection, with one request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports have this shape and not this base.
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error or ConnectionResetError())

    def data_received(self, data: bytes) -> None:
        self._received += data
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self._received[:end]).lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self._received) < end + 4 + length:
            return
        body = bytes(self._received[end + 4 : end + 4 + length])
        self._received.clear()
        if self._answer is not None and not self._answer.done():
            self._answer.set_result((int(head[9:12]), body))

    async def send(self, request: bytes) -> tuple[int, bytes]:
        """Status and body of the answer."""
        if self._transport is None:
            raise ConnectionResetError
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


@asynccontextmanager
async def connections(port: int, count: int) -> AsyncIterator[list[Connection]]:
    """That many open connections to the loopback port."""
    loop = asyncio.get_running_loop()
    opened = [(await loop.create_connection(Connection, "127.0.0.1", port))[1] for _ in range(count)]
    try:
        yield opened
    finally:
        for connection in opened:
            connection.close()


async def closed_loop(
    over: Sequence[Connection], requests: Iterable[bytes], progress: Progress = nothing, *, keep_bodies: bool = False
) -> Answers:
    """Send the requests, each connection its next one when the last is answered."""
    answers, waiting = Answers(), iter(requests)

    async def one(connection: Connection) -> None:
        for content in waiting:
            began = time.perf_counter()
            status, body = await connection.send(content)
            _note(answers, status, body, began, keep=keep_bodies or status >= 400)
            progress(len(answers.milliseconds))

    began = time.perf_counter()
    await asyncio.gather(*map(one, over))
    answers.seconds = time.perf_counter() - began
    return answers


async def open_loop(
    over: Sequence[Connection], requests: Sequence[bytes], per_second: float, progress: Progress = nothing
) -> Answers:
    """Send each request when it is due; latencies count from that moment, waiting for a connection included."""
    answers, free, due = Answers(), deque(over), deque[tuple[float, bytes]]()
    under_way: set[asyncio.Task[None]] = set()

    async def one(connection: Connection) -> None:
        while due:
            was_due, content = due.popleft()
            status, body = await connection.send(content)
            _note(answers, status, body, was_due, keep=status >= 400)
            progress(len(answers.milliseconds))
        free.append(connection)

    began = time.perf_counter()
    for position, content in enumerate(requests):
        was_due = began + position / per_second
        if (pause := was_due - time.perf_counter()) > 0:
            await asyncio.sleep(pause)
        due.append((was_due, content))
        if free:
            task = asyncio.create_task(one(free.popleft()))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
    await asyncio.gather(*under_way)
    answers.seconds = time.perf_counter() - began
    return answers


def in_rounds(requests: Sequence[bytes], rounds: int) -> Iterator[Sequence[bytes]]:
    """The requests in as many equal parts; what is left over is not sent."""
    waiting = iter(requests)
    return (list(islice(waiting, len(requests) // rounds)) for _ in range(rounds))


def repeated(content: bytes, count: int) -> Iterable[bytes]:
    """The same request, so often."""
    return chain.from_iterable([content] for _ in range(count))


def _note(answers: Answers, status: int, body: bytes, since: float, *, keep: bool) -> None:
    answers.milliseconds.append((time.perf_counter() - since) * 1000)
    answers.statuses[status] += 1
    if keep:
        answers.bodies.append(body)
