"""Connections over which a test sends what it likes, when it likes: no client library would."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

_PATIENCE_SECONDS = 30


class Line:
    """One connection to a gateway."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    def send(self, data: bytes) -> None:
        self._writer.write(data)

    def send_no_more(self) -> None:
        """As `nc -N` does; answers are still read."""
        self._writer.write_eof()

    @property
    def unsent(self) -> int:
        """Bytes that the gateway has not taken."""
        return self._writer.transport.get_write_buffer_size()

    async def until(self, end: bytes) -> bytes:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await self._reader.readuntil(end)

    async def answer(self) -> bytes:
        """One answer of a known length; the connection may stay open."""
        head = await self.until(b"\r\n\r\n")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return head + await self._reader.readexactly(int(length.partition(b":")[2]))

    async def rest(self) -> bytes:
        """All that comes until the gateway closes, also where more had been sent to it by then."""
        came = b""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            with suppress(ConnectionError):
                while part := await self._reader.read(65_536):
                    came += part
        return came

    def break_off(self) -> None:
        """Without a farewell, as a client that is killed."""
        now = struct.pack("ii", 1, 0)
        self._writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, now)
        self._writer.transport.abort()

    async def close(self) -> None:
        self._writer.close()
        with suppress(ConnectionError):
            await self._writer.wait_closed()


@asynccontextmanager
async def connected(address: tuple[str, int]) -> AsyncIterator[Line]:
    line = Line(*await asyncio.open_connection(*address))
    try:
        yield line
    finally:
        await line.close()


async def all_answers(address: tuple[str, int], sent: bytes) -> bytes:
    """All that comes back for this until the gateway closes the connection."""
    async with connected(address) as line:
        line.send(sent)
        return await line.rest()


async def until_read(address: tuple[str, int]) -> None:
    """What was sent before another connection is opened, and answered, has been read by then."""
    await all_answers(address, b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
