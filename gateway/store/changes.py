"""Tells waiting callers that a verification changed, in whichever process the change was made."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from itertools import chain

from gateway.core.errors import StoreUnavailable
from gateway.core.tasks import end
from gateway.store import keys
from gateway.store.connection import Store

_LONGEST_SILENCE = 5.0
"""Seconds after which a waiter looks for itself: a message may be lost while the channel reconnects."""
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


class RedisChanges:
    """`Changes` over one Redis channel for each gateway process."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._watches: defaultdict[str, set[Watch]] = defaultdict(set)
        self._listener: asyncio.Task[None] | None = None

    async def open(self) -> None:
        self._listener = asyncio.create_task(self._listen(), name="store-changes")

    async def close(self) -> None:
        if self._listener is not None:
            await end(self._listener)
            self._listener = None

    @contextmanager
    def watch(self, verification_id: str) -> Iterator[Watch]:
        watch = Watch()
        self._watches[verification_id].add(watch)
        try:
            yield watch
        finally:
            self._watches[verification_id].discard(watch)
            if not self._watches[verification_id]:
                del self._watches[verification_id]

    async def _listen(self) -> None:
        while True:
            try:
                async with aclosing(self._store.waiting_line().listen(keys.CHANGES)) as channel:
                    async for changed in channel:
                        self._tell(changed)
            except StoreUnavailable:
                await asyncio.sleep(_RECONNECT_SECONDS)

    def _tell(self, changed: bytes | None) -> None:
        """A change, or a fresh subscription: after that everybody looks once."""
        told = self._watches.values() if changed is None else [self._watches.get(changed.decode(), set())]
        for watch in chain.from_iterable(told):
            watch.tell()
