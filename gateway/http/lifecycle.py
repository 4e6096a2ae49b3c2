"""Where the process stands between ready and gone."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from aiohttp import web


class Lifecycle:
    """`drain()` first, so that balancers look elsewhere; `close()` ends what would otherwise stay open."""

    def __init__(self) -> None:
        self.draining = False
        self.closing = asyncio.Event()

    def drain(self) -> None:
        """Stop being ready. Requests that still come are served."""
        self.draining = True

    def close(self) -> None:
        """End the streams and long polls: one that is open would hold the shutdown until its time-out."""
        self.draining = True
        self.closing.set()

    async def wait_unless_closing(self, waiting: Coroutine[Any, Any, None]) -> None:
        """Wait, but no longer than the process has."""
        waits = asyncio.ensure_future(waiting), asyncio.ensure_future(self.closing.wait())
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)


LIFECYCLE = web.AppKey("lifecycle", Lifecycle)
