"""Alarms in the store: one hash of what stands, one list of what was cleared."""

import orjson

from gateway.core.alarms import THE_REST, Alarm, AlarmKind, Seen
from gateway.core.reasons import without_numbers
from gateway.store import cap_keys, keys
from gateway.store.connection import Store
from gateway.store.scripts import load

_RAISE = load("raise_alarm")
_CLEAR = load("clear_alarm")

MOST_STANDING = 1_000
"""Beyond these a kind's further alarms are counted as one: whoever can raise them must not fill the store."""
CLEARED_KEPT = 1_000


class RedisAlarms:
    """`AlarmStore` on Redis 7 or Valkey."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def note(self, kind: AlarmKind, subject: str, seen: Seen) -> bool:
        words = (_name(kind, subject), orjson.dumps(seen), MOST_STANDING, _name(kind, THE_REST))
        given = await self._store.run(_RAISE, (keys.ALARMS, keys.AUDIT_OF_NOBODY), words)
        return bool(given == b"raised")

    async def clear(self, kind: AlarmKind, subject: str, by: str, reason: str) -> bool:
        words = (_name(kind, subject), by, without_numbers(reason), CLEARED_KEPT)
        given = await self._store.run(_CLEAR, (keys.ALARMS, keys.CLEARED_ALARMS, keys.AUDIT_OF_NOBODY), words)
        if given != b"cleared":
            return False
        if kind is AlarmKind.LOW_CONVERSION:
            # Who has looked into it wants texts to go there again, and the range to be judged by what comes now.
            await self._store.command("DEL", cap_keys.of_range(subject)[1])
        return True

    async def standing(self) -> list[Alarm]:
        pairs = await self._store.command("HGETALL", keys.ALARMS)
        found = [_alarm(name.decode(), record) for name, record in zip(pairs[::2], pairs[1::2], strict=True)]
        return sorted(found, key=lambda alarm: alarm.last_seen, reverse=True)

    async def cleared(self, most: int = 100) -> list[Alarm]:
        records = await self._store.command("LRANGE", keys.CLEARED_ALARMS, 0, most - 1)
        return [_alarm(orjson.loads(record)["name"], record) for record in records]


def _name(kind: AlarmKind, subject: str) -> str:
    return f"{kind} {subject}"


def _alarm(name: str, record: bytes) -> Alarm:
    kind, _, subject = name.partition(" ")
    fields = orjson.loads(record)
    fields.pop("name", None)
    return Alarm(kind=AlarmKind(kind), subject=subject, **fields)
