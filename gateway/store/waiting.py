"""A connection of its own for reads that wait: a stream for its next entries, channels for their next message.

One question at a time. Whoever stops waiting leaves an answer behind that nobody may take for theirs: the connection is
closed then, and the next question opens another.
"""

import asyncio
from collections.abc import AsyncGenerator, Collection
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
"""A store that has said nothing on any channel for so long is asked whether it is still there."""
_MORE = object()


class WaitingLine:
    """Opens itself at a question; after a loss, at the next one. Raises `StoreUnavailable` when it is lost."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._answers: _Answers | None = None
        self._closings = 0

    async def ask(self, *words: Argument, wait: float = 0.0) -> Any:
        """The answer to one command, which the store may hold back for `wait` seconds. Raises `ResponseError`."""
        answers = await self._open()
        try:
            async with asyncio.timeout(wait + _SILENCE_SECONDS):
                return await answers.ask(*words)
        except TimeoutError as error:
            self.close()
            raise away(error) from error
        except (asyncio.CancelledError, StoreUnavailable):
            self.close()
            raise

    async def listen(self, channels: Collection[str]) -> AsyncGenerator[tuple[str, bool]]:
        """A channel each time that something is said on it, and whether that is the first: that it is listened to.

        What was said before is missed. `channels` are those when the connection opens; `listen_also` and `leave` tell
        of others while it lasts, and do nothing while it does not.
        """
        answers = await self._open()
        try:
            if channels:
                answers.send("SSUBSCRIBE", *channels)
            while True:
                match await self._heard(answers):
                    case [b"ssubscribe", channel, _]:
                        yield channel.decode(), True
                    case [b"smessage", channel, _]:
                        yield channel.decode(), False
                    case [b"sunsubscribe", bytes(channel), _] if channel.decode() in channels:
                        # The shard has left this node, which refuses now; or somebody came back who had just left.
                        answers.send("SSUBSCRIBE", channel)
        except ResponseError as error:
            raise away(error) from error
        finally:
            self.close()

    def listen_also(self, channel: str) -> None:
        self._send("SSUBSCRIBE", channel)

    def leave(self, channel: str) -> None:
        self._send("SUNSUBSCRIBE", channel)

    def _send(self, *words: Argument) -> None:
        if self._answers is not None:
            self._answers.send(*words)

    def close(self) -> None:
        """A connection that just opens is left as well: it may lead to the wrong server."""
        self._closings += 1
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
            raise away(error) from error

    async def _open(self) -> "_Answers":
        if self._answers is not None:
            return self._answers
        opened, closings = _Answers(), self._closings
        try:
            async with asyncio.timeout(_OPENING_SECONDS):
                await self._endpoint.connect(opened)
                await self._endpoint.greet(opened.ask)
            if self._closings != closings:
                raise StoreUnavailable("the connection was closed while it opened")
        except (OSError, TimeoutError, ResponseError) as error:
            opened.close()
            raise away(error) from error
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
        self._come.put_nowait(away(error))
        self.close()
