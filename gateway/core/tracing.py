"""Spans of what is done: a request or a delivery, and within it what was asked of the store and of carriers.

Nobody traces until a tracer is installed, and then spans cost something. Attributes are names and numbers of ours:
no id of a customer, number, name or code may become one.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Final, Protocol

Attributes = Mapping[str, str | int]


class Span(Protocol):
    def set(self, name: str, value: str | int) -> None: ...


class Tracer(Protocol):
    """A span lasts as long as its block; an exception that leaves it marks it as failed, by its kind alone."""

    def begin(self, name: str, parent: str | None, attributes: Attributes) -> AbstractContextManager[Span]:
        """Of something that came from outside; `parent` is a `traceparent` (W3C Trace Context) or None."""
        ...

    def within(self, name: str, attributes: Attributes) -> AbstractContextManager[Span]:
        """A part of what is traced now; nothing where nothing is."""
        ...


class _Untold:
    def set(self, name: str, value: str | int) -> None: ...


_NOTHING: Final = nullcontext(_Untold())
_NONE: Final[Attributes] = {}
_installed: list[Tracer] = []


def install(tracer: Tracer | None) -> None:
    """From now on spans go to this tracer, or to nobody."""
    _installed[:] = [] if tracer is None else [tracer]


def begin(name: str, parent: str | None = None, attributes: Attributes = _NONE) -> AbstractContextManager[Span]:
    return _installed[0].begin(name, parent, attributes) if _installed else _NOTHING


def within(name: str, attributes: Attributes = _NONE) -> AbstractContextManager[Span]:
    return _installed[0].within(name, attributes) if _installed else _NOTHING
