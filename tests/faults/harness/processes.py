"""Processes that are started, stopped, killed, and held still."""

import asyncio
import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

import aiohttp

PATIENCE = 60.0
"""Seconds for what always comes in the end, on a machine that is busy."""


class DidNotStart(Exception):
    """A process ended before it served; the message is what it said last."""


def free_port() -> int:
    """A port that clients never take for themselves, held until this program ends: whoever is killed can have its
    port again.

    A socket that is bound and does not listen keeps out whoever looks for a free port, and not the server, which
    sets SO_REUSEADDR as servers do.
    """
    while True:
        port = random.randrange(15_000, 30_000)
        holder = socket.socket()
        try:
            holder.bind(("127.0.0.1", port))
        except OSError:
            holder.close()
            continue
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        _HELD[port] = holder
        return port


_HELD: dict[int, socket.socket] = {}


class Process:
    """One program on one machine; what it says goes to `log`."""

    def __init__(self, words: Sequence[str | Path], log: Path, environment: Mapping[str, str] | None = None) -> None:
        self._words = [str(word) for word in words]
        self._environment = os.environ | (environment or {})
        self.log = log
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._running is not None
        return self._running.pid

    def start(self, told: str = "") -> None:
        """`told` is what it reads from its standard input."""
        with self.log.open("ab") as log:
            self._running = subprocess.Popen(
                self._words, env=self._environment, stdin=subprocess.PIPE, stdout=log, stderr=log
            )
        assert self._running.stdin is not None
        self._running.stdin.write(told.encode())
        self._running.stdin.close()

    async def until(self, serves: Callable[[], Awaitable[bool]]) -> None:
        """Come back when it serves. Raises `DidNotStart`."""
        deadline = time.monotonic() + PATIENCE
        while not await serves():
            assert self._running is not None
            if self._running.poll() is not None or time.monotonic() > deadline:
                await self.kill()
                raise DidNotStart(self.log.read_text(errors="replace")[-2000:])
            await asyncio.sleep(0.02)

    async def kill(self) -> None:
        """As a power cut would."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        """As an operator would. One that is held still could not hear it, so it goes on first."""
        self.send(signal.SIGCONT)
        await self._end(signal.SIGTERM)

    async def ended(self) -> int:
        """Its exit code, once it has ended by itself."""
        assert self._running is not None
        return await asyncio.to_thread(self._running.wait, PATIENCE)

    def send(self, number: signal.Signals) -> None:
        if self._running is not None and self._running.poll() is None:
            self._running.send_signal(number)

    async def _end(self, number: signal.Signals) -> None:
        if self._running is None:
            return
        self.send(number)
        try:
            await asyncio.to_thread(self._running.wait, PATIENCE)
        except subprocess.TimeoutExpired:
            self._running.kill()
            await asyncio.to_thread(self._running.wait)
        self._running = None


async def answers(url: str) -> bool:
    """Whether something says 200 there."""
    try:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session, session.get(url) as answer:
            return answer.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False


def resident_bytes(pid: int) -> int:
    """Memory that a process holds now."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise ValueError("no VmRSS")


def open_files(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))
