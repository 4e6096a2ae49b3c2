"""Clients that take all the time in the world: `python -m tests.faults.harness.slow_clients PORT COUNT`.

In a process of its own, so that it costs the measuring one nothing. Some never finish their head, some their
body, some never read what they are answered; when one is thrown out it comes back.
"""

import asyncio
import random
import sys

import uvloop

_HEAD = b"POST /v1/verifications HTTP/1.1\r\nHost: bonin\r\nContent-Type: application/json\r\n"
_STARTS = (
    b"GET / HTTP/1.1\r\nHost: bonin\r\nX-Slow: ",
    _HEAD + b"Content-Length: 4000\r\n\r\n{",
    _HEAD + b"Transfer-Encoding: chunked\r\n\r\n",
    b"GET /openapi.json HTTP/1.1\r\nHost: bonin\r\n\r\n" * 20,
)
_PACE = (0.5, 3.0)
"""Seconds between two bytes."""


async def _dawdle(port: int) -> None:
    while True:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
            start = random.choice(_STARTS)
            writer.write(start)
            while not writer.is_closing():
                await asyncio.sleep(random.uniform(*_PACE))
                writer.write(b"1\r\n \r\n" if start.endswith(b"chunked\r\n\r\n") else b" ")
                if reader.at_eof():
                    break
            writer.transport.abort()
        except OSError:
            await asyncio.sleep(random.uniform(*_PACE))


async def _main(port: int, count: int) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(count):
            group.create_task(_dawdle(port))
            await asyncio.sleep(0.001)


if __name__ == "__main__":
    uvloop.run(_main(int(sys.argv[1]), int(sys.argv[2])))
