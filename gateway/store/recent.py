"""What a process remembers of late, so that it need not ask the store for it again."""

from collections import OrderedDict
from typing import Generic, TypeVar

from gateway.store.shared_memory import SharedRecords

T = TypeVar("T")


class Recent(Generic[T]):
    """Forgets the oldest when there are more than `most`; `shared` is where the other workers of the machine look."""

    def __init__(self, most: int, shared: SharedRecords[T] | None = None) -> None:
        self._most = most
        self._shared = shared
        # A plain dict finds its first item more and more slowly the more were taken from there.
        self._known = OrderedDict[str, T]()

    def note(self, name: str, value: T) -> None:
        self._known[name] = value
        if len(self._known) > self._most:
            self._known.popitem(last=False)
        if self._shared is not None:
            self._shared.note(name, value)

    def of(self, name: str) -> T | None:
        value = self._known.get(name)
        if value is None and self._shared is not None:
            return self._shared.of(name)
        return value
