"""A connection of its own for reads that wait: a stream for its next entries, a channel for its next message.

One question at a time. Whoever stops waiting leaves an answer behind that nobody may take for theirs: the connection is
closed then, and the next question opens another.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from itertools import chain
from typing import Any, cast

import hiredis

from gateway.core.errors import StoreUnavailable
from gateway.store.endpoint import Endpoint
from gateway.store.refusals import ResponseError, away, error_of, is_out_of_service
from gateway.store.wire import Argument, pack

_OPENING_SECONDS = 5.0
_SILENCE_SECONDS = 5.0
"""How much longer than it was asked to wait a store may take, until it is given up."""
_LOOKED_EVERY_SECONDS = 15.0
"""A channel on which nothing was said for so long is asked whether it is still there."""
_MORE = object()


class WaitingLine:
    """Opens itself at a question; after a loss, at the next one. Raises `StoreUnavailable` when it is lost."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._answers: _Answers | None = None

    async def ask(self, *words: Argument, wait: float = 0.0) -> Any:
        """The answer to one command, which the store may hold back for `wait` seconds. Raises `ResponseError`."""
        answers = await self._open()
        try:
            async with asyncio.timeout(wait + _SILENCE_SECONDS):
                return await answers.ask(*words)
        except TimeoutError as error:
            self.close()
            raise StoreUnavailable from error
        except (asyncio.CancelledError, StoreUnavailable):
            self.close()
            raise

    async def listen(self, channel: str) -> AsyncGenerator[bytes | None]:
        """What is said on a channel; None first, when it is listened to: what was said before is missed."""
        answers = await self._open()
        try:
            answers.send("SUBSCRIBE", channel)
            while True:
                for heard in chain([await self._heard(answers)], answers.that_came_with_it()):
                    match heard:
                        case [b"subscribe", _, _]:
                            yield None
                        case [b"message", _, said]:
                            yield said
        except ResponseError as error:
            raise StoreUnavailable from error
        finally:
            self.close()

    def close(self) -> None:
        if self._answers is not None:
            self._answers.close()
            self._answers = None

    async def _heard(self, answers: "_Answers") -> Any:
        """The next that comes; a store that has nothing to say is asked for a sign of life."""
        try:
            async with asyncio.timeout(_LOOKED_EVERY_SECONDS):
                return await answers.next()
        except TimeoutError:
            answers.send("PING")
        try:
            async with asyncio.timeout(_SILENCE_SECONDS):
                return await answers.next()
        except TimeoutError as error:
            raise StoreUnavailable from error

    async def _open(self) -> "_Answers":
        if self._answers is not None:
            return self._answers
        opened = _Answers()
        try:
            async with asyncio.timeout(_OPENING_SECONDS):
                await self._endpoint.connect(opened)
                await self._endpoint.greet(opened.ask)
        except (OSError, TimeoutError, ResponseError) as error:
            opened.close()
            raise StoreUnavailable from error
        except BaseException:
            opened.close()
            raise
        self._answers = opened
        return opened


class _Answers(asyncio.Protocol):
    """One connection: what is sent over it, and what comes back, in order."""

    def __init__(self) -> None:
        self._reader = hiredis.Reader(replyError=error_of, notEnoughData=_MORE)
        self._come: asyncio.Queue[Any] = asyncio.Queue()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports have this shape and not this base.
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        try:
            self._reader.feed(data)
            while (answer := self._reader.gets()) is not _MORE:
                self._come.put_nowait(answer)
        except hiredis.ProtocolError as error:
            # No Redis speaks there.
            self._lose(error)

    def connection_lost(self, error: Exception | None) -> None:
        self._lose(error)

    def send(self, *words: Argument) -> None:
        if self._transport is not None:
            self._transport.write(pack(words))

    def that_came_with_it(self) -> Iterator[Any]:
        """What else is there by now, for which nobody has to wait. Raises as `next` does."""
        while not self._come.empty():
            yield self._good(self._come.get_nowait())

    async def ask(self, *words: Argument) -> Any:
        self.send(*words)
        return await self.next()

    async def next(self) -> Any:
        """Raises `ResponseError` for a refusal, and `StoreUnavailable` at the end or from a store out of service."""
        return self._good(await self._come.get())

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()
            self._transport = None

    def _good(self, answer: Any) -> Any:
        if isinstance(answer, Exception):
            if is_out_of_service(answer):
                raise away(answer)
            raise answer
        return answer

    def _lose(self, error: Exception | None) -> None:
        lost = StoreUnavailable()
        lost.__cause__ = error
        self._come.put_nowait(lost)
        self.close()
