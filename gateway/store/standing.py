"""What a server says of itself: which one it is, whether it keeps what it is told, and who else holds it."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from gateway.core.errors import StoreUnavailable
from gateway.store import keys
from gateway.store.connection import Store
from gateway.store.node import Node
from gateway.store.refusals import ResponseError, RightMissing, away
from gateway.store.shards import NOBODYS

T = TypeVar("T")

_SOON_SECONDS = 1.5
"""A server of several that says nothing for so long is left out: sooner than whoever asks how it stands gives up."""
_LAG_SECONDS = 10
"""A replica that has acknowledged nothing for longer is as good as gone; as Redis' `min-replicas-max-lag` has it."""
_KEEPS_NOTHING = (
    "The store keeps nothing on disk: a restart would lose customers, locks and the audit. Set `appendonly yes`"
)
_EVICTS = (
    "The store drops keys when its memory is full: customers, locks and the audit would be lost. Set "
    "`maxmemory-policy noeviction`"
)


@dataclass(frozen=True, slots=True)
class StoreStanding:
    """One server's. `appends`: each write goes to a file. `snapshots`: it does not, but all data does now and then."""

    identity: str
    is_primary: bool
    replicas_in_step: int
    """Who hold all and have said so lately."""
    appends: bool
    snapshots: bool
    evicts: bool
    """Whether it drops keys to make room: a lock, an attempt, a receipt that was redeemed."""
    epoch: int = 0
    """The highest configuration epoch of the cluster that it knows of."""

    def trouble(self, needed_replicas: int, *, may_forget: bool) -> str | None:
        """Why nobody should be sent to it, in a few words."""
        if not self.is_primary:
            return "a replica"
        if self.forgets and not may_forget:
            return "keys are dropped" if self.evicts else "nothing is kept"
        if self.replicas_in_step < needed_replicas:
            return f"{self.replicas_in_step} of {needed_replicas} replicas"
        return None

    @property
    def forgets(self) -> bool:
        """Whether a restart leaves nothing, or a full memory not all."""
        return self.evicts or not (self.appends or self.snapshots)


class ForgetfulStore(Exception):
    """The store does not keep what it is told; the message says what to do."""

    def __init__(self, standing: StoreStanding) -> None:
        super().__init__(
            f"{_EVICTS if standing.evicts else _KEEPS_NOTHING} there, or BONIN_ALLOW_FORGETFUL_STORE=true if that is "
            "what you want."
        )


async def standing_of(node: Node) -> StoreStanding:
    """Ask one server. Raises `StoreUnavailable`."""
    asked = [node.ask("INFO", section) for section in ("replication", "persistence", "memory", "cluster")]
    replication, persistence, memory, cluster = [_info(await told) for told in asked]
    appends = persistence.get("aof_enabled") == "1"
    in_cluster = cluster.get("cluster_enabled") == "1"
    return StoreStanding(
        identity=replication["master_replid"],
        is_primary=replication["role"] == "master",
        replicas_in_step=sum(map(_is_in_step, replication.items())),
        appends=appends,
        snapshots=not appends and await _takes_snapshots(node),
        evicts=memory.get("maxmemory", "0") != "0" and memory.get("maxmemory_policy") != "noeviction",
        epoch=int(_info(await node.ask("CLUSTER", "INFO"))["cluster_current_epoch"]) if in_cluster else 0,
    )


async def standings_of(nodes: Sequence[Node]) -> dict[Node, StoreStanding]:
    """Of those that answer soon. Raises `StoreUnavailable` when none does, as the last of them failed."""
    asked = [standing_of(node) for node in nodes]
    told = await asyncio.gather(*(map(_soon, asked) if len(asked) > 1 else asked), return_exceptions=True)
    standings, why = dict[Node, StoreStanding](), StoreUnavailable("it has no primary")
    for node, one in zip(nodes, told, strict=True):
        if isinstance(one, StoreStanding):
            standings[node] = one
        elif isinstance(one, StoreUnavailable):
            why = one
        else:
            raise one
    if not standings:
        raise why
    return standings


async def _soon(told: Awaitable[T]) -> T:
    try:
        async with asyncio.timeout(_SOON_SECONDS):
            return await told
    except TimeoutError as error:
        raise away(error) from error


def _is_in_step(told: tuple[str, str]) -> bool:
    """Of a line of INFO: whether it tells of a replica that has all and has lately said so."""
    name, value = told
    says = dict(one.split("=", 1) for one in value.split(",") if "=" in one)
    is_replica = name.startswith("slave") and says.get("state") == "online"
    return is_replica and 0 <= int(says["lag"]) <= _LAG_SECONDS


async def require_room(store: Store) -> None:
    """Have the store say whether it would take changes, by some that change nothing. Raises `StoreUnavailable`.

    In a cluster that is when most shards refuse.
    """
    if store.cluster is None:
        await _change_nothing(store, NOBODYS)
        return
    asked = (_soon(_change_nothing(store, shard)) for shard in range(keys.SHARDS))
    refused = [one for one in await asyncio.gather(*asked, return_exceptions=True) if one is not None]
    if len(refused) > keys.SHARDS // 2:
        raise refused[0]


async def _change_nothing(store: Store, shard: int) -> None:
    await store.command("SET", keys.never_there(shard), "", "XX")


def _info(told: bytes) -> dict[str, str]:
    lines = (line.partition(":") for line in told.decode().splitlines() if not line.startswith("#"))
    return {name: value for name, _, value in lines}


async def _takes_snapshots(node: Node) -> bool:
    try:
        _, rules = await node.ask("CONFIG", "GET", "save")
    except (ResponseError, RightMissing, ValueError):
        # Managed stores keep their configuration to themselves; then only what INFO tells counts.
        return False
    return bool(rules)
