"""The demo as a process of its own, to be stopped and killed."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from tests.faults.harness.processes import free_port


class DemoProcess:
    """`./run demo` without its set-up."""

    def __init__(self, directory: Path, *options: str, port: int = 0, carrier_port: int = 0) -> None:
        self.directory = directory
        self.greeting = ""
        self.port, self.carrier_port = port or free_port(), carrier_port or free_port()
        environment = os.environ | {"BONIN_PORT": str(self.port), "BONIN_CARRIER_PORT": str(self.carrier_port)}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "demo", "--dir", str(directory), *options],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def serve(self) -> dict[str, Any]:
        """Come back when it says that it serves; its credentials."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.greeting += line
            if line.startswith("Ctrl-C"):
                # What it still says must not fill the pipe.
                threading.Thread(target=self._process.stdout.read, daemon=True).start()
                credentials: dict[str, Any] = json.loads((self.directory / "credentials.json").read_bytes())
                return credentials
        raise AssertionError(self._process.communicate()[1])

    def stop_reading(self) -> None:
        """As `| head` does."""
        assert self._process.stdout is not None
        self._process.stdout.close()

    def store_pids(self) -> list[int]:
        """The servers that run with this data directory, whoever started them."""
        wanted = str(self.directory / "data" / "valkey.sock").encode()
        return [
            int(process.name)
            for process in Path("/proc").iterdir()
            if process.name.isdecimal() and wanted in _command_line(process)
        ]

    def kill_all(self) -> None:
        """As a power cut would: the process and its store, at once."""
        for pid in (self._process.pid, *self.store_pids()):
            os.kill(pid, signal.SIGKILL)
        self._process.wait(10)
        self._close()

    def kill(self) -> None:
        """The process alone; its store is left over."""
        self._process.kill()
        self._process.wait(10)
        self._close()

    def kill_store(self) -> None:
        """The store alone; the process lives on without it."""
        for pid in self.store_pids():
            os.kill(pid, signal.SIGKILL)

    def ask_to_stop(self, how: signal.Signals) -> None:
        self._process.send_signal(how)

    def ended(self, seconds: float) -> tuple[int, str]:
        """Its exit code, and what it said on stderr."""
        code = self._process.wait(seconds)
        assert self._process.stderr is not None
        return code, self._process.stderr.read()

    def end(self) -> None:
        """Leave nothing behind, whatever went wrong."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait(10)
        self._close()
        self.kill_store()

    def _close(self) -> None:
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()


def _command_line(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""
