"""Spans: a request or a delivery, and within it the calls to the store and to carriers.

They cost nothing until a tracer is installed. Attributes are names and numbers of our own: no id of a customer, phone
number, name or code may become one.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Final, Protocol

Attributes = Mapping[str, str | int]


class Span(Protocol):
    def set(self, name: str, value: str | int) -> None: ...


class Tracer(Protocol):
    """A span lasts as long as its block. An exception that leaves the block marks it failed, with its type alone."""

    def begin(self, name: str, parent: str | None, attributes: Attributes) -> AbstractContextManager[Span]:
        """Begin a trace, or continue the one of `parent`: a `traceparent` (W3C Trace Context), or None."""
        ...

    def within(self, name: str, attributes: Attributes) -> AbstractContextManager[Span]:
        """A part of the current span; nothing where there is none."""
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
