"""The directory of the embedded store: whose it is, what is in it, and whether all of the data is there."""

import contextlib
import fcntl
import hashlib
import os
import secrets
import tempfile
from pathlib import Path
from typing import IO

_LONGEST_SOCKET_PATH = 100
"""Bytes: Linux takes 107 and macOS 103 for the path of a unix socket."""

_LARGEST_EMPTY = 1024
"""Bytes. A store that has just been made has a base of about 90 and nothing else."""


class EmbeddedStoreFailed(Exception):
    """The embedded store could not be started; the message says what to do."""


class DataDirectoryInUse(EmbeddedStoreFailed):
    """Another gateway runs the store of this data directory."""


def refuse_half_a_store(data_dir: Path) -> None:
    """Refuse data without the list of the files that they are in, as a copy that was not whole leaves them.

    The server would begin an empty store over them: every lock and every used code would be forgotten. A server that
    was killed while it made its first files leaves no list either, and no data.
    """
    folder = data_dir / "appendonlydir"
    manifest = folder / "appendonly.aof.manifest"
    if not manifest.exists() and sum(file.stat().st_size for file in folder.glob("*")) > _LARGEST_EMPTY:
        raise EmbeddedStoreFailed(
            f"The data in {folder} are not whole: {manifest.name} is missing. Put all of a backup there, or set "
            "BONIN_DATA_DIR."
        )


def sweep_unfinished(data_dir: Path) -> None:
    """What servers that were killed were writing anew: as large as the data, read by nobody, and never erased."""
    for pattern in ("temp-*.aof", "temp-*.rdb"):
        for file in data_dir.glob(pattern):
            file.unlink(missing_ok=True)


def sizes_of_logs(data_dir: Path) -> dict[str, int]:
    """Bytes of each file that changes are appended to. A start cuts the last one where it ends amid one."""
    return {file.name: file.stat().st_size for file in (data_dir / "appendonlydir").glob("*.incr.aof")}


def take_lock(data_dir: Path) -> IO[str]:
    """Held while the file that comes back is open. Raises `DataDirectoryInUse` and OSError."""
    lock = (data_dir / "lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise DataDirectoryInUse(
            f"Another gateway is using the data directory {data_dir}: stop it, or set BONIN_DATA_DIR."
        ) from error
    return lock


def socket_path(data_dir: Path) -> Path:
    """In the data directory, or where its path is too long for a socket, in a private temporary one."""
    path = data_dir / "valkey.sock"
    if len(os.fsencode(path)) <= _LONGEST_SOCKET_PATH:
        return path
    name = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    return _private(Path(tempfile.gettempdir()) / f"bonin-{os.getuid()}-{name}") / "valkey.sock"


def _private(folder: Path) -> Path:
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if status.st_uid != os.getuid() or status.st_mode & 0o077 or folder.is_symlink():
        raise EmbeddedStoreFailed(f"{folder} is not private to this user: remove it, or set BONIN_DATA_DIR.")
    return folder


def ops_reader_password(data_dir: Path) -> str:
    """Of the store's account for dashboards, made on the first start. Only this user can read the file."""
    path = data_dir / "ops-reader-password"
    if not path.exists():
        _make_once(path, secrets.token_urlsafe(32))
    return path.read_text(encoding="utf-8")


def _make_once(path: Path, content: str) -> None:
    """The file is there whole or not at all, whoever ends meanwhile; of several who make it the first one's stays."""
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(content)
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(part)
    finally:
        part.unlink()
