"""Alarms in the store: one hash of what stands, one list of what was cleared."""

from dataclasses import replace
from typing import Any

import orjson

from contacts.protection import PersonalData
from gateway.core.alarms import THE_REST, Alarm, AlarmKind, Seen
from gateway.core.reasons import without_numbers
from gateway.store import cap_keys, keys
from gateway.store.connection import Store
from gateway.store.customer_words import CustomerWords
from gateway.store.pairs import in_pairs
from gateway.store.scripts import load

_RAISE = load("raise_alarm")
_CLEAR = load("clear_alarm")

MOST_STANDING = 1_000
"""Beyond these a kind's further alarms are counted as one: whoever can raise them must not fill the store."""
CLEARED_KEPT = 1_000
_PLAIN, _SEALED = "cleared_because", "sealed_because"


class RedisAlarms:
    """`AlarmStore` on Redis 7 or Valkey. What was found out about a customer is sealed under the customer's key."""

    def __init__(self, store: Store, personal_data: PersonalData) -> None:
        self._store = store
        self._words = CustomerWords(store, personal_data)

    async def note(self, kind: AlarmKind, subject: str, seen: Seen) -> bool:
        words = (_name(kind, subject), orjson.dumps(seen), MOST_STANDING, _name(kind, THE_REST))
        given = await self._store.run(_RAISE, (keys.ALARMS, keys.AUDIT_OF_NOBODY), words)
        return bool(given == b"raised")

    async def clear(self, kind: AlarmKind, subject: str, by: str, reason: str) -> bool:
        name = _name(kind, subject)
        record = await self._store.command("HGET", keys.ALARMS, name)
        if record is None:
            return False
        because, field = without_numbers(reason), _PLAIN
        if (customer_id := _alarm(name, orjson.loads(record)).customer_id) is not None:
            because, field = await self._words.seal(customer_id, because), _SEALED
        words = (name, by, because, CLEARED_KEPT, field)
        given = await self._store.run(_CLEAR, (keys.ALARMS, keys.CLEARED_ALARMS, keys.AUDIT_OF_NOBODY), words)
        if given != b"cleared":
            return False
        if kind is AlarmKind.LOW_CONVERSION:
            # Who has looked into it wants texts to go there again, and the range to be judged by what comes now.
            await self._store.command("DEL", cap_keys.of_range(subject)[1])
        return True

    async def standing(self) -> list[Alarm]:
        pairs = await self._store.command("HGETALL", keys.ALARMS)
        found = [_alarm(name.decode(), orjson.loads(record)) for name, record in in_pairs(pairs)]
        return sorted(found, key=lambda alarm: alarm.last_seen, reverse=True)

    async def cleared(self, most: int = 100) -> list[Alarm]:
        records = await self._store.command("LRANGE", keys.CLEARED_ALARMS, 0, most - 1)
        told = [orjson.loads(record) for record in records]
        sealed = [fields.pop(_SEALED, None) for fields in told]
        found = [_alarm(fields.pop("name"), fields) for fields in told]
        reader = await self._words.reader(alarm.customer_id for alarm in found if alarm.customer_id)
        return [
            replace(alarm, cleared_because=reader.open(alarm.customer_id, because))
            if because is not None and alarm.customer_id is not None
            else alarm
            for alarm, because in zip(found, sealed, strict=True)
        ]


def _name(kind: AlarmKind, subject: str) -> str:
    return f"{kind} {subject}"


def _alarm(name: str, fields: dict[str, Any]) -> Alarm:
    kind, _, subject = name.partition(" ")
    return Alarm(kind=AlarmKind(kind), subject=subject, **fields)
