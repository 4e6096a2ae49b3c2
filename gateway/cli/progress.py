"""How far a long command is: a bar on a terminal, a line now and then elsewhere."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Final, TextIO

_CELLS: Final = 30
_EVERY_SECONDS: Final = 0.1
_LINE_EVERY_SECONDS: Final = 5.0


class ProgressBar:
    """Call it with how many are done and of how many. Leaves a whole line behind, whatever ends it.

    `before` is how many were done before it began: they count for how far it is, and not for how fast.
    """

    def __init__(
        self, label: str, what: str, out: TextIO, clock: Callable[[], float] = time.monotonic, *, before: int = 0
    ) -> None:
        self._label, self._what, self._out, self._clock, self._before = label, what, out, clock, before
        self._is_terminal = out.isatty()
        self._began = self._shown_at = clock()
        self._latest: tuple[int, int] | None = None

    def __enter__(self) -> "ProgressBar":
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        if self._latest is not None:
            self._show(*self._latest)
        if self._is_terminal:
            self._out.write("\n")
            self._out.flush()

    def __call__(self, done: int, total: int) -> None:
        self._latest = done, total
        if self._clock() - self._shown_at >= (_EVERY_SECONDS if self._is_terminal else _LINE_EVERY_SECONDS):
            self._show(done, total)

    def _show(self, done: int, total: int) -> None:
        self._shown_at = self._clock()
        share = done / total if total else 1.0
        rate = (done - self._before) / max(self._shown_at - self._began, 0.001)
        told = f"{self._label} {share:4.0%}  {done:,} of {total:,} {self._what}, {rate:,.0f}/s"
        if self._is_terminal:
            filled = round(share * _CELLS)
            self._out.write(f"\r[{'#' * filled}{'.' * (_CELLS - filled)}] {told}\x1b[K")
        else:
            self._out.write(f"{told}\n")
        self._out.flush()
