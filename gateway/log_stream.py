"""Where the lines of the log go, whatever becomes of who reads or keeps them."""

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
        told = f"{self._gap(self._lost)}\n{text}" if self._lost else text
        try:
            self._out.write(told)
            self._out.flush()
        except BrokenPipeError:
            to_nowhere(self._out)  # nobody will ever read it again
        except (OSError, ValueError):
            self._lost += 1
        else:
            self._lost = 0

    def flush(self) -> None:
        """Each write does."""
