"""Pauses of carriers, and what processes say of them, in the store; and the parts of a process that read and say it."""

import contextlib
import secrets
import socket
from collections.abc import Callable, Collection, Mapping
from typing import Any

import orjson

from gateway.core.carrier_board import CarrierHealth, LineHealth, Pause, ProcessHealth
from gateway.core.carriers import Capability
from gateway.core.errors import StoreUnavailable
from gateway.core.reasons import without_numbers
from gateway.core.tasks import Repeated
from gateway.store import clock, keys
from gateway.store.connection import Store
from gateway.store.pairs import in_pairs
from gateway.store.scripts import load

_PAUSE = load("pause_carrier")
_RESUME = load("resume_carrier")
_PUT_PROCESS = load("put_process")

_LOOK_EVERY_SECONDS = 1.0
_TELL_EVERY_SECONDS = 2.0
_FORGOTTEN_AFTER_MS = 15_000


class RedisCarrierBoard:
    """`CarrierBoard` on Redis 7 or Valkey."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def pauses(self) -> Mapping[str, Pause]:
        pairs = await self._store.command("HGETALL", keys.CARRIER_PAUSES)
        return {carrier.decode(): Pause(**orjson.loads(pause)) for carrier, pause in in_pairs(pairs)}

    async def paused(self) -> Collection[str]:
        """The names alone: a pause whose reason cannot be read is one as well."""
        return frozenset(carrier.decode() for carrier in await self._store.command("HKEYS", keys.CARRIER_PAUSES))

    async def pause(self, carrier: str, reason: str, by: str) -> bool:
        words = (carrier, without_numbers(reason), by)
        given = await self._store.run(_PAUSE, (keys.CARRIER_PAUSES, keys.AUDIT_OF_NOBODY), words)
        return bool(given)

    async def resume(self, carrier: str, by: str) -> bool:
        return bool(await self._store.run(_RESUME, (keys.CARRIER_PAUSES, keys.AUDIT_OF_NOBODY), (carrier, by)))

    async def put(self, process: str, host: str, carriers: CarrierHealth) -> None:
        said = orjson.dumps({"host": host, "carriers": carriers}, option=orjson.OPT_NON_STR_KEYS)
        await self._store.run(_PUT_PROCESS, (keys.PROCESSES,), (process, said, _FORGOTTEN_AFTER_MS))

    async def drop(self, process: str) -> None:
        await self._store.command("HDEL", keys.PROCESSES, process)

    async def processes(self) -> list[ProcessHealth]:
        pairs = await self._store.command("HGETALL", keys.PROCESSES)
        found = [_process(process.decode(), value) for process, value in in_pairs(pairs)]
        oldest = await clock.now(self._store) - _FORGOTTEN_AFTER_MS
        return sorted((each for each in found if each.at >= oldest), key=lambda each: (each.host, each.process))


def _process(process: str, value: bytes) -> ProcessHealth:
    at, _, said = value.partition(b" ")
    document: dict[str, Any] = orjson.loads(said)
    carriers = {
        carrier: {Capability(one): LineHealth(**health) for one, health in lines.items()}
        for carrier, lines in document["carriers"].items()
    }
    return ProcessHealth(process, document["host"], int(at), carriers)


class PauseWatch:
    """Keeps a process up to date with which carriers are paused."""

    def __init__(self, board: RedisCarrierBoard) -> None:
        self._board = board
        self._paused: Collection[str] = frozenset()
        self._repeated = Repeated("pause-watch", self._look, _LOOK_EVERY_SECONDS)

    def paused(self) -> Collection[str]:
        """As of a second ago at most; while the store is away, as it was."""
        return self._paused

    async def open(self) -> None:
        with contextlib.suppress(StoreUnavailable):
            await self._look()
        await self._repeated.open()

    async def close(self) -> None:
        await self._repeated.close()

    async def _look(self) -> None:
        self._paused = await self._board.paused()


class HealthTeller:
    """Says every two seconds how a process that delivers finds its carriers, and takes that back when it ends."""

    def __init__(self, board: RedisCarrierBoard, health: Callable[[], CarrierHealth]) -> None:
        self._board = board
        self._health = health
        self._process = secrets.token_hex(8)
        self._repeated = Repeated("health-teller", self._tell, _TELL_EVERY_SECONDS)

    async def open(self) -> None:
        await self._repeated.open()

    async def close(self) -> None:
        await self._repeated.close()
        with contextlib.suppress(StoreUnavailable):
            await self._board.drop(self._process)

    async def _tell(self) -> None:
        await self._board.put(self._process, socket.gethostname(), self._health())
