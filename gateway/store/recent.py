"""What a process remembers of late, so that it need not ask the store for it again."""

from collections import OrderedDict
from typing import Generic, TypeVar

T = TypeVar("T")


class Recent(Generic[T]):
    """Forgets the oldest when there are more than `most`."""

    def __init__(self, most: int) -> None:
        self._most = most
        # A plain dict that loses its first again and again looks through all that it lost for the next one.
        self._known = OrderedDict[str, T]()

    def note(self, name: str, value: T) -> None:
        self._known[name] = value
        if len(self._known) > self._most:
            self._known.popitem(last=False)

    def of(self, name: str) -> T | None:
        return self._known.get(name)
