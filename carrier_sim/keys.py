"""The keys of one `<Gather>`."""

import asyncio
import re

KEYS = "0123456789*#"


def are_keys(text: str) -> bool:
    """Whether these are keys of a phone, at least one and a sane number of them."""
    return re.fullmatch(r"[0-9*#]{1,64}", text) is not None


class KeyEntry:
    """Collects keys until there are `limit`, or the finishing key comes. Keys after that are dropped.

    A finishing key before any other key does nothing: at the carrier it only ends what was begun.
    """

    def __init__(self, limit: int | None, finish_on_key: str) -> None:
        self._limit = limit
        self._finish_on_key = finish_on_key
        self._pressed = asyncio.Event()
        self.digits = ""
        self.finished_on_key = ""
        self.complete = False

    @property
    def begun(self) -> bool:
        return self.digits != ""

    def press(self, key: str) -> None:
        if self.complete:
            return
        if key == self._finish_on_key:
            if self.begun:
                self.finished_on_key = key
                self.complete = True
                self._pressed.set()
            return
        self.digits += key
        self.complete = self._limit is not None and len(self.digits) >= self._limit
        self._pressed.set()

    async def next_key(self, seconds: float) -> bool:
        """Wait for a key that counts, at most so long; False if none came."""
        try:
            async with asyncio.timeout(seconds):
                await self._pressed.wait()
        except TimeoutError:
            return False
        self._pressed.clear()
        return True
