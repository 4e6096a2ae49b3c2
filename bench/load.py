"""Load: an HTTP/1.1 client that costs little, in a closed loop (how much) and an open one (how long).

A closed loop waits with a slow server and so hides how slow it is (coordinated omission): latencies at a given
load come from the open loop, where requests leave when they are due, whether or not earlier ones were answered.

The client shares its cores with what it measures, so it is sockets and epoll in a thread, without an event loop: a
third of the processor time, and requests that leave to the tenth of a millisecond where uvloop knows whole ones.
"""

import asyncio
import re
import select
import socket
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import chain

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_SILENCE_SECONDS = 60.0


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

    def note(self, answer: tuple[int, bytes], since: float, *, keep: bool) -> None:
        """`keep` the body; that of a refusal is kept in any case."""
        status, body = answer
        self.milliseconds.append((time.perf_counter() - since) * 1000)
        self.statuses[status] += 1
        if keep or status >= 400:
            self.bodies.append(body)


class Connection:
    """One kept-alive connection, with one request at a time."""

    __slots__ = ("_received", "_socket", "since")

    def __init__(self, port: int) -> None:
        """Blocks until it is open."""
        self._socket = socket.create_connection(("127.0.0.1", port), _SILENCE_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received = b""
        self.since = 0.0
        """When the request that is under way was due."""

    def fileno(self) -> int:
        return self._socket.fileno()

    def write(self, content: bytes, since: float) -> None:
        self.since = since
        self._socket.sendall(content)

    def read(self) -> tuple[int, bytes] | None:
        """Status and body, when what has come by now is all of the answer. Blocks while nothing has come."""
        received = self._socket.recv(1 << 18)
        if not received:
            raise ConnectionResetError
        self._received = received = self._received + received if self._received else received
        end = received.find(b"\r\n\r\n")
        if end < 0:
            return None
        length = _LENGTH.search(received, 0, end)
        body = received[end + 4 :]
        if length is not None and len(body) < int(length[1]):
            return None
        self._received = b""
        return int(received[9:12]), body

    async def send(self, content: bytes) -> tuple[int, bytes]:
        """Status and body of the answer."""
        return await asyncio.to_thread(self._exchange, content)

    def _exchange(self, content: bytes) -> tuple[int, bytes]:
        self.write(content, 0.0)
        while (answer := self.read()) is None:
            pass
        return answer

    def close(self) -> None:
        self._socket.close()


@asynccontextmanager
async def connections(port: int, count: int) -> AsyncIterator[list[Connection]]:
    """That many open connections to the loopback port."""
    opened = await asyncio.to_thread(lambda: [Connection(port) for _ in range(count)])
    try:
        yield opened
    finally:
        for connection in opened:
            connection.close()


async def closed_loop(over: Sequence[Connection], requests: Iterable[bytes], *, keep_bodies: bool = False) -> Answers:
    """Send the requests, each connection its next one when the last is answered."""
    return await asyncio.to_thread(_closed_loop, over, iter(requests), keep_bodies)


def _closed_loop(over: Sequence[Connection], waiting: Iterator[bytes], keep: bool) -> Answers:
    answers, under_way = Answers(), 0
    began = time.perf_counter()
    with _Watch(over) as watch:
        for connection, content in zip(over, waiting):  # noqa: B905 - whichever are fewer
            connection.write(content, time.perf_counter())
            under_way += 1
        while under_way:
            for connection in watch.ready():
                if (answer := connection.read()) is None:
                    continue
                answers.note(answer, connection.since, keep=keep)
                if (following := next(waiting, None)) is None:
                    under_way -= 1
                else:
                    connection.write(following, time.perf_counter())
    answers.seconds = time.perf_counter() - began
    return answers


async def open_loop(over: Sequence[Connection], requests: Sequence[bytes], per_second: float) -> Answers:
    """Send each request when it is due; latencies count from that moment, waiting for a connection included."""
    return await asyncio.to_thread(_open_loop, over, requests, per_second)


def _open_loop(over: Sequence[Connection], requests: Sequence[bytes], per_second: float) -> Answers:
    answers, free, sent = Answers(), deque(over), 0
    began = due = time.perf_counter()
    with _Watch(over) as watch:
        while len(answers.milliseconds) < len(requests):
            while free and sent < len(requests) and due <= time.perf_counter():
                free.popleft().write(requests[sent], due)
                sent += 1
                due = began + sent / per_second
            is_idle = free and sent < len(requests)
            for connection in watch.ready(max(0.0, due - time.perf_counter()) if is_idle else None):
                if (answer := connection.read()) is not None:
                    answers.note(answer, connection.since, keep=False)
                    free.append(connection)
    answers.seconds = time.perf_counter() - began
    return answers


class _Watch:
    """Says on which connections something has come."""

    def __init__(self, over: Sequence[Connection]) -> None:
        self._by_number: Mapping[int, Connection] = {one.fileno(): one for one in over}
        self._epoll = select.epoll()

    def __enter__(self) -> "_Watch":
        for number in self._by_number:
            self._epoll.register(number, select.EPOLLIN)
        return self

    def __exit__(self, *_: object) -> None:
        self._epoll.close()

    def ready(self, seconds: float | None = None) -> list[Connection]:
        """Waits for that long at most; without, until something has come. Raises TimeoutError when nothing does."""
        if seconds is not None:
            # epoll_wait(2) waits whole milliseconds, select(2) does not.
            if not select.select([self._epoll], [], [], seconds)[0]:
                return []
            return [self._by_number[number] for number, _ in self._epoll.poll(0)]
        if not (come := self._epoll.poll(_SILENCE_SECONDS)):
            raise TimeoutError(f"nothing was answered for {_SILENCE_SECONDS:.0f} s")
        return [self._by_number[number] for number, _ in come]


def repeated(content: bytes, count: int) -> Iterable[bytes]:
    """The same request, so often."""
    return chain.from_iterable([content] for _ in range(count))
