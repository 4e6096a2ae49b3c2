"""Where the process stands between ready and gone."""

import asyncio

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


LIFECYCLE = web.AppKey("lifecycle", Lifecycle)
