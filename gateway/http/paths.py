"""Finds what a path names among the paths of the API, segment by segment."""

from collections.abc import Mapping
from typing import Generic, TypeVar
from urllib.parse import unquote

Value = TypeVar("Value")


class _Node(Generic[Value]):
    __slots__ = ("any", "below", "methods")

    def __init__(self) -> None:
        self.below: dict[str, _Node[Value]] = {}
        self.any: _Node[Value] | None = None
        self.methods: dict[str, Value] = {}


class Paths(Generic[Value]):
    """A tree: how long a look-up takes does not depend on how many paths there are.

    Where a segment could be a fixed word or a parameter, the word wins, and the search does not come back to try the
    parameter: two paths that part there must not go on differently.
    """

    def __init__(self) -> None:
        self._root: _Node[Value] = _Node()

    def add(self, method: str, path: str, value: Value) -> None:
        """`path` begins with "/"; a `{name}` in it stands for any segment that is not empty."""
        node = self._root
        for segment in path[1:].split("/"):
            if segment.startswith("{"):
                node.any = node.any or _Node()
                node = node.any
            else:
                node = node.below.setdefault(segment, _Node())
        node.methods[method] = value

    def find(self, path: str) -> tuple[Mapping[str, Value], list[str]] | None:
        """What is there by method, and the values of the parameters in their order; None when there is nothing."""
        node, values = self._root, []
        segments = path[1:].split("/")
        if "%" in path:
            segments = [unquote(segment) for segment in segments]
        for segment in segments:
            below = node.below.get(segment)
            if below is None:
                below = node.any
                if below is None or not segment:
                    return None
                values.append(segment)
            node = below
        return (node.methods, values) if node.methods else None
