"""One server of a store: commands of one event-loop tick travel to it together."""

import asyncio
from typing import Any

from gateway.core.errors import StoreUnavailable
from gateway.store.endpoint import Endpoint
from gateway.store.refusals import TOO_FEW_REPLICAS
from gateway.store.wire import CLOSED, Argument, Held, Sent, Wire, fail, pack

_WIRES = 4
"""One is enough until it has to wait for replicas."""
_MOST_WAITING = 10_000
_REPLICA_MS = 1_000
"""How long replicas may take to say that they hold what was just written."""


class Node:
    """Raises `StoreUnavailable` when the server cannot be reached, or is asked too much.

    `needed_replicas` must hold what is durable before it is answered; where none is needed but some are in step, one
    of them must: one that still fetches what it is to hold, or hangs, would be waited for in vain. Whoever looks at the
    server tells how many are (`see_replicas`): while they are known to be too few, what must be durable is refused
    before it is sent.
    """

    def __init__(self, endpoint: Endpoint, needed_replicas: int = 0) -> None:
        self.endpoint = endpoint
        self.needed_replicas = needed_replicas
        self._good_replicas: int | None = None
        """None: nobody has looked yet."""
        # Where one finds that the server hangs, all are given up: whoever takes its place is found by connecting.
        self._wires = [Wire(endpoint, self.hang_up) for _ in range(_WIRES)]
        self._queue: list[Sent] = []
        self._durable: list[Sent] = []
        self._unanswered = 0
        """How many commands were sent and not answered when this tick asked for its first."""
        self._loop = asyncio.get_running_loop()

    @property
    def load(self) -> int:
        """How many commands wait for an answer."""
        return len(self._queue) + sum([wire.load for wire in self._wires])

    def see_replicas(self, good: int) -> None:
        """`good` ones hold all and have said so lately."""
        self._good_replicas = good

    async def close(self) -> None:
        fail(self._queue, CLOSED)
        self._queue, self._durable = [], []
        for wire in self._wires:
            await wire.close()

    def hang_up(self, why: Exception) -> None:
        for wire in self._wires:
            wire.hang_up(why)

    def ask(self, *words: Argument) -> asyncio.Future[Any]:
        """One command for this server alone; the answer as the wire has it."""
        sent = Sent(pack(words), self._loop.create_future())
        self.enqueue(sent)
        return sent.future

    def enqueue(self, sent: Sent, durable: bool = False) -> None:
        if durable and self._good_replicas is not None and self._good_replicas < self.needed_replicas:
            raise StoreUnavailable(TOO_FEW_REPLICAS)
        if not self._queue:
            self._unanswered = sum([wire.load for wire in self._wires])
        if len(self._queue) + self._unanswered >= _MOST_WAITING:
            raise StoreUnavailable(f"{_MOST_WAITING:,} commands wait for it already")
        if not self._queue:
            self._loop.call_soon(self._send)
        self._queue.append(sent)
        if durable:
            self._durable.append(sent)

    def _send(self) -> None:
        """Send what this tick asked for, as one batch."""
        batch, self._queue = self._queue, []
        durable, self._durable = self._durable, []
        holders = max(self.needed_replicas, min(self._good_replicas or 0, 1))
        if durable and holders:
            batch.append(Held(durable, holders, _REPLICA_MS))
        self._free_wire().send(batch)

    def _free_wire(self) -> Wire:
        """The first that does not wait for replicas: the fewer connections, the larger the batches."""
        for wire in self._wires:
            if not wire.waits_for_replicas:
                return wire
        return min(self._wires, key=lambda wire: wire.load)
