"""The embedded store: a real valkey-server beside the gateway, that keeps what it acknowledged.

It listens on a unix socket that only this user can open, never on a port. A lock on the data directory
says whose it is: one that belongs to another gateway is left alone. A server left over from a crash of its
gateway is taken over as it runs, so that open verifications stay good; one of another version, with
other settings or that hangs is ended and started anew.
"""

import socket
import subprocess
import threading
import time
from pathlib import Path
from typing import IO

import structlog

from gateway.store.data_directory import (
    EmbeddedStoreFailed,
    refuse_half_a_store,
    sizes_of_logs,
    socket_path,
    sweep_unfinished,
    take_lock,
)
from gateway.store.left_over import end, is_there, left_over
from gateway.store.valkey_program import environment, program

_LOADING_SECONDS = 120.0
_STOPPING_SECONDS = 30.0
_LOOK_EVERY_SECONDS = 0.5
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
_LIVED_LONG_SECONDS = 60.0
"""A server that lived for so long is started anew at once when it dies."""

_log = structlog.get_logger(__name__)

_SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "appendonly": "yes",
    # The default, everysec, loses acknowledged verdicts when the process is killed.
    "appendfsync": "always",
    "auto-aof-rewrite-min-size": str(64 * 1024 * 1024),
    "maxmemory-policy": "noeviction",
    "save": "",
    "loglevel": "warning",
}


class EmbeddedStore:
    """Starts and stops one valkey-server whose data outlives it in `data_dir`."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir.resolve()
        self._lock: IO[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._taken_over: int | None = None
        self._socket = socket_path(self._data_dir)
        self._stopping = threading.Event()
        self._changing = threading.Lock()
        self._keeper: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Where a client finds it."""
        return f"unix://{self._socket}"

    @property
    def pid(self) -> int | None:
        """The server's process id, while it runs."""
        return self._process.pid if self._process else self._taken_over

    def start(self) -> None:
        """Come back when it answers. Blocks for about a tenth of a second; raises `EmbeddedStoreFailed`."""
        try:
            self._data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = take_lock(self._data_dir)
        except OSError as error:
            raise EmbeddedStoreFailed(
                f"The data directory {self._data_dir} cannot be used ({error.strerror}): set BONIN_DATA_DIR."
            ) from error
        self._stopping.clear()
        try:
            self._run()
        except EmbeddedStoreFailed:
            self.stop()
            raise

    def keep(self) -> None:
        """From here on start it anew when it ends by itself or is killed, until `stop`: what was open is void then."""
        self._keeper = threading.Thread(target=self._keep_running, name="embedded-store", daemon=True)
        self._keeper.start()

    def stop(self) -> None:
        """Shut down in order; what was acknowledged is on disk."""
        self._stopping.set()
        with self._changing:
            self._end_server()
        if self._keeper is not None:
            self._keeper.join()
            self._keeper = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _run(self) -> None:
        try:
            self._taken_over = left_over(self._socket, self._settings())
            if self._taken_over is None:
                self._socket.unlink(missing_ok=True)
                refuse_half_a_store(self._data_dir)
                sweep_unfinished(self._data_dir)
                found = sizes_of_logs(self._data_dir)
                self._process = self._spawn()
                self._wait_until_it_answers(self._process)
                self._tell_what_was_cut(found)
        except (OSError, TimeoutError) as error:
            self._end_server()
            raise EmbeddedStoreFailed(f"The embedded store did not start; its log is {self._log_file}.") from error

    def _tell_what_was_cut(self, found: dict[str, int]) -> None:
        """What a power cut leaves of the last change was answered to nobody; a broken disk may have taken more."""
        left = sizes_of_logs(self._data_dir)
        cut = sum(max(0, size - left.get(name, size)) for name, size in found.items())
        if cut:
            _log.warning("embedded_store_cut", bytes=cut, log=str(self._log_file))

    def _end_server(self) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(_STOPPING_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        if self._taken_over is not None:
            end(self._taken_over)
            self._taken_over = None

    def _keep_running(self) -> None:
        pause, began = _FIRST_PAUSE, time.monotonic()
        while not self._stopping.wait(_LOOK_EVERY_SECONDS):
            if self._is_running():
                continue
            if self.pid is not None:
                code = self._process.returncode if self._process else None
                _log.error("embedded_store_died", exit_code=code, log=str(self._log_file))
            if time.monotonic() - began > _LIVED_LONG_SECONDS:
                pause = _FIRST_PAUSE
            if self._stopping.wait(pause):
                return
            pause, began = min(pause * 2, _LONGEST_PAUSE), time.monotonic()
            self._run_again()

    def _run_again(self) -> None:
        with self._changing:
            if self._stopping.is_set():
                return
            self._process = self._taken_over = None
            try:
                # Nobody listens there: asking who is left over would load a client for nothing.
                self._socket.unlink(missing_ok=True)
                self._run()
            except EmbeddedStoreFailed as failed:
                _log.error("embedded_store_not_started", why=str(failed))

    def _is_running(self) -> bool:
        if self._process is not None:
            return self._process.poll() is None
        return self._taken_over is not None and is_there(self._taken_over)

    @property
    def _log_file(self) -> Path:
        return self._data_dir / "valkey.log"

    def _settings(self) -> dict[str, str]:
        return _SETTINGS | {"dir": str(self._data_dir), "unixsocket": str(self._socket)}

    def _spawn(self) -> subprocess.Popen[bytes]:
        words = [word for name, value in self._settings().items() for word in (f"--{name}", value)]
        with self._log_file.open("ab") as log:
            # In a session of its own: Ctrl-C is for the gateway, which still has requests to finish.
            return subprocess.Popen(  # noqa: S603
                [program(), *words], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=self._data_dir, start_new_session=True, umask=0o077, env=environment(),
            )  # fmt: skip

    def _wait_until_it_answers(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _LOADING_SECONDS
        while time.monotonic() < deadline:
            if process.poll() is not None or self._stopping.is_set():
                raise OSError("valkey-server ended")
            if _ping(self._socket):
                return
            time.sleep(0.01)
        raise TimeoutError


def _ping(path: Path) -> bool:
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(1.0)
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
    except OSError:
        return False
