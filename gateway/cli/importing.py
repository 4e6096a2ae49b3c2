"""`bonin import`: customers and contacts from a file, by several processes, from where the last run ended."""

import argparse
import asyncio
import multiprocessing
import os
import sys
from codecs import BOM_UTF8
from collections import deque
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import orjson

from gateway.cli.commands import Commands, readable_name, say, whole_number
from gateway.cli.import_rows import HeaderRefused, columns_of
from gateway.cli.import_worker import Came, begin, take
from gateway.cli.progress import ProgressBar
from gateway.settings import Settings
from gateway.wiring.store import store_url

_MOST_PROCESSES = 64
_CHUNK = 2_000


def add_commands(commands: Commands) -> None:
    command = commands.add("import", import_customers)
    command.add_argument("file", type=Path, help="CSV with a header, or NDJSON; UTF-8, one customer a line")
    command.add_argument("--by", required=True, type=readable_name, help="who answers for it; the audit says so")
    command.add_argument(
        "--processes", type=whole_number(1, _MOST_PROCESSES), default=os.cpu_count() or 1, metavar="N",
        help="so many read and write; as many as there are cores",
    )  # fmt: skip
    command.add_argument("--again", action="store_true", help="from the first line, whatever an earlier run did")


class Mark:
    """How far an import of this file came, beside the file: FILE.imported."""

    def __init__(self, file: Path) -> None:
        self._path, self._size = file.with_name(f"{file.name}.imported"), file.stat().st_size

    def lines(self) -> int:
        """Lines that are done, if it is still the same file."""
        try:
            known = orjson.loads(self._path.read_bytes())
            return int(known["lines"]) if known["size"] == self._size else 0
        except (OSError, ValueError, KeyError, TypeError):
            return 0

    def set(self, lines: int) -> None:
        temporary = self._path.with_name(f"{self._path.name}.new")
        temporary.write_bytes(orjson.dumps({"size": self._size, "lines": lines}))
        temporary.replace(self._path)


async def import_customers(settings: Settings, arguments: argparse.Namespace) -> int:
    """Register the customers and contacts of a file; exit code 1 when some lines were refused.

    Contacts need verification afterwards, as those that the API registers do. An import that was interrupted goes on
    from there; what it does twice changes nothing but the audit.
    """
    file: Path = arguments.file
    try:
        with file.open("rb") as lines:
            first_line = lines.readline()
            columns = columns_of(first_line)
            total = bool(first_line) + sum(1 for _ in lines)
    except HeaderRefused as header:
        print(f"{file}: {header}", file=sys.stderr)  # noqa: T201
        return 2
    except OSError as error:
        print(f"{file}: {error.strerror}", file=sys.stderr)  # noqa: T201
        return 2
    mark = Mark(file)
    done = 0 if arguments.again else mark.lines()
    if done:
        say(f"{done:,} lines were imported before; --again begins with the first.")
    refused = file.with_name(f"{file.name}.refused")
    came = Came()
    async with store_url(settings, beside_a_gateway=True) as url:
        with (
            file.open("rb") as lines,
            refused.open("ab" if done else "wb") as refusals,
            ProgressBar("import", "lines", sys.stderr) as progress,
        ):
            if columns is None:
                lines.seek(len(BOM_UTF8) if first_line.startswith(BOM_UTF8) else 0)
            else:
                lines.readline()
            initial = (url, arguments.by, columns)
            chunks = _chunks(lines, done, first=1 if columns is None else 2)
            async for last, chunk in _imported(chunks, arguments.processes, initial):
                for number, errors in sorted(chunk.bad, key=lambda bad: bad[0]):
                    told = [{"field": one.field, "ko": one.problem_ko, "en": one.problem_en} for one in errors]
                    refusals.write(orjson.dumps({"line": number, "errors": told}) + b"\n")
                refusals.flush()
                came.add(chunk)
                mark.set(last)
                progress(last, total)
    say(
        f"customers: {came.created:,} created, {came.replaced:,} replaced; contacts: {came.contacts:,} created, "
        f"{came.known:,} known before; lines refused: {len(came.bad):,}"
    )
    if came.bad:
        say(f"Each refused line, by its number and why: {refused}")
        return 1
    return 0


def _chunks(lines: BinaryIO, done: int, first: int) -> Iterator[tuple[int, list[bytes]]]:
    """The lines after those that are done, with the number of the first of each chunk."""
    numbered = ((number, line) for number, line in enumerate(lines, first) if number > done)
    while chunk := list(islice(numbered, _CHUNK)):
        yield chunk[0][0], [line for _, line in chunk]


async def _imported(
    chunks: Iterator[tuple[int, list[bytes]]], processes: int, initial: tuple[str, str, list[str] | None]
) -> AsyncIterator[tuple[int, Came]]:
    """What came of each chunk in order, with the number of its last line."""
    loop = asyncio.get_running_loop()
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(processes, context, begin, initial)
    under_way: deque[tuple[int, asyncio.Future[Came]]] = deque()
    try:
        for first, lines in chunks:
            under_way.append((first + len(lines) - 1, loop.run_in_executor(pool, take, first, lines)))
            if len(under_way) > processes * 2:
                last, came = under_way.popleft()
                yield last, await came
        while under_way:
            last, came = under_way.popleft()
            yield last, await came
    finally:
        pool.shutdown(cancel_futures=True)
