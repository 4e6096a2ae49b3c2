"""A Redis Cluster: each command goes to the primary that has its slot.

A node that refuses because the slot is elsewhere (MOVED, ASK), or is just on its way (TRYAGAIN, CLUSTERDOWN), has done
nothing, so the command is sent again: to where the node says, or in a moment. Nothing else is ever sent twice.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

from gateway.core.errors import StoreUnavailable
from gateway.store.endpoint import Address, Endpoint
from gateway.store.node import Node
from gateway.store.refusals import ClusterDownError, ElsewhereError, MovedError, TryAgainError, away
from gateway.store.shards import SLOTS
from gateway.store.slots import slot_of
from gateway.store.topology import Claim, Layout, claims_in, settled
from gateway.store.wire import CLOSED, Argument, Sent, fail, pack

_PATIENCE_SECONDS = 3.0
"""How long a command that nobody could take is offered again."""
_AGAIN_AFTER_SECONDS = 0.02
_MOST_WAITING = 10_000
_MOST_HOPS = 5
"""Nodes that do not agree yet send a command to and fro; then it waits."""
_ASKED_SECONDS = 1.0
"""A node that has not said who has what by then is left out."""
NO_PRIMARY = "a shard of the cluster has no primary that is known"
_DISAGREE = "the nodes of the cluster do not agree on who has a shard"
_NOBODY = Layout((None,) * SLOTS, frozenset(), {})


class _Routed(Sent):
    """A command that finds its way."""

    __slots__ = ("_cluster", "hops", "is_durable", "slot", "until")

    def __init__(self, cluster: "Cluster", words: tuple[Argument, ...], slot: int, is_durable: bool) -> None:
        loop = asyncio.get_running_loop()
        super().__init__(pack(words), loop.create_future())
        self._cluster = cluster
        self.slot, self.is_durable, self.hops = slot, is_durable, 0
        self.until = loop.time() + _PATIENCE_SECONDS

    def take(self, answer: object) -> None:
        if isinstance(answer, ElsewhereError | TryAgainError | ClusterDownError) and not self.future.done():
            self.holder = None
            self._cluster.send_again(self, answer)
        else:
            super().take(answer)

    def settle(self, answer: object) -> None:
        if isinstance(answer, StoreUnavailable):
            self._cluster.doubt()
        super().settle(answer)


class Cluster:
    """Who has what is asked when a node cannot be reached or says that it has changed, and by whoever looks."""

    def __init__(self, endpoint: Endpoint, needed_replicas: int = 0) -> None:
        self._endpoint = endpoint
        self.needed_replicas = needed_replicas
        self._nodes: dict[Address, Node] = {}
        self._layout = _NOBODY
        self._waiting: set[_Routed] = set()
        self._looking: asyncio.Task[None] | None = None
        self._silence = StoreUnavailable(NO_PRIMARY)
        """Why the node that was asked last did not say who has what."""
        self._loop = asyncio.get_running_loop()
        self._is_closed = False
        self.in_doubt = asyncio.Event()
        """Set when a command waits that was refused: it may be for a shard whose new node nobody has accepted yet
        (`gateway.store.lineage`)."""

    @property
    def layout(self) -> Layout:
        return self._layout

    def need_replicas(self, count: int) -> None:
        self.needed_replicas = count
        for node in self._nodes.values():
            node.needed_replicas = count

    async def close(self) -> None:
        self._is_closed = True
        fail([*self._waiting], CLOSED)
        self._waiting.clear()
        for node in [*self._nodes.values()]:
            await node.close()
        if self._looking is not None:
            # It finds nobody to ask, and may be closing a node itself.
            await asyncio.wait((self._looking,))

    def ask(self, words: tuple[Argument, ...], durable: bool = False) -> asyncio.Future[Any]:
        sent = _Routed(self, words, slot_of(words), durable)
        self._route(sent)
        return sent.future

    def send_again(self, sent: _Routed, refused: Exception) -> None:
        """A node has refused, and done nothing."""
        try:
            if isinstance(refused, ElsewhereError) and refused.address[0] and sent.hops < _MOST_HOPS:
                sent.hops += 1
                node = self._at(refused.address)
                if isinstance(refused, MovedError):
                    self.look_soon()
                else:
                    node.ask("ASKING")
                node.enqueue(sent, sent.is_durable)
            else:
                self.look_soon()
                self.in_doubt.set()
                self._wait(sent, StoreUnavailable(_DISAGREE) if isinstance(refused, ElsewhereError) else refused)
        except StoreUnavailable as gone:
            sent.settle(gone)

    def known_nodes(self) -> list[Node]:
        """Every primary, as somebody found them last."""
        return [self._at(address) for address in sorted(self._layout.primaries)]

    async def nodes(self) -> list[Node]:
        """Every primary, as the cluster has them now. Raises `StoreUnavailable`."""
        await self.look()
        return self.known_nodes()

    async def owner(self, slot: int) -> Endpoint:
        """Raises `StoreUnavailable`."""
        address = (await self.look()).owners[slot]
        if address is None:
            raise StoreUnavailable(NO_PRIMARY)
        return self._endpoint.at(address, self._layout.names.get(address))

    async def look(self) -> Layout:
        """Ask who has what. Raises `StoreUnavailable` when no node says."""
        await asyncio.shield(self.look_soon())
        return self._layout

    def doubt(self) -> None:
        """Somebody could not be reached."""
        if not self._is_closed:
            self.look_soon()

    def look_soon(self) -> "asyncio.Task[None]":
        """The look that is under way, or one that begins; nobody needs to wait for it."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look(), name="store-cluster")
            self._looking.add_done_callback(lambda task: task.cancelled() or task.exception())
        return self._looking

    async def _look(self) -> None:
        claims = await self._claims(self._layout.primaries) or await self._claims(self._endpoint.seeds)
        if not claims:
            raise StoreUnavailable(
                f"no node of the cluster says who has what: {self._silence}"
            ) from self._silence.__cause__
        self._layout = settled(claims)
        await self._forget()

    async def _claims(self, asked: Iterable[Address]) -> list[Claim]:
        return [claim for told in await asyncio.gather(*map(self._told_by, asked)) for claim in told]

    async def _told_by(self, address: Address) -> list[Claim]:
        try:
            async with asyncio.timeout(_ASKED_SECONDS):
                return list(claims_in(await self._at(address).ask("CLUSTER", "NODES"), address[0]))
        except (StoreUnavailable, TimeoutError) as error:
            self._silence = error if isinstance(error, StoreUnavailable) else away(error)
            return []

    async def _forget(self) -> None:
        """Close what is no primary any more, once it owes nothing."""
        for address in [*self._nodes]:
            if address not in self._layout.primaries and not self._nodes[address].load:
                await self._nodes.pop(address).close()

    def _at(self, address: Address) -> Node:
        node = self._nodes.get(address)
        if node is None:
            if self._is_closed:
                raise away(CLOSED)
            endpoint = self._endpoint.at(address, self._layout.names.get(address))
            node = self._nodes[address] = Node(endpoint, self.needed_replicas)
        return node

    def _route(self, sent: _Routed) -> None:
        address = self._layout.owners[sent.slot]
        if address is None:
            self.look_soon()
            self._wait(sent, StoreUnavailable(NO_PRIMARY) if self._layout.primaries else self._silence)
        else:
            self._at(address).enqueue(sent, sent.is_durable)

    def _wait(self, sent: _Routed, why: Exception) -> None:
        if self._is_closed or len(self._waiting) >= _MOST_WAITING or self._loop.time() > sent.until:
            sent.settle(why)
            return
        self._waiting.add(sent)
        self._loop.call_later(_AGAIN_AFTER_SECONDS, self._offer, sent)

    def _offer(self, sent: _Routed) -> None:
        if sent in self._waiting:
            self._waiting.discard(sent)
            sent.hops = 0
            try:
                self._route(sent)
            except StoreUnavailable as gone:
                sent.settle(gone)
