"""Tells waiting callers that a verification changed, in whichever process the change was made.

Each verification has a channel, which a process listens to only while somebody waits there: of all other changes it
hears nothing.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

from gateway.core.errors import StoreUnavailable
from gateway.core.tasks import end
from gateway.store.connection import Store

_LONGEST_SILENCE = 5.0
"""Seconds after which a waiter looks for itself: a message may be lost while the connection is opened again."""
_LISTENING_SECONDS = 1.0
"""How long the store may take to say that a channel is listened to, until a waiter begins without."""
_RECONNECT_SECONDS = 0.5


def channel_of(verification_id: str) -> str:
    """On which the scripts say something whenever they have changed the verification."""
    return f"bonin:changes:{verification_id}"


class Watch:
    """Waits for the next change of one verification."""

    def __init__(self) -> None:
        self._changed = asyncio.Event()

    def tell(self) -> None:
        self._changed.set()

    async def next(self, seconds: float) -> None:
        """Come back at a change since the last call, or when it is time to look again."""
        try:
            async with asyncio.timeout(min(seconds, _LONGEST_SILENCE)):
                await self._changed.wait()
        except TimeoutError:
            return
        self._changed.clear()


class _Watched:
    """One verification, and who waits for a change of it."""

    def __init__(self) -> None:
        self.watches: set[Watch] = set()
        self.is_listened_to = False

    def tell(self) -> None:
        for watch in self.watches:
            watch.tell()


class RedisChanges:
    """`Changes` over the channels of one connection for each gateway process."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._watched: dict[str, _Watched] = {}
        """By channel."""
        self._listener: asyncio.Task[None] | None = None

    async def open(self) -> None:
        self._line = self._store.waiting_line()
        self._listener = asyncio.create_task(self._listen(), name="store-changes")

    async def close(self) -> None:
        if self._listener is not None:
            await end(self._listener)
            self._listener = None

    @asynccontextmanager
    async def watch(self, verification_id: str) -> AsyncIterator[Watch]:
        channel, watch = channel_of(verification_id), Watch()
        watched = self._watched.get(channel)
        if watched is None:
            watched = self._watched[channel] = _Watched()
            self._line.listen_also(channel)
        watched.watches.add(watch)
        try:
            if not watched.is_listened_to:
                await watch.next(_LISTENING_SECONDS)
            yield watch
        finally:
            watched.watches.discard(watch)
            if not watched.watches:
                del self._watched[channel]
                self._line.leave(channel)

    async def _listen(self) -> None:
        while True:
            try:
                async with aclosing(self._line.listen(self._watched)) as heard:
                    async for channel, is_first in heard:
                        self._tell(channel, is_first)
            except StoreUnavailable:
                for watched in self._watched.values():
                    watched.is_listened_to = False
                await asyncio.sleep(_RECONNECT_SECONDS)

    def _tell(self, channel: str, is_first: bool) -> None:
        """A change; or that changes are heard from now on, after which everybody looks once."""
        watched = self._watched.get(channel)
        if watched is not None:
            watched.is_listened_to |= is_first
            watched.tell()
