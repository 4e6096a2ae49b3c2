"""Tells waiting callers that a verification changed, in whichever process the change was made.

Each verification has a channel, which a process listens to only while somebody waits there: of all other changes it
hears nothing. The channel has the name of the verification's key and so its slot: in a cluster what is said on it costs
the node that has the shard, and no other (sharded Pub/Sub, Redis 7).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

from gateway.core.tasks import Repeated
from gateway.store import keys
from gateway.store.connection import Store
from gateway.store.slots import slot_of_key
from gateway.store.waiting import WaitingLine

_LONGEST_SILENCE = 5.0
"""Seconds after which a waiter looks for itself: a message may be lost while the connection is opened again."""
_LISTENING_SECONDS = 1.0
"""How long the store may take to say that a channel is listened to, until a waiter begins without."""
_RECONNECT_SECONDS = 0.5


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
    """`Changes` over one connection for each gateway process; in a cluster, for each shard where somebody waited."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._listeners: dict[int, _Listener] = {}

    async def open(self) -> None:
        """Connections open when somebody waits."""

    async def close(self) -> None:
        for listener in self._listeners.values():
            await listener.close()
        self._listeners.clear()

    @asynccontextmanager
    async def watch(self, verification_id: str) -> AsyncIterator[Watch]:
        channel = keys.verification(verification_id)
        async with (await self._listener_of(channel)).watch(channel) as watch:
            yield watch

    async def _listener_of(self, channel: str) -> "_Listener":
        place = 0 if self._store.cluster is None else slot_of_key(channel)
        if place not in self._listeners:
            self._listeners[place] = _Listener(self._store.waiting_line(channel))
            await self._listeners[place].open()
        return self._listeners[place]


class _Listener:
    """Hears channels of one server, over a connection that is opened again when it was lost."""

    def __init__(self, line: WaitingLine) -> None:
        self._line = line
        self._watched: dict[str, _Watched] = {}
        """By channel."""
        self._listening = Repeated("store-changes", self._listen, _RECONNECT_SECONDS)

    async def open(self) -> None:
        await self._listening.open()

    async def close(self) -> None:
        await self._listening.close()

    @asynccontextmanager
    async def watch(self, channel: str) -> AsyncIterator[Watch]:
        watch, watched = Watch(), self._watched.get(channel)
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
        try:
            async with aclosing(self._line.listen(self._watched)) as heard:
                async for channel, is_first in heard:
                    self._tell(channel, is_first)
        finally:
            for watched in self._watched.values():
                watched.is_listened_to = False

    def _tell(self, channel: str, is_first: bool) -> None:
        """Of a change; or, where it is the first, that changes are heard from now on, and each should look once."""
        watched = self._watched.get(channel)
        if watched is not None:
            watched.is_listened_to |= is_first
            watched.tell()
