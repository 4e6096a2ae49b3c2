"""Processes that are measured: started, watched through /proc, and ended."""

import asyncio
import contextlib
import os
import resource
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

_ENDING_SECONDS = 20.0


class NotStarted(Exception):
    """A process ended instead of answering; the message is the end of what it printed."""


@asynccontextmanager
async def process(
    words: Sequence[str], environment: Mapping[str, str] | None = None, log: Path | None = None
) -> AsyncIterator[asyncio.subprocess.Process]:
    """One process while the block runs; what it prints goes to `log`."""
    with (log or Path(os.devnull)).open("ab") as out:
        started = await asyncio.create_subprocess_exec(*words, env=environment, stdout=out, stderr=out)
    try:
        yield started
    finally:
        with contextlib.suppress(ProcessLookupError):
            started.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(started.wait(), _ENDING_SECONDS)
        except TimeoutError:
            started.kill()
            await started.wait()


def module(name: str, *words: str) -> tuple[str, ...]:
    """The words that run a module of this checkout."""
    return (sys.executable, "-P", "-m", name, *words)


async def output(words: Sequence[str], environment: Mapping[str, str]) -> str:
    """What a command prints. Raises `NotStarted` when it fails."""
    pipe = asyncio.subprocess.PIPE
    ran = await asyncio.create_subprocess_exec(*words, env=environment, stdout=pipe, stderr=asyncio.subprocess.STDOUT)
    printed, _ = await ran.communicate()
    if ran.returncode != 0:
        raise NotStarted(printed.decode(errors="replace")[-2000:])
    return printed.decode().strip()


def ended_cpu_microseconds() -> float:
    """Processor time of all processes that this one started and that have ended, with theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (used.ru_utime + used.ru_stime) * 1e6


async def cpu_of(words: Sequence[str], environment: Mapping[str, str]) -> float:
    """µs that a command takes, with the processes that it starts. Raises `NotStarted` when it fails."""
    before = ended_cpu_microseconds()
    await output(words, environment)
    return ended_cpu_microseconds() - before


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def cpu_microseconds(*pids: int) -> float:
    """Processor time that the processes have used, of all their threads, to the nanosecond."""
    return sum(_scheduled(pid) for pid in pids) / 1000


def cpu_of_ended_children(pid: int) -> float:
    """µs that processes have used which it started and which are no more, to the clock tick (10 ms)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    # proc_pid_stat(5): cutime and cstime are fields 16 and 17; what is left of the line begins with the third.
    return sum(map(int, fields[13:15])) * 1_000_000 / os.sysconf("SC_CLK_TCK")


def _scheduled(pid: int) -> int:
    nanoseconds = 0
    for thread in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError):
            nanoseconds += int((thread / "schedstat").read_text(encoding="ascii").split()[0])
    return nanoseconds


def resident_megabytes(pid: int) -> float:
    """Memory that the process holds now."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise ValueError("no VmRSS")


def children_of(pid: int) -> list[int]:
    """The processes that it started."""
    children: list[int] = []
    for thread in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError):
            children += map(int, (thread / "children").read_text(encoding="ascii").split())
    return children
