"""One connection to a store: commands out, answers in, in the same order.

It opens when the first command comes, and again after it was lost. What was given to it is answered or fails with
`StoreUnavailable`, which says that the outcome is not known; nothing is ever sent a second time. Whoever waits for an
answer may leave: the answer is read all the same, so that nobody gets another's (redis-py CVE-2023-28858).
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, cast

import hiredis

from gateway.core.errors import StoreUnavailable
from gateway.core.tasks import end
from gateway.store.endpoint import Endpoint
from gateway.store.refusals import ReadOnlyError, away, error_of, is_out_of_service

Argument = str | bytes | int

_OPENING_SECONDS = 5.0
_SILENCE_SECONDS = 5.0
"""A store that owes an answer and has said nothing for so long is given up."""
_LOOKED_EVERY_SECONDS = 1.0
_NOT_ON_REPLICAS = "replicas have not said in time that they hold what was written"
CLOSED = StoreUnavailable("this process has closed its connections")
_MORE = object()


def pack(words: tuple[Argument, ...]) -> bytes:
    """A command as the wire has it. UnicodeError for a word with a lone surrogate."""
    # hiredis declares a tuple of one, and takes any.
    packed: bytes = hiredis.pack_command(cast(Any, words))
    return packed


class Sent:
    """A command, packed for the wire, and who waits for its answer.

    One with a `holder` is not answered until that is: a WAIT, by which replicas say that they hold what was written.
    """

    __slots__ = ("answer", "future", "holder", "packed")

    def __init__(self, packed: bytes, future: asyncio.Future[Any]) -> None:
        self.packed = packed
        self.future = future
        self.holder: Held | None = None
        self.answer: object = None

    def take(self, answer: object) -> None:
        """The answer has come. A refusal needs no replicas: nothing was written."""
        self.answer = answer
        if self.holder is None or isinstance(answer, Exception):
            self.settle(answer)

    def settle(self, answer: object) -> None:
        future = self.future
        if future.done():
            return
        if not isinstance(answer, Exception):
            future.set_result(answer)
            return
        future.set_exception(away(answer) if is_out_of_service(answer) else answer)
        # Who was waiting may be gone; nobody needs to be told that.
        future.exception()


class Held(Sent):
    """The WAIT behind commands whose answers count only when `replicas` hold what they wrote."""

    __slots__ = ("_commands", "_replicas")

    def __init__(self, commands: Sequence[Sent], replicas: int, milliseconds: int) -> None:
        packed = pack(("WAIT", replicas, milliseconds))
        super().__init__(packed, asyncio.get_running_loop().create_future())
        self._commands, self._replicas = commands, replicas
        for command in commands:
            command.holder = self

    def take(self, answer: object) -> None:
        if isinstance(answer, int):
            self._release(None if answer >= self._replicas else StoreUnavailable(_NOT_ON_REPLICAS))
        super().take(answer)

    def settle(self, answer: object) -> None:
        if isinstance(answer, Exception):
            self._release(answer)
        super().settle(answer)

    def _release(self, why_not: Exception | None) -> None:
        """Answer what was held. A command that was sent elsewhere meanwhile is not held here any more."""
        for command in self._commands:
            if command.holder is self:
                command.settle(command.answer if why_not is None else away(why_not))


class Wire:
    """Sends batches, over a connection that opens itself."""

    def __init__(self, endpoint: Endpoint, silent: Callable[[Exception], None] = lambda why: None) -> None:
        """`silent` is told when the server was given up because it said nothing."""
        self._endpoint = endpoint
        self._silent = silent
        self._line: _Line | None = None
        self._opening: asyncio.Task[Exception | None] | None = None
        self._is_left = False
        """Whether the connection that opens was hung up."""
        self._unsent: list[Sent] = []
        self._held: Held | None = None
        self._is_closed = False

    @property
    def load(self) -> int:
        """How many commands wait for an answer."""
        return len(self._unsent) + (len(self._line.unanswered) if self._line else 0)

    @property
    def waits_for_replicas(self) -> bool:
        """Whether what is sent now is answered only after replicas have acknowledged something else."""
        return self._held is not None and not self._held.future.done()

    def send(self, batch: Sequence[Sent]) -> None:
        """Send all of it at once, or as soon as the connection is open."""
        if batch and isinstance(batch[-1], Held):
            self._held = batch[-1]
        if self._line is not None and self._line.is_open:
            self._line.write(batch)
        elif self._is_closed:
            fail(batch, CLOSED)
        else:
            self._unsent += batch
            if self._opening is None:
                self._opening = asyncio.create_task(self._open(), name="store-opening")
                self._opening.add_done_callback(self._opened)

    def hang_up(self, why: Exception) -> None:
        """What is sent from now on goes over another connection; one that just opens may lead to the wrong server."""
        if self._opening is not None:
            self._opening.cancel()
            self._is_left = True
            unsent, self._unsent = self._unsent, []
            fail(unsent, why)
        if self._line is not None:
            self._line.give_up(why)

    async def close(self) -> None:
        """Whoever still waits is told that the store is gone."""
        self._is_closed = True
        self.hang_up(CLOSED)
        if self._opening is not None:
            await end(self._opening)
        if self._line is not None:
            await self._line.gone.wait()

    async def _open(self) -> Exception | None:
        """Why it failed."""
        line = _Line(self._silent)
        try:
            async with asyncio.timeout(_OPENING_SECONDS):
                await self._endpoint.connect(line)
                await self._endpoint.greet(line.ask)
            self._line, unsent, self._unsent = line, self._unsent, []
            line.write(unsent)
        except StoreUnavailable as error:
            return cast(Exception, error.__cause__ or error)
        except Exception as error:
            return error
        finally:
            if self._line is not line:
                line.give_up()
                await line.gone.wait()
        return None

    def _opened(self, opening: "asyncio.Task[Exception | None]") -> None:
        """Over, in whatever way: a task that is cancelled before it begins does nothing itself. What came after the
        wire was hung up goes over the next connection; what came before that was never sent, and fails all the same."""
        self._opening, unsent, self._unsent = None, self._unsent, []
        is_left, self._is_left = self._is_left, False
        if is_left and unsent:
            self.send(unsent)
        else:
            fail(unsent, None if opening.cancelled() else opening.result())


class _Line(asyncio.Protocol):
    """One connection, from its opening to its loss."""

    def __init__(self, silent: Callable[[Exception], None]) -> None:
        self._silent = silent
        self.is_open = False
        self.gone = asyncio.Event()
        self.gone.set()
        self.unanswered: deque[Sent] = deque()
        self._loop = asyncio.get_running_loop()
        self._reader = hiredis.Reader(replyError=error_of, notEnoughData=_MORE)
        self._heard_at = 0.0
        self._look: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports have this shape and not this base.
        self._transport = cast(asyncio.Transport, transport)
        self.is_open = True
        self.gone.clear()

    def data_received(self, data: bytes) -> None:
        self._heard_at = self._loop.time()
        reader, unanswered = self._reader, self.unanswered
        try:
            reader.feed(data)
            while (answer := reader.gets()) is not _MORE:
                unanswered.popleft().take(answer)
                if isinstance(answer, ReadOnlyError):
                    # It is a replica now: the next connection may find the primary.
                    self.give_up(answer)
                    return
        except hiredis.ProtocolError as error:
            # No Redis speaks there.
            self.give_up(error)
        except IndexError:
            # It answers what nobody asked: nothing more from it can be trusted.
            self.give_up(StoreUnavailable("it answered what nobody had asked"))

    def connection_lost(self, error: Exception | None) -> None:
        self.give_up(error)
        self.gone.set()

    def write(self, batch: Sequence[Sent]) -> None:
        if not self.is_open:
            fail(batch)
            return
        if not self.unanswered:
            self._heard_at = self._loop.time()
        if self._look is None:
            self._look = self._loop.call_later(_LOOKED_EVERY_SECONDS, self._look_for_silence)
        self.unanswered.extend(batch)
        self._transport.write(b"".join([sent.packed for sent in batch]))

    async def ask(self, *words: Argument) -> Any:
        """One command by itself."""
        sent = Sent(pack(words), self._loop.create_future())
        self.write((sent,))
        return await sent.future

    def give_up(self, why: Exception | None = None) -> None:
        """Fail what was sent and not answered: its outcome is not known."""
        if self.is_open:
            self.is_open = False
            self._transport.abort()
        if self._look is not None:
            self._look.cancel()
            self._look = None
        lost, self.unanswered = self.unanswered, deque()
        fail(lost, why)

    def _look_for_silence(self) -> None:
        self._look = None
        if not self.unanswered:
            return
        if self._loop.time() - self._heard_at > _SILENCE_SECONDS:
            why = TimeoutError()
            self.give_up(why)
            self._silent(why)
        else:
            self._look = self._loop.call_later(_LOOKED_EVERY_SECONDS, self._look_for_silence)


def fail(batch: Iterable[Sent], why: Exception | None = None) -> None:
    """Tell everybody who still waits that the outcome is not known."""
    for sent in batch:
        sent.settle(away(why))
