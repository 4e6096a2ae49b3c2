"""Values that nobody changes, and that are made for every request."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(*, kw_only: bool = False) -> Callable[[type[T]], type[T]]:
    """A dataclass that only the type checker freezes.

    `frozen=True` holds at run time as well, but makes a value take seven times as long to create: it is for values of
    which there are few.
    """
    return dataclass(slots=True, unsafe_hash=True, kw_only=kw_only)
