"""Processes that come and go, as the system knows of them."""

import asyncio
from collections.abc import Callable
from pathlib import Path


async def until(look: Callable[[], bool]) -> None:
    """Starting a process takes its time where many run."""
    async with asyncio.timeout(90):
        while not look():  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.05)


def is_running(pid: int) -> bool:
    """Whether it is there, and not only waits to be told of."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def children_of(parent: int, program: Path) -> list[int]:
    """The processes that it has started with this program, but for those that are dead."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, of = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(of) == parent and state != "Z" and str(program).encode() in words:
            found.append(int(folder.name))
    return found
