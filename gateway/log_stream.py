"""Where the lines of the log go, whatever becomes of who reads or keeps them."""

import os
from collections.abc import Callable
from typing import TextIO

from gateway.standard_streams import to_nowhere


class LogStream:
    """A stream whose lines are lost when they cannot be written: what tells of the work is no reason to stop it.

    The disk that has the log may be full, and the program that reads it gone; customers are verified all the same.
    `gap` makes the line that tells how many were lost; it must not log, as whoever writes here holds a lock.
    """

    def __init__(self, out: TextIO, gap: Callable[[int], str]) -> None:
        self._out = out
        self._gap = gap
        self._lost = 0

    def write(self, text: str) -> None:
        try:
            if self._lost:
                # A full disk takes the beginning of a line, perhaps of another process: none goes on in that one.
                self._put(f"\n{self._gap(self._lost)}\n")
                self._lost = 0
            self._put(text)
        except BrokenPipeError:
            to_nowhere(self._out)  # nobody will ever read it again
        except (OSError, ValueError):
            self._lost += 1

    def flush(self) -> None:
        """Each write does."""

    def _put(self, text: str) -> None:
        """Write past the stream's own buffer, which would keep what it could not write and write it after all, when
        it is counted as lost; a stream without one forgets what the disk did not take, and says nothing.
        """
        try:
            descriptor = self._out.fileno()
        except OSError:  # in memory
            self._out.write(text)
            return
        left = text.encode(self._out.encoding, self._out.errors or "strict")
        while left:
            left = left[os.write(descriptor, left) :]
