"""Keeps the read model up with the audit: reads what is new, shard by shard, and moves on in one script each.

Every process may run one; a lease lets one of them work, and the position in the script keeps two that think so from
counting anything twice.
"""

import asyncio
import math
import secrets
from collections.abc import Sequence
from typing import Any, Final

import orjson
import structlog

from gateway.core.errors import StoreUnavailable
from gateway.core.read_model import ProjectionObserver
from gateway.core.tasks import end
from gateway.store import keys, ops_keys
from gateway.store.about import event_words
from gateway.store.connection import Store
from gateway.store.pairs import in_pairs
from gateway.store.projection import Event, Projection
from gateway.store.read_model_upkeep import Upkeep
from gateway.store.scripts import load

_PROJECT = load("project_events")
_HOLD_LEASE = load("hold_lease")

_EVERY_SECONDS: Final = 0.5
_LEASE_MS: Final = 5_000
_AT_ONCE: Final = 50
"""Events of a shard in one script: neither the store nor this process may hold up a verdict for long."""
_UPKEEP_EVERY: Final = 2
"""Rounds."""
_LONGEST_SECONDS: Final = 1.0
"""An import brings more than can be counted in a minute: what is so now is told meanwhile, and the lease kept."""

_log = structlog.get_logger(__name__)


class Projector:
    """Runs until it is closed."""

    def __init__(self, store: Store, upkeep: Upkeep, observer: ProjectionObserver, kept_seconds: int) -> None:
        self._store = store
        self._upkeep = upkeep
        self._observer = observer
        self._kept_ms = kept_seconds * 1000
        self._name = secrets.token_hex(8)
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        self._task = asyncio.create_task(self._work(), name="projector")

    async def close(self) -> None:
        if self._task is not None:
            await end(self._task)

    async def _work(self) -> None:
        rounds = 0
        while True:
            pause = _EVERY_SECONDS
            try:
                if await self._store.run(_HOLD_LEASE, (ops_keys.LEASE,), (self._name, _LEASE_MS)):
                    is_behind = await self._catch_up_for(_LONGEST_SECONDS)
                    if rounds % _UPKEEP_EVERY == 0:
                        await self._upkeep.keep_up()
                    rounds += 1
                    pause = 0 if is_behind else _EVERY_SECONDS
            except StoreUnavailable:
                pass
            except Exception as error:
                # One event that cannot be read must not end the page that would show it.
                _log.error("read_model_behind", exc_info=error)
            await asyncio.sleep(pause)

    async def round(self) -> None:
        """Take all that is new, and write what is so now."""
        await self._catch_up_for(math.inf)
        await self._upkeep.keep_up()

    async def _catch_up_for(self, seconds: float) -> bool:
        """Take what is new, for so long; whether there may be more."""
        until = asyncio.get_running_loop().time() + seconds
        while more := await self.catch_up():
            if asyncio.get_running_loop().time() >= until:
                break
        return more

    async def catch_up(self) -> bool:
        """Take what is new in every shard; whether there may be more."""
        positions = await self._store.all(*(("GET", ops_keys.position(shard)) for shard in range(keys.SHARDS)))
        known = [position.decode() if position else "0-0" for position in positions]
        found = await self._store.all(
            *(
                ("XRANGE", keys.audit(shard), f"({position}", "+", "COUNT", _AT_ONCE)
                for shard, position in enumerate(known)
            )
        )
        behind = [(shard, known[shard], entries) for shard, entries in enumerate(found) if entries]
        # One after the other: requests of this process come in between.
        for each in behind:
            await self._project(*each)
        return any(len(entries) == _AT_ONCE for _, _, entries in behind)

    async def _project(self, shard: int, position: str, entries: Sequence[Any]) -> None:
        events = [_event(words) for _, words in entries]
        projection = Projection(shard, await self._history(events))
        changed, words = projection.take(events).finished(first_key=4)
        fixed = (
            ops_keys.position(shard), ops_keys.index(shard, "all"), ops_keys.index_names(shard),
        )  # fmt: skip
        last = entries[-1][0].decode()
        # Before it moves on: noted again it is the same, and left out it would be for good.
        await self._upkeep.note_owners(events)
        moved = await self._store.run(_PROJECT, (*fixed, *changed), (position, last, self._kept_ms, *words))
        if not moved:
            return
        for what in projection.left_out:
            _log.error("event_left_out", what=what, shard=shard)
        for tell in projection.told:
            tell(self._observer)

    async def _history(self, events: Sequence[Event]) -> dict[str, list[Event]]:
        """What is known of the verifications that these events go on with."""
        about = [event for event in events if "verification" in event]
        begun = {event["verification"] for event in about if event.get("event") == "verification.created"}
        wanted = sorted({event["verification"] for event in about} - begun)
        found = await self._store.all(*(("LRANGE", ops_keys.timeline(one), 0, -1) for one in wanted))
        return {one: [orjson.loads(text) for text in texts] for one, texts in zip(wanted, found, strict=True)}


def _event(words: Sequence[bytes]) -> Event:
    text = [word.decode(errors="backslashreplace") for word in event_words(words)]
    return dict(in_pairs(text))
