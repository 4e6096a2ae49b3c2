"""`bonin import`: customers and contacts from a file, by several processes, from where the last run ended."""

import argparse
import asyncio
import math
import os
import stat
import sys
from codecs import BOM_UTF8
from concurrent.futures.process import BrokenProcessPool
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from gateway.cli.commands import Commands, failed, named_path, readable_name, say, say_aside, whole_number
from gateway.cli.import_lines import CHUNK, LONGEST_LINE, chunks
from gateway.cli.import_notes import ImportUnderWay, Notes, measure, refusals_of, taking_notes
from gateway.cli.import_processes import Processes, processes
from gateway.cli.import_rows import HeaderRefused, columns_of
from gateway.cli.import_worker import Came
from gateway.cli.progress import ProgressBar
from gateway.settings import Settings
from gateway.wiring.keys import store_under_keys

_MOST_PROCESSES = 64


def add_commands(commands: Commands) -> None:
    command = commands.add("import", import_customers)
    command.add_argument("file", type=named_path, help="CSV with a header, or NDJSON; UTF-8, one customer a line")
    command.add_argument("--by", required=True, type=readable_name, help="who is responsible; recorded in the audit")
    command.add_argument(
        "--processes", type=whole_number(1, _MOST_PROCESSES), default=os.cpu_count() or 1, metavar="N",
        help="number of processes; by default one for each core",
    )  # fmt: skip
    command.add_argument("--again", action="store_true", help="start from the first line, whatever an earlier run did")


class NotAFile(Exception):
    """A pipe or a device: it cannot be read a second time, from where an import ended."""


@dataclass(frozen=True, slots=True)
class _Content:
    """Of `file`, which is the file itself where a link was given: what was done is noted beside it.

    `columns` are those that the header names; None for NDJSON. Line `first` begins after `begins_at` bytes.
    """

    file: Path
    columns: list[str] | None
    first: int
    begins_at: int
    digest: str
    lines: int
    size: int


async def import_customers(settings: Settings, arguments: argparse.Namespace) -> int:
    """Register the customers and contacts in a file; exit code 1 if some lines were refused.

    Contacts need verification afterwards, as after the API. An interrupted import continues where it stopped; lines
    that are imported twice change nothing, but appear twice in the audit. A changed file is imported from its first
    line.
    """
    file: Path = arguments.file
    try:
        content = _content_of(file)
    except (HeaderRefused, NotAFile, OSError) as unfit:
        return failed(f"{file}: {unfit.strerror if isinstance(unfit, OSError) else unfit}", code=2)
    file = content.file
    count = min(arguments.processes, math.ceil(content.size / CHUNK))
    try:
        with (
            processes(count, settings, arguments.by, content.columns) as workers,
            taking_notes(file, content.digest, again=arguments.again) as notes,
        ):
            if notes.done:
                say(f"{notes.done:,} lines were imported before; --again begins with the first.")
            came = await _import(settings, content, notes, workers)
    except asyncio.CancelledError:
        say_aside("Stopped: run it again, and it goes on from there. 중단했습니다. 다시 실행하면 이어서 등록합니다.")
        raise
    except ImportUnderWay as other:
        return failed(f"{file}: {other}")
    except BrokenProcessPool:
        return failed(f"{file}: A process of the import was killed: run it again.")
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
        first_line = lines.readline(LONGEST_LINE + 1)
        columns = columns_of(first_line)
        if columns is None:
            first, begins_at = 1, len(BOM_UTF8) if first_line.startswith(BOM_UTF8) else 0
        else:
            first, begins_at = 2, len(first_line)
        lines.seek(0)
        digest, count = measure(lines)
        return _Content(
            file.resolve() if file.is_symlink() else file, columns, first, begins_at, digest, count, lines.tell()
        )


async def _import(settings: Settings, content: _Content, notes: Notes, workers: Processes) -> Came:
    came = Came()
    async with store_under_keys(settings, writes=True):
        with (
            content.file.open("rb") as lines,
            ProgressBar("import", "lines", sys.stderr, before=notes.done) as progress,
        ):
            lines.seek(content.begins_at)
            async with aclosing(workers.take_all(chunks(lines, notes.done, content.first))) as taken:
                async for last, chunk in taken:
                    notes.note(last, chunk.bad)
                    came.add(chunk)
                    progress(last, content.lines)
    return came
