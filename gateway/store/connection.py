"""One way into the store: commands of one event-loop tick travel together.

Callers await futures, which a connection settles as answers come. So a cancelled caller never leaves a half-read
reply on a connection, and a command is sent at most once: a connection that fails in between fails each caller whose
answer it owed with `StoreUnavailable`, which says that the outcome is not known. So does an answer that must be
durable, when the replicas that should hold it have not said so in time.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from gateway.core.errors import StoreUnavailable
from gateway.core.tracing import within
from gateway.store.endpoint import Endpoint
from gateway.store.refusals import NoScriptError
from gateway.store.scripts import Script
from gateway.store.waiting import WaitingLine
from gateway.store.wire import Argument, Held, Sent, Wire, fail, pack

__all__ = ["Argument", "Store"]

_WIRES = 4
"""One is enough until it has to wait for replicas."""
_MOST_WAITING = 10_000
_REPLICA_MS = 1_000
"""How long replicas may take to say that they hold what was just written."""


class Store:
    """Runs commands and scripts. Raises `StoreUnavailable` when the store cannot be reached, or is asked too much.

    `needed_replicas` must hold what is durable before it is answered; replicas that are there by chance are waited
    for as well, once `replicas` tells of them.
    """

    def __init__(self, url: str, needed_replicas: int = 0) -> None:
        self._url = url
        self.needed_replicas = needed_replicas
        self.replicas = 0
        self._wires = [Wire(Endpoint.from_url(url)) for _ in range(_WIRES)]
        self._queue: list[Sent] = []
        self._durable: list[Sent] = []
        self._unanswered = 0
        """What was sent and not answered when this tick began to ask."""

    async def open(self) -> None:
        """Connections open when the first command comes."""
        self._loop = asyncio.get_running_loop()

    async def close(self) -> None:
        fail(self._queue)
        self._queue, self._durable = [], []
        for wire in self._wires:
            await wire.close()

    def waiting_line(self) -> WaitingLine:
        """A connection of its own for reads that wait (streams, channels); the caller closes it."""
        return WaitingLine(Endpoint.from_url(self._url))

    async def command(self, *words: Argument) -> Any:
        """One command; the answer as the wire has it: bytes, int, list or None."""
        with within(f"store {words[0]!s}"):
            return await self._enqueue(words)

    async def run(
        self, script: Script, keys: Sequence[str], arguments: Sequence[Argument] = (), *, durable: bool = False
    ) -> Any:
        """One script. A store that has not seen it yet is taught it: NOSCRIPT means that nothing was done.

        What is `durable` must outlive a failover once it is answered.
        """
        with within(f"store {script.verb}"):
            try:
                return await self._enqueue(("EVALSHA", script.sha, len(keys), *keys, *arguments), durable)
            except NoScriptError:
                return await self._enqueue(("EVAL", script.source, len(keys), *keys, *arguments), durable)

    async def run_all(self, script: Script, calls: Sequence[tuple[Sequence[str], Sequence[Argument]]]) -> list[Any]:
        """One script for each of these keys and arguments, in one trip; one that the store refuses raises."""
        asked = [self._enqueue(("EVALSHA", script.sha, len(keys), *keys, *words)) for keys, words in calls]
        answers = []
        for answer, (keys, words) in zip(asked, calls, strict=True):
            try:
                answers.append(await answer)
            except NoScriptError:
                answers.append(await self._enqueue(("EVAL", script.source, len(keys), *keys, *words)))
        return answers

    async def all(self, *commands: tuple[Argument, ...]) -> list[Any]:
        """Several commands in one trip; one that the store refuses raises."""
        with within("store commands"):
            asked = [self._enqueue(words) for words in commands]
            return [await answer for answer in asked]

    def _enqueue(self, words: tuple[Argument, ...], durable: bool = False) -> asyncio.Future[Any]:
        if not self._queue:
            self._unanswered = sum([wire.load for wire in self._wires])
        if len(self._queue) + self._unanswered >= _MOST_WAITING:
            raise StoreUnavailable
        try:
            packed = pack(words)
        except UnicodeError:  # a word with a lone surrogate
            raise StoreUnavailable from None
        sent = Sent(packed, self._loop.create_future())
        if not self._queue:
            self._loop.call_soon(self._send)
        self._queue.append(sent)
        if durable:
            self._durable.append(sent)
        return sent.future

    def _send(self) -> None:
        """Send what this tick asked for, as one batch."""
        batch, self._queue = self._queue, []
        durable, self._durable = self._durable, []
        holders = max(self.needed_replicas, min(self.replicas, 1))
        if durable and holders:
            batch.append(Held(durable, holders, _REPLICA_MS))
        self._free_wire().send(batch)

    def _free_wire(self) -> Wire:
        """The first that does not wait for replicas: the fewer connections, the larger the batches."""
        for wire in self._wires:
            if not wire.waits_for_replicas:
                return wire
        return min(self._wires, key=lambda wire: wire.load)
