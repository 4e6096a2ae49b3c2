"""Clients that take all the time in the world: `python -m tests.faults.harness.slow_clients PORT COUNT`, key on stdin.

In a process of its own, so that it costs the measuring one nothing. Some never finish their head, some their
body, some never read what they are answered; when one is thrown out it comes back.
"""

import asyncio
import random
import socket
import sys

_PACE = (0.5, 3.0)
"""Seconds between two bytes."""
_WINDOW = 4096
"""Bytes that a client takes before it has read: more than that waits at the gateway."""


def _starts(key: str) -> tuple[bytes, ...]:
    """How requests begin that then take their time. Without a good key a body would not be waited for."""
    head = f"Host: bonin\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n".encode()
    return (
        b"GET / HTTP/1.1\r\nHost: bonin\r\nX-Slow: ",
        b"POST /v1/verifications HTTP/1.1\r\n" + head + b"Content-Length: 4000\r\n\r\n{",
        b"POST /v1/verifications HTTP/1.1\r\n" + head + b"Transfer-Encoding: chunked\r\n\r\n",
        b"GET /openapi.json HTTP/1.1\r\nHost: bonin\r\n\r\n",
    )


async def _dawdle(port: int, starts: tuple[bytes, ...]) -> None:
    while True:
        try:
            reader, writer = await asyncio.open_connection(sock=await _connected(port), limit=_WINDOW // 4)
            start = random.choice(starts)
            writer.write(start)
            while not (writer.is_closing() or reader.at_eof()):
                writer.write(b"1\r\n \r\n" if start.endswith(b"chunked\r\n\r\n") else b" ")
                await asyncio.sleep(random.uniform(*_PACE))
            writer.transport.abort()
        except OSError:
            await asyncio.sleep(random.uniform(*_PACE))


async def _connected(port: int) -> socket.socket:
    dawdler = socket.socket()
    dawdler.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _WINDOW)
    dawdler.setblocking(False)
    await asyncio.get_running_loop().sock_connect(dawdler, ("127.0.0.1", port))
    return dawdler


async def _main(port: int, count: int, key: str) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(count):
            group.create_task(_dawdle(port, _starts(key)))
            await asyncio.sleep(0.001)


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]), int(sys.argv[2]), sys.stdin.readline().strip()))
