"""What the upkeep of the read model writes of carriers, and says of the audit."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

from gateway.core.carrier_board import ProcessHealth
from gateway.store import keys, ops_keys
from gateway.store.carrier_board import RedisCarrierBoard
from gateway.store.connection import Argument, Store

_WORSE: Final = ("closed", "half_open", "open")
"""States of a breaker, the worst last."""

_DOUBTED_MS: Final = 600_000
"""For how long after its last failure a half open breaker is told of. Whoever is not asked any more, as one that only
stands in for another, would stay half open for ever. One that is asked and hangs fails every 70 seconds."""


class CarrierUpkeep:
    """How each carrier did in the last minutes, what the processes think of it, and whether it is paused."""

    def __init__(self, store: Store, minutes: int) -> None:
        self._store = store
        self._board = RedisCarrierBoard(store)
        self._minutes = minutes
        self.states: dict[str, dict[str, str]] = {}
        """By carrier: `paused`, and `breaker:<capability>` of the process that thinks worst of it."""

    async def write(self, recent: Iterable[Mapping[str, int]], now: int) -> None:
        counted: dict[str, Counter[str]] = {}
        for sums in recent:
            for name, value in sums.items():
                what, at, carrier = name.partition("@")
                if at:
                    counted.setdefault(carrier, Counter())[what] += value
        self.states = await self._states()
        known = {name.decode() for name in await self._store.command("HKEYS", ops_keys.CARRIERS)}
        commands: list[tuple[Argument, ...]] = []
        for carrier in sorted(known | set(counted) | set(self.states)):
            numbers, states = counted.get(carrier, Counter()), self.states.get(carrier, {})
            key = ops_keys.carrier(carrier)
            fields = {name.decode() for name in await self._store.command("HKEYS", key)}
            if gone := sorted(fields - set(numbers) - set(states) - {"minutes", "at"}):
                commands.append(("HDEL", key, *gone))
            commands.append(("HSET", key, *flat(numbers), *flat(states), "minutes", self._minutes, "at", now))
            if numbers or carrier not in known:
                commands.append(("HSET", ops_keys.CARRIERS, carrier, now))
        await self._store.all(*commands)

    async def _states(self) -> dict[str, dict[str, str]]:
        states: dict[str, dict[str, str]] = {}
        for process in await self._board.processes():
            for carrier, capability, state in _breakers(process):
                seen = states.setdefault(carrier, {"paused": "0"})
                name = f"breaker:{capability}"
                seen[name] = max(seen.get(name, _WORSE[0]), state, key=_WORSE.index)
        for carrier in await self._board.pauses():
            states.setdefault(carrier, {})["paused"] = "1"
        return states


def _breakers(process: ProcessHealth) -> Iterable[tuple[str, str, str]]:
    for carrier, lines in process.carriers.items():
        for capability, line in lines.items():
            failed_long_ago = line.last_error_at is not None and process.at - line.last_error_at > _DOUBTED_MS
            yield carrier, capability, "closed" if line.state == "half_open" and failed_long_ago else line.state


async def audit_numbers(store: Store, now: int) -> dict[str, Argument]:
    """How much is sealed, and how long the oldest event that is not sealed has waited."""
    heads = await store.all(
        *(("HMGET", keys.audit_head(shard), "last", "events", "number") for shard in range(keys.SHARDS))
    )
    following = await store.all(
        *(
            ("XRANGE", keys.audit(shard), f"({last.decode()}" if last else "-", "+", "COUNT", 1)
            for shard, (last, *_) in enumerate(heads)
        )
    )
    waiting = [int(entries[0][0].split(b"-")[0]) for entries in following if entries]
    return {
        "audit_sealed": sum(int(events or 0) for _, events, _ in heads),
        "audit_segments": sum(int(number or 0) for _, _, number in heads),
        "audit_unsealed_age_ms": max(0, now - min(waiting)) if waiting else 0,
    }


def flat(values: Mapping[str, Any]) -> list[Any]:
    return [word for pair in values.items() for word in pair]
