"""Which node of a cluster has a shard, and whether its data came there without a loss (ADR 31).

A shard's record names the node that was accepted last: its replication id, which is another one after a restart and
after a promotion, and its configuration epoch, which grows before it takes a slot from anybody. The scripts that decide
something refuse to (TRYAGAIN) on any other, until somebody who has looked at all primaries has judged how the shard
came there. What was opened before survives if nothing can have been lost; doubt is a no.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from gateway.core.errors import StoreUnavailable
from gateway.store import keys
from gateway.store.connection import Store
from gateway.store.scripts import load
from gateway.store.standing import StoreStanding, standings_of

_log = structlog.get_logger(__name__)

_READ = load("read_lineage", "fence")
_ACCEPT = load("accept_node", "fence")
_SOON_SECONDS = 1.0
_LETTERS = 16
"""As many of a replication id count as the scripts look at."""


@dataclass(frozen=True, slots=True)
class Roll:
    """All primaries of a cluster at one time, by their replication ids, and the highest epoch that any knew of."""

    primaries: frozenset[str]
    epoch: int

    @classmethod
    def of(cls, standings: Sequence[StoreStanding]) -> "Roll":
        return cls(frozenset(one.identity[:_LETTERS] for one in standings), max(one.epoch for one in standings))

    def is_without_loss_since(self, before: "Roll", holder: str, epoch: int) -> bool:
        """Whether a shard can have come to `holder`, of this epoch, only from primary to primary, alive since `before`.

        A primary that was restarted, demoted or promoted has another id. One that was not there before, and had the
        shard in between, has raised the epoch when it took the shard, and `holder` has when it took it from there.
        """
        return holder in before.primaries and before.primaries <= self.primaries and epoch - before.epoch <= 1


@dataclass(frozen=True, slots=True)
class _Record:
    """`node` has the shard now; `accepted` had it when `roll` was called."""

    shard: int
    node: bytes
    accepted: bytes | None
    roll: Roll


def fence_of(store: Store, shard: int) -> tuple[str, ...]:
    """The key that a script which decides something needs beside its others: one in a cluster, else none."""
    return () if store.cluster is None else (keys.lineage(shard),)


class Lineage:
    """Judges what has moved. Any process may, and several at once: the first judgement stands."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.unjudged = {*range(keys.SHARDS)}
        """Shards at a node that is away, or that nobody could judge yet."""
        self._seen = set[int]()
        """Shards that had a record: one without has lost all that it had."""

    async def look(self) -> tuple[list[StoreStanding], set[int]]:
        """What the primaries say of themselves, and the shards whose open verifications are void.

        The order counts: first which node has each shard, then what all primaries say (ADR 31). Raises
        `StoreUnavailable` when no primary answers.
        """
        records = await asyncio.gather(*map(self._read, range(keys.SHARDS)))
        nodes = await self._store.nodes()
        standings = await standings_of(nodes)
        for node, standing in standings.items():
            node.see_replicas(standing.replicas_in_step)
        told, voided = list(standings.values()), set[int]()
        self.unjudged = {*range(keys.SHARDS)} - {one.shard for one in records if one and one.node == one.accepted}
        if len(told) == len(nodes):
            now = Roll.of(told)
            judged = await asyncio.gather(*(self._judge(one, now) for one in records if one is not None))
            voided = {shard for shard, is_void in judged if shard is not None and is_void}
            self.unjudged -= {shard for shard, _ in judged}
        return told, voided

    async def _read(self, shard: int) -> _Record | None:
        """Nothing while the shard's node is away."""
        try:
            async with asyncio.timeout(_SOON_SECONDS):
                node, accepted, epoch, roll = await self._store.run(_READ, (keys.lineage(shard),))
        except (StoreUnavailable, TimeoutError):
            return None
        return _Record(shard, node, accepted, Roll(frozenset((roll or b"").decode().split()), int(epoch or 0)))

    async def _judge(self, record: _Record, now: Roll) -> tuple[int | None, bool]:
        """The shard, if it is where it was accepted, and whether what was opened before that is void."""
        if record.accepted is not None:
            self._seen.add(record.shard)
        elif record.shard in self._seen:
            _log.error("shard_emptied", shard=record.shard)
        is_same = record.node == record.accepted
        if is_same and record.roll == now:
            return record.shard, False
        holder, _, epoch = record.node.decode().partition(":")
        keeps = is_same or (record.accepted is not None and now.is_without_loss_since(record.roll, holder, int(epoch)))
        words = (record.node, record.accepted or b"", now.epoch, " ".join(sorted(now.primaries)), "1" if keeps else "")
        try:
            answer = await self._store.run(_ACCEPT, (keys.lineage(record.shard),), words)
        except StoreUnavailable:
            return None, False
        is_accepted = answer == b"accepted"
        if is_accepted:
            self._seen.add(record.shard)
        return record.shard if is_accepted else None, is_accepted and not keeps
