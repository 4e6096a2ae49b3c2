"""Reading the read model: a page costs a few trips, however much is in the store."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from gateway.core.read_model import Filters, Found, Holder, Live, Minute, TimelineEvent
from gateway.store import clock, keys, ops_keys
from gateway.store.connection import Store
from gateway.store.contact_life import evidence_of, latest_evidence
from gateway.store.fields import FIELDS
from gateway.store.pairs import in_pairs

_STANDS_STILL_MS: Final = 10_000
_ROUNDS: Final = 20
"""Of looking on for rows that match; a page that is not full by then says where to go on."""
_SETTLED_AFTER: Final = 3
"""Minutes after which the counters of one do not change any more."""
_MINUTES_REMEMBERED: Final = 48 * 60


@dataclass(slots=True)
class _Shard:
    """How far one shard has been looked through."""

    number: int
    offset: int = 0
    last: tuple[int, str] | None = None
    exhausted: bool = False


@dataclass(slots=True)
class _Pool:
    """Matching rows of all shards, as time (ms) and id; certain where none that was not looked at can come before.

    Rows that come meanwhile move others a place further, where these are met a second time.
    """

    rows: set[tuple[int, str]] = field(default_factory=set)

    def certain(self, shards: Sequence[_Shard]) -> list[tuple[int, str]]:
        end = _end_of(shards)
        return sorted((row for row in self.rows if end is None or row >= end), reverse=True)


class RedisReadModel:
    """`ReadModel` on Redis 7 or Valkey."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._settled: dict[int, Minute] = {}

    async def now(self) -> int:
        return await clock.now(self._store)

    async def live(self) -> Live:
        values, calls = await self._store.all(("HGETALL", ops_keys.LIVE), ("HGETALL", ops_keys.CALLS))
        return Live(_text(values), _text(calls))

    async def revision(self) -> str:
        # Asked in the same tick, they travel together.
        (revision, at), now = await asyncio.gather(
            self._store.command("HMGET", ops_keys.LIVE, "revision", "at"), self.now()
        )
        return "" if at is None else f"{revision.decode()} {(now - int(at)) // _STANDS_STILL_MS}"

    async def minutes(self, count: int) -> list[Minute]:
        last = await self.now() // 60_000
        wanted = [number for number in range(last - count + 1, last + 1) if number not in self._settled]
        found = await self._store.all(*(("HGETALL", ops_keys.minute(number)) for number in wanted))
        fresh = {
            number: Minute(number, {name: int(value) for name, value in _text(pairs).items()})
            for number, pairs in zip(wanted, found, strict=True)
        }
        known = self._settled | fresh
        self._settled = {
            number: minute
            for number, minute in known.items()
            if last - _MINUTES_REMEMBERED < number <= last - _SETTLED_AFTER
        }
        return [known[number] for number in range(last - count + 1, last + 1)]

    async def carriers(self) -> dict[str, dict[str, str]]:
        names = sorted(name.decode() for name in await self._store.command("HKEYS", ops_keys.CARRIERS))
        found = await self._store.all(*(("HGETALL", ops_keys.carrier(name)) for name in names))
        return {name: _text(pairs) for name, pairs in zip(names, found, strict=True)}

    async def find(self, filters: Filters, count: int, older: str | None = None) -> Found:
        main, *others = await self._by_size(filters)
        cursor = _cursor(older)
        newest = str(cursor[0]) if cursor else ("+inf" if filters.until is None else f"({filters.until}")
        oldest = "-inf" if filters.since is None else str(filters.since)
        shards, pool = [_Shard(number) for number in range(keys.SHARDS)], _Pool()
        certain: list[tuple[int, str]] = []
        for _ in range(_ROUNDS):
            await self._look_on(shards, pool, main, others, newest, oldest, count)
            certain = [row for row in pool.certain(shards) if cursor is None or row < cursor]
            if len(certain) > count or all(shard.exhausted for shard in shards):
                break
        page = certain[:count]
        further = page[-1] if len(certain) > count else _end_of(shards)
        return Found([name for _, name in page], None if further is None else f"{further[0]}-{further[1]}")

    async def of_customer(self, customer_id: str, count: int) -> list[str]:
        found = await self._store.command("ZREVRANGE", ops_keys.of_customer(customer_id), 0, count - 1)
        return [name.decode() for name in found]

    async def opened_since(self, customer_id: str, since: int) -> list[str]:
        found = await self._store.command("ZRANGE", ops_keys.of_customer(customer_id), since, "+inf", "BYSCORE")
        return [name.decode() for name in found]

    async def timeline(self, verification_id: str) -> list[TimelineEvent]:
        found = [
            orjson.loads(text)
            for text in await self._store.command("LRANGE", ops_keys.timeline(verification_id), 0, -1)
        ]
        return [TimelineEvent(each.pop("event"), int(each.pop("at")), each) for each in found]

    async def locked(self, count: int) -> list[tuple[str, int]]:
        found = await self._store.all(
            *(("ZREVRANGE", ops_keys.locked(shard), 0, count - 1, "WITHSCORES") for shard in range(keys.SHARDS))
        )
        rows = [(name.decode(), int(float(since))) for pairs in found for name, since in in_pairs(pairs)]
        return sorted(rows, key=lambda row: row[1], reverse=True)[:count]

    async def owners(self, blind_indexes: Sequence[str]) -> list[tuple[str, str]]:
        return [pair for pair, has_it in (await self._noted_of(blind_indexes)).items() if has_it]

    async def holders(self, blind_indexes: Sequence[str]) -> list[Holder]:
        noted = await self._noted_of(blind_indexes)
        kept = await self._store.all(*(latest_evidence(*pair) for pair in noted))
        changed = [
            max((one.at for one in map(evidence_of, each) if one.event == "changed"), default=0) for each in kept
        ]
        return [
            Holder(*pair, at, None) if has_it else Holder(*pair, 0, at)
            for (pair, has_it), at in zip(noted.items(), changed, strict=True)
        ]

    async def _noted_of(self, blind_indexes: Sequence[str]) -> dict[tuple[str, str], bool]:
        """Customer and contact of each that has or had the number and is there still, and whether it has it."""
        noted = await self._store.all(*(("SMEMBERS", ops_keys.owners(index)) for index in blind_indexes))
        pairs = sorted({_pair(each) for some in noted for each in some})
        indexes = await self._store.all(*(("HGET", keys.contact(*pair), FIELDS["c.index"]) for pair in pairs))
        asked = {bytes.fromhex(index) for index in blind_indexes}
        return {pair: index in asked for pair, index in zip(pairs, indexes, strict=True) if index is not None}

    async def _by_size(self, filters: Filters) -> list[str]:
        """The indexes that answer the filters, the smallest first."""
        given = {
            "state": filters.state, "method": filters.method, "carrier": filters.carrier, "reason": filters.reason,
        }  # fmt: skip
        names = [f"{kind}:{value}" for kind, value in given.items() if value is not None]
        if len(names) < 2:
            return names or ["all"]
        sizes = {}
        for name in names:
            cards = await self._store.all(*(("ZCARD", ops_keys.index(shard, name)) for shard in range(keys.SHARDS)))
            sizes[name] = sum(cards)
        return sorted(names, key=sizes.__getitem__)

    async def _look_on(
        self,
        shards: Sequence[_Shard],
        pool: _Pool,
        main: str,
        others: Sequence[str],
        newest: str,
        oldest: str,
        count: int,
    ) -> None:
        """Take the next rows of every shard that has more, and keep those that are in the other indexes too."""
        looking = [shard for shard in shards if not shard.exhausted]
        found = await self._store.all(
            *(
                (
                    "ZREVRANGEBYSCORE", ops_keys.index(shard.number, main), newest, oldest, "WITHSCORES",
                    "LIMIT", shard.offset, count,
                )
                for shard in looking
            )
        )  # fmt: skip
        read = []
        for shard, pairs in zip(looking, found, strict=True):
            rows = [(int(float(score)), name.decode()) for name, score in in_pairs(pairs)]
            shard.offset += len(rows)
            shard.exhausted = len(rows) < count
            if rows:
                shard.last = rows[-1]
                read.append(self._in_all(shard.number, rows, others))
        # Asked in the same tick, they travel together.
        pool.rows.update(*await asyncio.gather(*read))

    async def _in_all(
        self, shard: int, rows: Sequence[tuple[int, str]], others: Sequence[str]
    ) -> list[tuple[int, str]]:
        names = [name for _, name in rows]
        scores = await self._store.all(*(("ZMSCORE", ops_keys.index(shard, other), *names) for other in others))
        return [row for place, row in enumerate(rows) if all(column[place] is not None for column in scores)]


def _pair(owner: bytes) -> tuple[str, str]:
    customer_id, contact_id = owner.decode().split(" ")
    return customer_id, contact_id


def _end_of(shards: Sequence[_Shard]) -> tuple[int, str] | None:
    """The row that all shards were looked through to; None when to their ends."""
    return max((shard.last for shard in shards if not shard.exhausted and shard.last is not None), default=None)


def _cursor(older: str | None) -> tuple[int, str] | None:
    if older is None:
        return None
    score, _, name = older.partition("-")
    return int(score), name


def _text(pairs: Sequence[Any]) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in in_pairs(pairs)}
