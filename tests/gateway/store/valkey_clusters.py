"""A real cluster on loopback, that a test may take apart: three primaries, each with a replica."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from aiohttp.test_utils import unused_port
from redis import Redis
from redis.exceptions import RedisError, ResponseError

from gateway.store.shards import SLOTS, TAGS
from gateway.store.slots import slot_of_key
from tests.gateway.store.valkey_servers import Server, running

PRIMARIES = 3
_SETTINGS = (
    "--cluster-enabled", "yes", "--cluster-require-full-coverage", "no",
    "--cluster-replica-validity-factor", "0", "--appendonly", "yes", "--appendfsync", "no", "--save", "",
)  # fmt: skip
_PATIENCE_SECONDS = 60
_ATTEMPTS = 10


class Joining(Protocol):
    """What a node needs to have to be made part of a cluster."""

    port: int
    bus_port: int

    def say(self, *words: str | int) -> Any: ...


class ClusterNode:
    """One server, and what one says to it."""

    def __init__(self, server: Server, bus_port: int) -> None:
        self.server, self.port, self.bus_port = server, server.port, bus_port
        self._client = Redis(port=server.port)
        self.node_id = ""

    def say(self, *words: str | int | bytes) -> Any:
        return self._client.execute_command(*words)  # type: ignore[no-untyped-call]

    def answers(self) -> bool:
        try:
            return bool(self.say("PING"))
        except RedisError:
            return False

    def has_come_up_or_ended(self) -> bool:
        return self.server.has_ended or self.answers()

    def close(self) -> None:
        self._client.close()


class ClusterNodes:
    """`primaries` as they were at first, and the replica of each."""

    def __init__(self, nodes: list[ClusterNode]) -> None:
        self.primaries, self.replicas = nodes[:PRIMARIES], nodes[PRIMARIES:]
        self.url = "redis+cluster://" + ",".join(f"127.0.0.1:{node.port}" for node in self.primaries)

    def restart(self, meanwhile: Callable[[], None]) -> None:
        """All primaries at once, before anybody would take a replica for one."""
        for node in self.primaries:
            node.server.kill()
        meanwhile()
        for node in self.primaries:
            node.server.start()
        until(lambda: all(node.answers() and _is_ok(node) for node in self.primaries))

    def owner(self, shard: int) -> ClusterNode:
        """The primary that has a shard now, as the first node that answers knows it."""
        owner = self._owner_for(next(node for node in self.primaries + self.replicas if node.answers()), shard)
        assert owner is not None
        return owner

    def move(self, shard: int, target: ClusterNode) -> None:
        """Key by key, as Redis 7 and the tools for it move a slot."""
        slot, source = slot_of(shard), self.owner(shard)
        self.begin_to_move(shard, target)
        while keys := source.say("CLUSTER", "GETKEYSINSLOT", slot, 10):
            source.say("MIGRATE", "127.0.0.1", target.port, "", 0, 5000, "KEYS", *keys)
        for node in (target, source, *self.primaries):
            node.say("CLUSTER", "SETSLOT", slot, "NODE", target.node_id)
        self._until_agreed(shard, target)

    def begin_to_move(self, shard: int, target: ClusterNode) -> None:
        """Keys that are not there are looked for at the target from now on."""
        slot, source = slot_of(shard), self.owner(shard)
        target.say("CLUSTER", "SETSLOT", slot, "IMPORTING", source.node_id)
        source.say("CLUSTER", "SETSLOT", slot, "MIGRATING", target.node_id)

    def move_whole(self, shard: int, target: ClusterNode) -> None:
        """At once, as Valkey 9 does it."""
        slot, source = slot_of(shard), self.owner(shard)
        source.say("CLUSTER", "MIGRATESLOTS", "SLOTSRANGE", slot, slot, "NODE", target.node_id)
        self._until_agreed(shard, target)

    def leave_unowned(self, shard: int) -> None:
        """As when its slot was taken from nodes that are gone."""

        def is_unowned() -> bool:
            for node in self.primaries:
                with suppress(ResponseError):  # it has none to leave
                    node.say("CLUSTER", "DELSLOTS", slot_of(shard))
            return all(self._owner_for(node, shard) is None for node in self.primaries)

        until(is_unowned)

    def _until_agreed(self, shard: int, owner: ClusterNode) -> None:
        """Who has the shard, and in which epoch: a node that has not heard of that takes the same for its next slot."""
        until(lambda: all(self._owner_for(node, shard) is owner for node in self.primaries))
        until(lambda: len({_epoch_at(node) for node in self.primaries}) == 1)

    def _owner_for(self, asked: ClusterNode, shard: int) -> ClusterNode | None:
        for first, last, primary, *_ in asked.say("CLUSTER", "SLOTS"):
            if first <= slot_of(shard) <= last:
                return next(node for node in self.primaries + self.replicas if node.port == primary[1])
        return None


def slot_of(shard: int) -> int:
    return slot_of_key(f"{{{TAGS[shard]}}}")


@contextmanager
def a_cluster(directory: Path, node_timeout_ms: int = 20_000) -> Iterator[ClusterNodes]:
    """A node that says nothing for as long is replaced: longer than a slow machine stands still, or it is meant."""
    for attempt in range(_ATTEMPTS):
        with ExitStack() as stack:
            places = (directory / f"{attempt}-{number}" for number in range(2 * PRIMARIES))
            nodes = [_started(place, node_timeout_ms, stack) for place in places]
            for node in nodes:
                until(node.has_come_up_or_ended)
            if any(node.server.has_ended for node in nodes):
                continue
            _join(nodes)
            yield ClusterNodes(nodes)
            return
    raise AssertionError("no free ports")


def _started(directory: Path, node_timeout_ms: int, stack: ExitStack) -> ClusterNode:
    bus_port = unused_port()
    settings = (*_SETTINGS, "--cluster-port", str(bus_port), "--cluster-node-timeout", str(node_timeout_ms))
    server = stack.enter_context(running(directory, *settings))
    node = ClusterNode(server, bus_port)
    stack.callback(node.close)
    return node


def _join(nodes: list[ClusterNode]) -> None:
    for node in nodes:
        node.node_id = node.say("CLUSTER", "MYID").decode()
    introduce(nodes, PRIMARIES)
    until(lambda: all(_knows(node, len(nodes)) for node in nodes))
    pairs = list(zip(nodes[:PRIMARIES], nodes[PRIMARIES:], strict=True))
    for primary, replica in pairs:
        replica.say("CLUSTER", "REPLICATE", primary.node_id)
    until(lambda: all(replica.say("INFO", "replication")["master_link_status"] == "up" for _, replica in pairs))
    until_whole(nodes)


def introduce(nodes: Sequence[Joining], primaries: int) -> None:
    """Share all slots out among the first so many nodes, and tell all of each other."""
    for number, node in enumerate(nodes[:primaries]):
        low, high = -(-number * SLOTS // primaries), -(-(number + 1) * SLOTS // primaries) - 1
        node.say("CLUSTER", "ADDSLOTSRANGE", low, high)
        node.say("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
    for node in nodes[1:]:
        node.say("CLUSTER", "MEET", "127.0.0.1", nodes[0].port, nodes[0].bus_port)


def _knows(node: ClusterNode, count: int) -> bool:
    told = node.say("CLUSTER", "NODES").splitlines()
    return len(told) == count and not any(b"handshake" in line for line in told)


def _is_ok(node: Joining) -> bool:
    told = node.say("CLUSTER", "INFO")
    return b"cluster_state:ok" in told and b"cluster_size:3" in told


def _epoch_at(node: ClusterNode) -> str:
    told = str(node.say("CLUSTER", "INFO").decode())
    return told.partition("cluster_current_epoch:")[2].partition("\r")[0]


def until_whole(nodes: Sequence[Joining]) -> None:
    """Until every node sees an owner of every slot."""
    until(lambda: all(_is_ok(node) for node in nodes))


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)
