"""One way into the store: commands of one event-loop tick travel together.

Callers await futures, which a connection settles as answers come. So a cancelled caller never leaves a half-read
reply on a connection, and a command is done at most once: a connection that fails in between fails each caller whose
answer it owed with `StoreUnavailable`, which says that the outcome is not known. So does an answer that must be
durable, when the replicas that should hold it have not said so in time.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Protocol
from weakref import WeakSet

from gateway.core.errors import StoreUnavailable
from gateway.core.tracing import within
from gateway.store.cluster import NO_PRIMARY, Cluster
from gateway.store.endpoint import Address, Endpoint
from gateway.store.installation import Installation
from gateway.store.node import Node
from gateway.store.refusals import NoScriptError
from gateway.store.scripts import Script
from gateway.store.slots import NOBODYS_SLOT, slot_of_key
from gateway.store.waiting import WaitingLine
from gateway.store.wire import Argument, Sent, pack

__all__ = ["Argument", "Store"]


class _Servers(Protocol):
    """One server or many."""

    def need_replicas(self, count: int) -> None: ...

    def ask(self, words: tuple[Argument, ...], durable: bool = False) -> asyncio.Future[Any]: ...

    def known_nodes(self) -> list[Node]: ...

    async def nodes(self) -> list[Node]: ...

    async def close(self) -> None: ...


class Store:
    """Runs commands and scripts. Raises `StoreUnavailable` when the store cannot be reached, or is asked too much."""

    def __init__(self, url: str, needed_replicas: int = 0) -> None:
        self.installation = Installation()
        """Once it is known, each connection that opens asks for it."""
        self._endpoint = replace(Endpoint.from_url(url), recognise=self.installation.require)
        self._needed_replicas = needed_replicas
        self._lines: WeakSet[WaitingLine] = WeakSet()
        self._named: Address | None = None
        """The primary that the sentinels named last."""

    async def open(self) -> None:
        """Connections open when the first command comes."""
        self._cluster = Cluster(self._endpoint, self._needed_replicas) if self._endpoint.seeds else None
        self._servers: _Servers = self._cluster or _Alone(self._endpoint, self._needed_replicas)

    async def close(self) -> None:
        await self._servers.close()

    @property
    def needed_replicas(self) -> int:
        """How many must hold what is durable before it is answered."""
        return self._needed_replicas

    @needed_replicas.setter
    def needed_replicas(self, count: int) -> None:
        self._needed_replicas = count
        self._servers.need_replicas(count)

    @property
    def cluster(self) -> Cluster | None:
        """What is known of the cluster, where the store is one."""
        return self._cluster

    async def is_in_doubt(self) -> None:
        """Come back when a command waits for a shard of the cluster that has moved; with one server, never."""
        in_doubt = asyncio.Event() if self._cluster is None else self._cluster.in_doubt
        await in_doubt.wait()
        in_doubt.clear()

    async def nodes(self) -> list[Node]:
        """Every server that takes writes: one, or the primaries of a cluster."""
        return await self._servers.nodes()

    def known_nodes(self) -> list[Node]:
        """The same, as far as it is known without asking; `StoreWatch` asks each second."""
        return self._servers.known_nodes()

    def hang_up(self, why: Exception) -> None:
        """Close all connections, so that each opens anew at a server that is recognised; what was sent fails."""
        for node in self.known_nodes():
            node.hang_up(why)
        for line in [*self._lines]:
            line.close()

    async def follow(self) -> None:
        """Leave a primary in whose place the sentinels name another: it may not know that for seconds, and takes writes
        that nobody will find."""
        if not self._endpoint.sentinels:
            return
        with contextlib.suppress(StoreUnavailable):  # as long as no sentinel answers nothing else is known
            named, before = await self._endpoint.primary(), self._named
            self._named = (named.host, named.port)
            if before not in (None, self._named):
                self.hang_up(StoreUnavailable("the sentinels name another primary"))

    def waiting_line(self, key: str | None = None) -> WaitingLine:
        """A connection of its own for reads that wait (streams, channels); the caller closes it.

        In a cluster it is to the node that has the key, or that of nobody's keys.
        """
        endpoint = self._endpoint
        if self._cluster is not None:
            slot = NOBODYS_SLOT if key is None else slot_of_key(key)
            endpoint = endpoint.found_by(partial(self._cluster.owner, slot))
        line = WaitingLine(endpoint)
        self._lines.add(line)
        return line

    async def command(self, *words: Argument) -> Any:
        """One command; the answer as the wire has it: bytes, int, list or None."""
        with within(f"store {words[0]!s}"):
            return await self._ask(words)

    async def run(
        self, script: Script, keys: Sequence[str], arguments: Sequence[Argument] = (), *, durable: bool = False
    ) -> Any:
        """One script. A store that has not seen it yet is taught it: NOSCRIPT means that nothing was done.

        What is `durable` must outlive a failover once it is answered.
        """
        with within(script.span):
            try:
                return await self._ask(("EVALSHA", script.sha, len(keys), *keys, *arguments), durable)
            except NoScriptError:
                return await self._ask(("EVAL", script.source, len(keys), *keys, *arguments), durable)

    async def all(self, *commands: tuple[Argument, ...]) -> list[Any]:
        """Several commands in one trip to each server; one that the store refuses raises."""
        with within("store commands"):
            asked = [self._ask(words) for words in commands]
            return [await answer for answer in asked]

    async def everywhere(self, *words: Argument) -> list[Any]:
        """One command to each server that takes writes."""
        with within(f"store {words[0]!s}"):
            asked = [node.ask(*words) for node in await self.nodes()]
            return [await answer for answer in asked]

    async def scan(self, *words: Argument) -> AsyncIterator[list[bytes]]:
        """The keys of all servers, some at a time; `words` as of SCAN, which may tell a key twice.

        What moves from one server to another meanwhile may be missed by both: then all are walked again. Raises
        `StoreUnavailable` also where nobody has a part of the keys: they may come back.
        """
        while True:
            nodes = await self.nodes()
            owners = self._cluster and self._cluster.layout.owners
            if owners and None in owners:
                raise StoreUnavailable(NO_PRIMARY)
            for node in nodes:
                cursor = b"0"
                while True:
                    cursor, found = await node.ask("SCAN", cursor, *words)
                    yield found
                    if cursor == b"0":
                        break
            if self._cluster is None or (await self._cluster.look()).owners == owners:
                return

    def _ask(self, words: tuple[Argument, ...], durable: bool = False) -> asyncio.Future[Any]:
        try:
            return self._servers.ask(words, durable)
        except UnicodeError:  # a word with a lone surrogate
            raise StoreUnavailable("a word of a command is no text: it has half of a surrogate pair") from None


class _Alone:
    """One server, or the one that sentinels name."""

    def __init__(self, endpoint: Endpoint, needed_replicas: int) -> None:
        self._node = Node(endpoint, needed_replicas)
        self._loop = asyncio.get_running_loop()

    def need_replicas(self, count: int) -> None:
        self._node.needed_replicas = count

    def ask(self, words: tuple[Argument, ...], durable: bool = False) -> asyncio.Future[Any]:
        sent = Sent(pack(words), self._loop.create_future())
        self._node.enqueue(sent, durable)
        return sent.future

    def known_nodes(self) -> list[Node]:
        return [self._node]

    async def nodes(self) -> list[Node]:
        return self.known_nodes()

    async def close(self) -> None:
        await self._node.close()
