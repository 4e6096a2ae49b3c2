"""What every measurement is given: how much to measure, where to put files, and a line that says how far it is."""

import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gateway.store.valkey_program import has_jemalloc, program

Progress = Callable[[int], None]
"""Told how many are done."""


def nothing(_: int) -> None:
    """Progress that nobody looks at."""


@dataclass(frozen=True, slots=True)
class Session:
    """`quick` measures a tenth: enough to see a ratio move by a third."""

    directory: Path
    quick: bool
    customers: int = 1_000_000
    """The most that a store is measured with."""

    def some(self, many: int) -> int:
        """How many of something to measure with."""
        return many // 10 if self.quick else many

    def progress(self, what: str, total: int) -> Progress:
        return _Line(what, total)

    def folder(self, name: str) -> Path:
        """An empty folder for one installation."""
        folder = self.directory / name
        folder.mkdir()
        return folder


class _Line:
    """One line on a terminal; where nobody watches, a line at the end of each step."""

    def __init__(self, what: str, total: int) -> None:
        self._what, self._total = what, total
        self._began = self._shown = time.monotonic()
        self._is_terminal = sys.stderr.isatty()

    def __call__(self, done: int) -> None:
        now = time.monotonic()
        is_over = done >= self._total
        if is_over or (self._is_terminal and now - self._shown > 0.2):
            self._shown = now
            start, end = ("\r", "\n" if is_over else "") if self._is_terminal else ("", "\n")
            sys.stderr.write(f"{start}  {self._what}: {done}/{self._total}  {now - self._began:.0f} s{end}")
            sys.stderr.flush()


def machine() -> dict[str, str | float]:
    """What it was measured on."""
    version = subprocess.check_output([program(), "--version"], text=True)  # noqa: S603
    cpu = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    return {
        "cpu": cpu[1] if cpu else platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "load_before": round(os.getloadavg()[0], 2),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "store": f"{version.split(' sha=')[0]}, {'jemalloc' if has_jemalloc() else 'glibc'}",
    }
