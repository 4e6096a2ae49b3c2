"""Tells open phone pages what changes, as server-sent events."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

BACKLOG = 1_000
"""Changes a page may be behind before it is cut off; its browser then comes back for a fresh start."""

Event = tuple[str, Any]
"""Its name and its JSON data."""


class Events:
    """Hands every change to every open page."""

    def __init__(self) -> None:
        self._pages: set[asyncio.Queue[Event | None]] = set()

    def publish(self, name: str, data: Any) -> None:
        for page in list(self._pages):
            if page.qsize() >= BACKLOG:
                self._pages.discard(page)
                page.put_nowait(None)
            else:
                page.put_nowait((name, data))

    @property
    def watched(self) -> bool:
        return bool(self._pages)

    @contextmanager
    def subscription(self) -> Iterator[asyncio.Queue[Event | None]]:
        """A queue of all changes from now on; None in it is the end."""
        page: asyncio.Queue[Event | None] = asyncio.Queue()
        self._pages.add(page)
        try:
            yield page
        finally:
            self._pages.discard(page)
