"""Values that nobody changes, and that are made for every request."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(*, kw_only: bool = False) -> Callable[[type[T]], type[T]]:
    """A dataclass whose fields the type checker lets nobody set.

    `frozen=True` keeps them at run time as well, by a detour that takes seven times as long for each value that is
    made; that is for values of which there are few.
    """
    return dataclass(slots=True, unsafe_hash=True, kw_only=kw_only)
