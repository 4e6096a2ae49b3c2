"""Answers that have names and values in turns, such as those of HGETALL and of a stream's entries."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def in_pairs(answer: Sequence[T]) -> Iterator[tuple[T, T]]:
    """Each name with its value. Raises ValueError, at its end, for a name without one."""
    return zip(answer[::2], answer[1::2], strict=True)
