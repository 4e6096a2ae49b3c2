"""A wire between two programs on this machine that can be cut, and led elsewhere."""

import asyncio
import contextlib


class Wire:
    """Listens on a port of its own and passes bytes on to `target`, a port on loopback."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.port = 0
        self._is_cut = False
        self._unanswered = b""
        self._server: asyncio.Server | None = None
        self._ends: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        self._drop()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self) -> None:
        """End every connection, and let no other one through."""
        self._is_cut = True
        self._drop()

    def mend(self, target: int | None = None) -> None:
        """Let connections through again, to another target when one is given."""
        self._is_cut = False
        if target is not None and target != self.target:
            self.target = target
            self._drop()

    def lose_the_answer_to(self, words: bytes) -> None:
        """What comes next with these words is carried out, and its connection ends in the place of the answer."""
        self._unanswered = words

    def _drop(self) -> None:
        for end in list(self._ends):
            end.transport.abort()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            if self._is_cut:
                return
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
            self._ends |= {writer, far_writer}
            answers = asyncio.create_task(_pass_on(far_reader, writer))
            try:
                unanswered = await self._pass_on_until_unanswered(reader, far_writer)
                if unanswered:
                    answers.cancel()
                    await asyncio.gather(answers, return_exceptions=True)
                    far_writer.write(unanswered)
                    far_writer.write_eof()
                    await far_reader.read()  # To its end: by then all is carried out.
                await asyncio.gather(answers, return_exceptions=True)
            finally:
                self._ends -= {writer, far_writer}
                answers.cancel()
                far_writer.transport.abort()
        except (OSError, asyncio.CancelledError):
            # Cut by `close`: asyncio would complain of a connection that ended so.
            pass
        finally:
            writer.transport.abort()
            self._tasks.discard(task)

    async def _pass_on_until_unanswered(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        """All that is asked, or until what is to stay unanswered: that is left to the caller."""
        with contextlib.suppress(ConnectionError):
            while chunk := await reader.read(65_536):
                if self._unanswered and self._unanswered in chunk:
                    self._unanswered = b""
                    return chunk
                writer.write(chunk)
                await writer.drain()
        writer.transport.abort()
        return b""


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while chunk := await reader.read(65_536):
            writer.write(chunk)
            await writer.drain()
    writer.transport.abort()
