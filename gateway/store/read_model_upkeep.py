"""What keeps the read model in order beside the events: whole-installation counters, what is so now, old entries.

Everything here is written whole and may be written again: the sums of a minute are those of its shards, not additions.
"""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from gateway.core.alarms import AlarmKind
from gateway.core.verification import Method
from gateway.store import clock, keys, ops_keys
from gateway.store.connection import Argument, Store
from gateway.store.fields import FIELDS
from gateway.store.pairs import in_pairs
from gateway.store.projection import Event
from gateway.store.read_model_parts import CarrierUpkeep, audit_numbers, flat
from gateway.store.standing import standings_of

_MINUTES_KEPT: Final = 48 * 60
_SAMPLE_EVERY_MS: Final = 10_000
_SAMPLES_KEPT: Final = 8_640
_TRIM_EVERY_MS: Final = 60_000
_LONGEST_CALL_MS: Final = 900_000
_CALLS_SHOWN: Final = 200
_RECENT_MINUTES: Final = 5

CONTENTS: Final[Mapping[str, str]] = {
    "bonin:ops:live": "hash: what is so now",
    "bonin:ops:calls": "hash: verification id -> state of its call and since when (ms)",
    "bonin:ops:carriers": "hash: carrier -> when it last did anything (ms)",
    "bonin:ops:carrier:{name}": "hash: how a carrier is doing",
    "bonin:ops:minute:{YYYY-MM-DDThh:mmZ}": "hash: counters of one minute (UTC), kept for 48 hours",
    "bonin:ops:samples": "stream: the numbers of live, every 10 seconds, for a day",
}


class Upkeep:
    """One round a second, by the process that holds the lease."""

    def __init__(self, store: Store, kept_seconds: int, most_rows: int) -> None:
        self._store = store
        self._kept_ms = kept_seconds * 1000
        self._most_in_shard = max(1, most_rows // keys.SHARDS)
        self._merged_up_to = 0
        self._sampled_at = 0
        self._trimmed_at = 0
        self._recent: dict[int, Counter[str]] = {}
        self._carriers = CarrierUpkeep(store, _RECENT_MINUTES)
        self._audit: dict[str, Argument] = {}

    async def keep_up(self) -> None:
        now = await clock.now(self._store)
        await self._merge(now // 60_000)
        await self._carriers.write(self._recent.values(), now)
        if now - self._trimmed_at >= _TRIM_EVERY_MS:
            self._trimmed_at = now
            await self._store.command("HSET", ops_keys.CONTENTS, *flat(CONTENTS))
            await self._trim(now)
            self._audit = await audit_numbers(self._store, now)
        await self._write_live(now)

    async def note_owners(self, events: Sequence[Event]) -> None:
        """Whose contact a number is. Written again it is the same; a reader looks whether it still holds."""
        contacts = {
            (event["customer"], event["contact"])
            for event in events
            if event.get("event") in ("contact.created", "contact.changed") and {"customer", "contact"} <= event.keys()
        }
        wanted = sorted(contacts)
        indexes = await self._store.all(*(("HGET", keys.contact(*each), FIELDS["c.index"]) for each in wanted))
        await self._store.all(
            *(
                ("SADD", *ops_keys.owned(index.hex(), *each))
                for each, index in zip(wanted, indexes, strict=True)
                if index
            )
        )

    async def _merge(self, minute: int) -> None:
        """Write the sums of the minutes that may have changed: the last two, or more after an absence."""
        first = max(self._merged_up_to - 1, minute - 60) if self._merged_up_to else minute - 60
        for number in range(first, minute + 1):
            sums = await self._sums(number)
            if sums:
                self._recent[number] = sums
                key = ops_keys.minute(number)
                await self._store.all(("HSET", key, *flat(sums)), ("EXPIRE", key, _MINUTES_KEPT * 60))
        self._merged_up_to = minute
        self._recent = {number: sums for number, sums in self._recent.items() if number > minute - _RECENT_MINUTES}

    async def _sums(self, number: int) -> Counter[str]:
        shards = await self._store.all(
            *(("HGETALL", ops_keys.minute_of_shard(shard, number)) for shard in range(keys.SHARDS))
        )
        sums: Counter[str] = Counter()
        for pairs in shards:
            for name, value in in_pairs(pairs):
                sums[name.decode()] += int(value)
        return sums

    async def _write_live(self, now: int) -> None:
        standings = await standings_of(await self._store.nodes())
        values: dict[str, Argument] = {
            "open": await self._sum("ZCARD", lambda shard: ops_keys.index(shard, "state:pending")),
            "locked": await self._sum("ZCARD", ops_keys.locked),
            "dead_letters": await self._sum("XLEN", keys.dead_letters),
            "approvals_waiting": await self._sum("ZCARD", keys.waiting_approvals),
            "store_appends": int(all(one.appends for one in standings.values())),
            **await self._alarms(),
            **self._audit,
        }
        for method in Method:
            name = f"open:{method}"
            values[name] = await self._sum("ZCARD", lambda shard, name=name: ops_keys.index(shard, name))
        calls = await self._calls(now)
        values["calls_ringing"] = sum(state.startswith("ringing") for state in calls.values())
        values["calls_in_progress"] = len(calls) - int(values["calls_ringing"])
        values["revision"] = self._revision(values, calls)
        values |= await self._queue(now)
        await self._write_calls(calls)
        await self._store.command("HSET", ops_keys.LIVE, *flat(values), "at", now)
        if now - self._sampled_at >= _SAMPLE_EVERY_MS:
            self._sampled_at = now
            await self._store.command("XADD", ops_keys.SAMPLES, "MAXLEN", "~", _SAMPLES_KEPT, "*", *flat(values))

    def _revision(self, values: Mapping[str, Argument], calls: Mapping[str, str]) -> str:
        """Another word when a page would look different: every change has its event, and every event is counted."""
        events = {str(number): sum(sums.values()) for number, sums in self._recent.items()}
        seen = orjson.dumps([values, calls, events, self._carriers.states], option=orjson.OPT_SORT_KEYS)
        return hashlib.blake2s(seen, digest_size=8).hexdigest()

    async def _alarms(self) -> dict[str, Argument]:
        """How many stand, in all and of each kind; their subjects may be customers and stay where they are."""
        kinds = Counter(name.decode().split(" ")[0] for name in await self._store.command("HKEYS", keys.ALARMS))
        return {"alarms": kinds.total(), **{f"alarms:{kind}": kinds[kind] for kind in AlarmKind}}

    async def _queue(self, now: int) -> dict[str, Argument]:
        shards = range(keys.SHARDS)
        lengths = await self._store.all(*(("XLEN", keys.outbox(shard)) for shard in shards))
        oldest = await self._store.all(*(("XRANGE", keys.outbox(shard), "-", "+", "COUNT", 1) for shard in shards))
        since = [int(entries[0][0].split(b"-")[0]) for entries in oldest if entries]
        return {"queue_depth": sum(lengths), "queue_age_ms": max(0, now - min(since)) if since else 0}

    async def _calls(self, now: int) -> dict[str, str]:
        found: dict[str, str] = {}
        for state in ("ringing", "in_progress"):
            shards = await self._store.all(
                *(
                    (
                        "ZRANGE", ops_keys.calls(shard, state), now - _LONGEST_CALL_MS, "+inf", "BYSCORE",
                        "LIMIT", 0, _CALLS_SHOWN, "WITHSCORES",
                    )
                    for shard in range(keys.SHARDS)
                )
            )  # fmt: skip
            for pairs in shards:
                for name, since in in_pairs(pairs):
                    found[name.decode()] = f"{state} {int(float(since))}"
        return found

    async def _write_calls(self, calls: Mapping[str, str]) -> None:
        known = {name.decode() for name in await self._store.command("HKEYS", ops_keys.CALLS)}
        gone = sorted(known - set(calls))
        commands: list[tuple[Argument, ...]] = []
        if gone:
            commands.append(("HDEL", ops_keys.CALLS, *gone))
        if calls:
            commands.append(("HSET", ops_keys.CALLS, *flat(calls)))
        await self._store.all(*commands)

    async def _trim(self, now: int) -> None:
        await asyncio.gather(*(self._trim_shard(shard, now) for shard in range(keys.SHARDS)))

    async def _trim_shard(self, shard: int, now: int) -> None:
        """Forget the rows that are too old, or too many: everywhere by the time they were opened."""
        everything = ops_keys.index(shard, "all")
        surplus = await self._store.command("ZCARD", everything) - self._most_in_shard
        before = now - self._kept_ms
        if surplus > 0:
            newest_to_go = await self._store.command("ZRANGE", everything, surplus - 1, surplus - 1, "WITHSCORES")
            before = max(before, int(float(newest_to_go[1])))
        names = [name.decode() for name in await self._store.command("SMEMBERS", ops_keys.index_names(shard))]
        old_calls = now - _LONGEST_CALL_MS
        await self._store.all(
            *(("ZREMRANGEBYSCORE", ops_keys.index(shard, name), "-inf", before) for name in ("all", *names)),
            *(
                ("ZREMRANGEBYSCORE", ops_keys.calls(shard, state), "-inf", old_calls)
                for state in ("ringing", "in_progress")
            ),
        )

    async def _sum(self, command: str, key_of: Any) -> int:
        return sum(await self._store.all(*((command, key_of(shard)) for shard in range(keys.SHARDS))))
