"""What happens on a connection before a request reaches the application, and when none ever does.

aiohttp by itself waits for a head, and for a client to read, as long as either takes. It answers bytes that are not
HTTP in plain text with what it could not read, and logs each as an error: a stranger could fill the log.
"""

import asyncio
import socket
from collections.abc import Coroutine
from typing import Any, cast

import structlog
from aiohttp import StreamReader, web
from aiohttp.http import RawRequestMessage
from aiohttp.web_protocol import RequestHandler

from gateway.core.errors import Refusal
from gateway.core.problems import Problem
from gateway.http.connections import HEAD_SECONDS, LARGEST_HEAD, READING_SECONDS, Connections
from gateway.http.dispatch import Api
from gateway.http.problems import problem_of_no_request, refuse
from gateway.http.whole_answer import WholeAnswer
from gateway.http.whole_request import Unfinished, WholeRequest, whole_request

_log = structlog.get_logger("gateway.http.access")

_BODY_IS_CLOSE_SECONDS = 0.1
"""How far behind its head a body may come for the two still to be read as one."""

_TCP_USER_TIMEOUT = getattr(socket, "TCP_USER_TIMEOUT", None)
"""Linux: the kernel gives up on a peer that takes nothing, also after we have closed (tcp(7))."""


class Connection(RequestHandler):
    """One connection. A request that comes whole is answered here, and any other by aiohttp's machinery."""

    __slots__ = (
        "_answering",
        "_api",
        "_body",
        "_connections",
        "_early",
        "_head",
        "_head_bytes",
        "_head_timer",
        "_heads",
        "_is_heard",
        "_pass_on_timer",
        "_reading_timer",
        "hears_no_more",
    )

    _answering: asyncio.Task[None] | None
    _body: StreamReader | None
    _head_timer: asyncio.TimerHandle | None
    _pass_on_timer: asyncio.TimerHandle | None
    _reading_timer: asyncio.TimerHandle | None

    def serving(self, api: Api | None, connections: Connections) -> "Connection":
        self._api, self._connections = api, connections
        self._answering = self._head_timer = self._pass_on_timer = self._reading_timer = None
        self._heads, self._body, self._head_bytes = 0, None, 0
        self._is_heard = self.hears_no_more = False
        self._early = self._head = b""
        return self

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport = cast(asyncio.Transport, transport)
        peer = transport.get_extra_info("peername")
        if not self._connections.admit(self, peer[0] if isinstance(peer, tuple) else ""):
            self._force_close = True
            transport.write(problem_of_no_request(Refusal(Problem.TOO_MANY_CONNECTIONS, retry_after=1)))
            transport.close()
            return
        super().connection_made(transport)
        bounded = transport.get_extra_info("socket")
        if _TCP_USER_TIMEOUT is not None and bounded is not None and bounded.family != socket.AF_UNIX:
            bounded.setsockopt(socket.IPPROTO_TCP, _TCP_USER_TIMEOUT, int(READING_SECONDS * 1000))
        self._head_timer = self._loop.call_later(HEAD_SECONDS, self._head_is_late)

    def connection_lost(self, exc: BaseException | None) -> None:
        self._connections.leave(self)
        for timer in (self._head_timer, self._pass_on_timer, self._reading_timer):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def close(self) -> None:
        """Serve no more than what is being served. aiohttp would keep an idle connection, and not read from it."""
        self._pass_on()
        is_idle = self._is_idle
        super().close()
        if is_idle and self.transport is not None:
            self.transport.close()

    def data_received(self, data: bytes) -> None:
        if self._answering is not None:
            # What comes before its turn waits, and its sender with it.
            self._early += data
            self._pause_transport_reading()
            return
        if self._is_idle and not self._head_bytes and not self._close:
            data = self._whole_or_left(self._head + data if self._head else data)
            if not data:
                return
        super().data_received(data)
        if self._request_count != self._heads:
            if self._body is not None and not isinstance(self._messages[-1][0], RawRequestMessage):
                self._break_off(self._body)
            self._heads, self._body = self._request_count, self._messages[-1][1]
            self._head_has_come()
        elif self._is_idle and data:
            self._head_goes_on(len(data))

    def _break_off(self, body: StreamReader) -> None:
        """What came goes on with no body and begins no request. aiohttp lets whoever reads a body wait for the rest."""
        is_to_be_read = self._current_request is not None or len(self._messages) > 1
        if is_to_be_read and not body.is_eof():
            body.set_exception(web.RequestPayloadError("no chunk"))
            body.feed_eof()

    def eof_received(self) -> bool:  # type: ignore[override]  # aiohttp closes whenever it is called
        """The client sends no more: it has left, or still reads (RFC 9112, 9.6).

        Requests are answered, unless the last of them that was read lacks a part of its body. An answer that is being
        sent already, such as an event stream, ends.
        """
        if not self._owes_an_answer:
            return False
        self.hears_no_more = True
        if self._messages:
            last, body = self._messages[-1]
            if isinstance(last, RawRequestMessage):  # else the connection closes with its answer anyway
                self._messages[-1] = last._replace(should_close=True), body
        elif not self._early:
            super().close()
        return True

    @property
    def _owes_an_answer(self) -> bool:
        if self._answering is not None:
            return True
        request = self._current_request
        has_begun = request is not None and request.writer.output_size > 0
        return not self._is_idle and not has_begun and self._body is not None and self._body.is_eof()

    def _whole_or_left(self, data: bytes) -> bytes:
        """What is left to aiohttp: nothing if a whole request is answered here, or its body is waited for."""
        if self._api is None or self.transport is None:
            return data
        request = whole_request(data, self.transport)
        if request is Unfinished.BODY:
            self._head = data
            if self._pass_on_timer is None:  # else a body that trickles would be waited for without end
                self._pass_on_timer = self._loop.call_later(_BODY_IS_CLOSE_SECONDS, self._pass_on)
            return b""
        self._take_head()
        answering = None if request is None else self._api.answer_to(request)
        if request is None or answering is None:
            return data
        self._head_has_come()
        self._answering = self._loop.create_task(self._answer(request, answering))
        return b""

    def _pass_on(self) -> None:
        """The body is long in coming: aiohttp takes over, which has the time limits for it."""
        if head := self._take_head():
            self._head_bytes = len(head)
            self.data_received(head)

    def _take_head(self) -> bytes:
        head, self._head = self._head, b""
        if self._pass_on_timer is not None:
            self._pass_on_timer.cancel()
            self._pass_on_timer = None
        return head

    async def _answer(self, request: WholeRequest, answering: Coroutine[Any, Any, WholeAnswer]) -> None:
        stays = False
        try:
            answer = await answering
            if self.transport is not None:
                self.transport.write(answer.on_the_wire(request))
                if self.writing_paused:
                    await self._drain_helper()
                stays = answer.keep_alive and not self._close
        except ConnectionError:
            pass  # the client is gone
        except Exception as error:
            _log.error("answer_not_sent", exc_info=error)
        finally:
            self._answering = None
            if stays:
                self._listen_on()
            else:
                self.force_close()

    def _listen_on(self) -> None:
        self._next_keepalive_close_time = self._loop.time() + self.keepalive_timeout
        if self._early:
            early, self._early = self._early, b""
            self._resume_transport_reading()
            self.data_received(early)
            if self.hears_no_more and not self.eof_received():
                self.force_close()

    def _process_keepalive(self) -> None:
        if self._answering is not None or self._head or self._head_bytes:
            self._next_keepalive_close_time = self._loop.time() + self.keepalive_timeout
        super()._process_keepalive()

    async def shutdown(self, timeout: float | None = 15.0) -> None:  # noqa: ASYNC109 - aiohttp's
        if self._answering is not None:
            await asyncio.wait([self._answering], timeout=timeout)
        if self._answering is not None:
            self._answering.cancel()
        await super().shutdown(timeout)

    def _head_has_come(self) -> None:
        self._head_bytes = 0
        if not self._is_heard:
            self._is_heard = True
            self._connections.hear(self)
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def resume_reading(self, resume_parser: bool = True) -> None:
        """Go on after a pause. aiohttp asks for it whenever a body was read, also where nothing had paused."""
        if self._reading_paused:
            super().resume_reading(resume_parser)

    def _head_goes_on(self, length: int) -> None:
        self._head_bytes += length
        if self._head_bytes > LARGEST_HEAD:
            self._end("large_head", Refusal(Problem.BAD_REQUEST))
        elif self._head_timer is None:
            self._head_timer = self._loop.call_later(HEAD_SECONDS, self._head_is_late)

    def _head_is_late(self) -> None:
        self._head_timer = None
        # Who sent nothing at all, as browsers that connect ahead do, is owed no answer.
        refusal = Refusal(Problem.HEAD_TOO_SLOW, values={"seconds": int(HEAD_SECONDS)})
        self._end("slow_head", refusal if self._head_bytes or self._is_heard else None)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._reading_timer = self._loop.call_later(READING_SECONDS, self._reads_too_slowly)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._reading_timer is not None:
            self._reading_timer.cancel()
            self._reading_timer = None

    def _reads_too_slowly(self) -> None:
        self._connections.count_closed("slow_reader")
        if self.transport is not None:
            self.transport.abort()

    @property
    def _is_idle(self) -> bool:
        """Between two requests, or before the first. After an answer the rest of an unread body may still come."""
        if self._messages or self._answering is not None:
            return False
        return not self._heads if self._waiter is None else not self._waiter.done()

    @property
    def waits_for_client(self) -> bool:
        request = self._current_request
        return self._is_idle if request is None else not request.content.is_eof()

    def give_way(self) -> None:
        if self.transport is not None:
            self.transport.abort()

    def _end(self, reason: str, refusal: Refusal | None) -> None:
        self._connections.count_closed(reason)
        if refusal is not None and self.transport is not None:
            self.transport.write(problem_of_no_request(refusal))
        self.force_close()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The answer to what never reached a handler; the connection then closes."""
        if isinstance(exc, ConnectionError):
            raise exc  # the client is gone, which is nothing for the log
        if status >= 500 or not isinstance(request, web.Request) or request.writer.output_size > 0:
            return super().handle_error(request, status, exc, message)
        return refuse(request)
