"""Whole lines of a file, some thousands at a time, whatever the file is: no line is held that is too long to be one."""

from collections.abc import Iterator
from typing import BinaryIO

LONGEST_LINE = 1 << 16
"""Bytes. A customer with as many contacts as are allowed takes a tenth."""
CHUNK = 1 << 18
"""Bytes that are read at once: some four thousand lines."""


def chunks(file: BinaryIO, done: int, first: int) -> Iterator[tuple[int, int, bytes]]:
    """The lines after line `done`, of a file that stands where line `first` begins, some at a time.

    Gives the number of the first of them, the number after the last, and the lines. One that is too long is cut off a
    byte later than it may end.
    """
    for lines in _whole_lines(file):
        until = first + lines.count(b"\n") + (not lines.endswith(b"\n"))
        if until > done + 1:
            begun = max(first, done + 1)
            yield begun, until, lines.split(b"\n", begun - first)[-1]
        first = until


def _whole_lines(file: BinaryIO) -> Iterator[bytes]:
    rest, is_cut = b"", False
    while piece := file.read(CHUNK):
        if is_cut:
            _, ending, piece = piece.partition(b"\n")
            is_cut = not ending
        lines, ending, rest = (rest + piece).rpartition(b"\n")
        if len(rest) > LONGEST_LINE:
            yield lines + ending + rest[: LONGEST_LINE + 1] + b"\n"
            rest, is_cut = b"", True
        elif ending:
            yield lines + ending
    if rest:
        yield rest
