"""`bonin import`: customers and contacts from a file, by several processes, from where the last run ended."""

import argparse
import asyncio
import multiprocessing
import os
import stat
import sys
from codecs import BOM_UTF8
from collections import deque
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from gateway.cli.commands import Commands, readable_name, say, whole_number
from gateway.cli.import_notes import ImportUnderWay, Notes, measure, refusals_of, taking_notes
from gateway.cli.import_rows import HeaderRefused, columns_of
from gateway.cli.import_worker import Came, begin, take
from gateway.cli.progress import ProgressBar
from gateway.settings import Settings
from gateway.wiring.store import store_url

_MOST_PROCESSES = 64
_CHUNK = 1 << 18
"""Bytes of whole lines that a process takes at once: some four thousand lines."""


def add_commands(commands: Commands) -> None:
    command = commands.add("import", import_customers)
    command.add_argument("file", type=Path, help="CSV with a header, or NDJSON; UTF-8, one customer a line")
    command.add_argument("--by", required=True, type=readable_name, help="who answers for it; the audit says so")
    command.add_argument(
        "--processes", type=whole_number(1, _MOST_PROCESSES), default=os.cpu_count() or 1, metavar="N",
        help="so many read and write; as many as there are cores",
    )  # fmt: skip
    command.add_argument("--again", action="store_true", help="from the first line, whatever an earlier run did")


class NotAFile(Exception):
    """A pipe or a device: it cannot be read a second time, from where an import ended."""


@dataclass(frozen=True, slots=True)
class _Content:
    """`columns` are those that the header names; None for NDJSON, which begins after `bom` bytes."""

    columns: list[str] | None
    bom: int
    digest: str
    lines: int


async def import_customers(settings: Settings, arguments: argparse.Namespace) -> int:
    """Register the customers and contacts of a file; exit code 1 when some lines were refused.

    Contacts need verification afterwards, as those that the API registers do. An import that was interrupted goes on
    from there; what it does twice changes nothing but the audit. A file that was changed is imported from its
    first line.
    """
    file: Path = arguments.file
    try:
        content = _content_of(file)
    except (HeaderRefused, NotAFile, OSError) as unfit:
        print(f"{file}: {unfit.strerror if isinstance(unfit, OSError) else unfit}", file=sys.stderr)  # noqa: T201
        return 2
    try:
        with taking_notes(file, content.digest, again=arguments.again) as notes:
            if notes.done:
                say(f"{notes.done:,} lines were imported before; --again begins with the first.")
            came = await _import(settings, arguments, content, notes)
    except (ImportUnderWay, BrokenProcessPool) as failure:
        told = failure if isinstance(failure, ImportUnderWay) else "A process of the import was killed: run it again."
        print(f"{file}: {told}", file=sys.stderr)  # noqa: T201
        return 1
    say(
        f"customers: {came.created:,} created, {came.replaced:,} replaced; contacts: {came.contacts:,} created, "
        f"{came.known:,} known before; lines refused: {notes.refused:,}"
    )
    if notes.refused:
        say(f"Each refused line, by its number and why: {refusals_of(file)}")
        return 1
    return 0


def _content_of(file: Path) -> _Content:
    """Raises `NotAFile`, `HeaderRefused` and `OSError`."""
    if not stat.S_ISREG(file.stat().st_mode):
        raise NotAFile("Give a file of its own: what an import did is written beside it.")
    with file.open("rb") as lines:
        first_line = lines.readline()
        columns = columns_of(first_line)
        lines.seek(0)
        digest, count = measure(lines)
    return _Content(columns, len(BOM_UTF8) if first_line.startswith(BOM_UTF8) else 0, digest, count)


async def _import(settings: Settings, arguments: argparse.Namespace, content: _Content, notes: Notes) -> Came:
    came = Came()
    async with store_url(settings, beside_a_gateway=True) as url:
        with (
            arguments.file.open("rb") as lines,
            ProgressBar("import", "lines", sys.stderr, before=notes.done) as progress,
        ):
            if content.columns is None:
                lines.seek(content.bom)
            else:
                lines.readline()
            chunks = _chunks(lines, notes.done, first=1 if content.columns is None else 2)
            initial = (url, arguments.by, content.columns)
            async for last, chunk in _imported(chunks, arguments.processes, initial):
                notes.note(last, chunk.bad)
                came.add(chunk)
                progress(last, content.lines)
    return came


def _chunks(lines: BinaryIO, done: int, first: int) -> Iterator[tuple[int, int, bytes]]:
    """Lines after those that are done: the numbers of the first and of the next that is not among them, and bytes."""
    while first <= done and lines.readline():
        first += 1
    while chunk := lines.readlines(_CHUNK):
        until = first + len(chunk)
        yield first, until, b"".join(chunk)
        first = until


async def _imported(
    chunks: Iterator[tuple[int, int, bytes]], processes: int, initial: tuple[str, str, list[str] | None]
) -> AsyncIterator[tuple[int, Came]]:
    """What came of each chunk in order, with the number of its last line."""
    loop = asyncio.get_running_loop()
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(processes, context, begin, initial)
    under_way: deque[tuple[int, asyncio.Future[Came]]] = deque()
    try:
        for first, until, lines in chunks:
            under_way.append((until - 1, loop.run_in_executor(pool, take, first, lines)))
            if len(under_way) > processes * 2:
                last, came = under_way.popleft()
                yield last, await came
        while under_way:
            last, came = under_way.popleft()
            yield last, await came
    finally:
        pool.shutdown(cancel_futures=True)
        await asyncio.gather(*(future for _, future in under_way), return_exceptions=True)
