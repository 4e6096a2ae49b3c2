"""Reading an answer from a server that may be anything, and never more of it than there is reason for."""

from aiohttp import StreamReader


async def read_at_most(content: StreamReader, most: int) -> bytes:
    """The whole answer. Raises ValueError when it has more bytes than `most`."""
    body = bytearray()
    async for chunk in content.iter_any():
        body += chunk
        if len(body) > most:
            raise ValueError("the answer is too long")
    return bytes(body)
