"""What an import writes beside its file: how far it came (FILE.imported), and what it refused (FILE.refused)."""

import fcntl
import hashlib
import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import orjson

from gateway.core.errors import FieldError

_PIECE = 1 << 20


class ImportUnderWay(Exception):
    """Another process imports the same file."""

    def __init__(self) -> None:
        super().__init__("Another process imports this file.")


def measure(file: BinaryIO) -> tuple[str, int]:
    """What tells the content of a file from any other, and its lines; the last may lack its line feed."""
    digest, lines, last = hashlib.sha256(), 0, b"\n"
    while piece := file.read(_PIECE):
        digest.update(piece)
        lines += piece.count(b"\n")
        last = piece[-1:]
    return digest.hexdigest(), lines + (last != b"\n")


class Notes:
    """Of one import at a time. `done` is the number of the last line that is done, `refused` how many were refused.

    A file that was changed since is another one, and begins with its first line.
    """

    def __init__(self, mark: Path, digest: str, refusals: BinaryIO, *, again: bool) -> None:
        self._mark, self._digest, self._refusals = mark, digest, refusals
        self.done = 0 if again else self._done_before()
        self.refused = self._refused_before()

    def note(self, last: int, refused: Iterable[tuple[int, Sequence[FieldError]]]) -> None:
        """Lines up to `last` are done; `refused` has the number of each that was refused since, and why."""
        for number, errors in sorted(refused, key=lambda each: each[0]):
            told = [{"field": one.field, "ko": one.problem_ko, "en": one.problem_en} for one in errors]
            self._refusals.write(orjson.dumps({"line": number, "errors": told}) + b"\n")
            self.refused += 1
        self._refusals.flush()
        temporary = self._mark.with_name(f"{self._mark.name}.new")
        temporary.write_bytes(orjson.dumps({"sha256": self._digest, "lines": last}))
        temporary.replace(self._mark)

    def _done_before(self) -> int:
        try:
            known = orjson.loads(self._mark.read_bytes())
            return int(known["lines"]) if known["sha256"] == self._digest else 0
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return 0

    def _refused_before(self) -> int:
        """How many of the lines that are done were refused. What a killed run told of later lines is cut off."""
        count = end = 0
        self._refusals.seek(0)
        for line in self._refusals:
            if _line_of(line) > self.done:
                break
            count, end = count + 1, end + len(line)
        self._refusals.truncate(end)
        return count


def _line_of(refusal: bytes) -> float:
    """Infinite where it is none, or half of one."""
    try:
        return int(orjson.loads(refusal)["line"]) if refusal.endswith(b"\n") else math.inf
    except (ValueError, KeyError, TypeError):
        return math.inf


def refusals_of(file: Path) -> Path:
    """Where it is told which lines of a file were refused, and why."""
    return file.with_name(f"{file.name}.refused")


@contextmanager
def taking_notes(file: Path, digest: str, *, again: bool) -> Iterator[Notes]:
    """The notes of a file with this digest, for this process alone. Raises `ImportUnderWay` and `OSError`."""
    with refusals_of(file).open("a+b") as refusals:
        try:
            fcntl.flock(refusals, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ImportUnderWay from None
        yield Notes(file.with_name(f"{file.name}.imported"), digest, refusals, again=again)
