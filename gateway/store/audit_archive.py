"""The archive of the audit: a directory with a file for each time that it was added to.

A file holds all segments since the file before, and ends with a head; so the files together are the whole audit,
and what is copied elsewhere stays as it is. A file is there whole or not at all.
"""

import fcntl
import gzip
import hashlib
import os
import zlib
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

import orjson

from gateway.core.audit.chain import line
from gateway.core.audit.records import AuditKeys, AuditSigner, Head, RecordKind, Removed, Unsigned, Why
from gateway.core.audit.verifying import Report, Verifier

_PREFIX, _SUFFIX = "audit-", ".ndjson.gz"
_REMOVED = "audit-removed.ndjson"
_A_YEAR_MS = 366 * 86_400_000
RUNS_IN_DOUBT = 30
"""How many runs delete nothing after the clock made a leap."""


class ArchiveRefused(Exception):
    """The archive cannot be used as it is; the message says why."""


class AuditArchive:
    """Not for two at a time: `locked` keeps others out."""

    def __init__(self, directory: Path, keys: AuditKeys) -> None:
        self._directory = directory
        self._unfinished = directory / ".unfinished"
        self._keys = keys

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Raises `ArchiveRefused` when another command adds to it, or it cannot be written to."""
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self._directory / ".lock", os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise ArchiveRefused(f"{self._directory}: {error.strerror}") from None
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ArchiveRefused(f"{self._directory}: another command is adding to it") from None
            yield
        finally:
            os.close(handle)

    def end(self) -> Head | None:
        """How far the archive goes; None when it is empty."""
        files = self._files()
        return self._head_of(files[-1]) if files else None

    async def add(self, lines: AsyncIterator[bytes]) -> tuple[Path, Report]:
        """Write a file, and verify it as it stands on the disk; one that does not verify is not kept."""
        before = self.end()
        with self._writing() as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as packed:
            async for one in lines:
                packed.write(one)
        report = self._verified(before)
        if report.faults or report.head is None:
            raise ArchiveRefused("\n".join(map(str, report.faults)))
        path = self._directory / f"{_PREFIX}{self._next_stamp(report.head.at)}{_SUFFIX}"
        self._put_in_place(path)
        return path, report

    def is_clock_doubtful(self) -> bool:
        """Whether one of the newest files is more than a year younger than the one before: that is no night, but may be
        a clock that went wrong, by which nothing should be deleted for good.

        More of them in a row do not make it right; so many runs leave time to read what they say.
        """
        times = [_ms(_stamp_of(path)) for path in self._files()[-RUNS_IN_DOUBT - 1 :]]
        return any(later - earlier > _A_YEAR_MS for earlier, later in pairwise(times))

    def forget(self, before: int, signer: AuditSigner, at: int) -> list[Path]:
        """Delete the files from before that time (ms), with a signed record in their place.

        The newest file stays: it says where the archive ends.
        """
        old = [path for path in self._files()[:-1] if path.name < f"{_PREFIX}{_stamp(before)}"]
        if old:
            shards = self._head_of(old[-1]).shards
            record = signer.removed(Removed(at, Why.RETENTION, shards))
            removed = line({RecordKind.REMOVED.value: record}) + b"\n"
            head = signer.head(Head(at, shards, hashlib.sha256(removed).hexdigest()))
            with self._writing() as file:
                file.write(removed + line({RecordKind.HEAD.value: head}) + b"\n")
            self._put_in_place(self._directory / _REMOVED)
            for path in old:
                path.unlink()
        return old

    @contextmanager
    def _writing(self) -> Iterator[BinaryIO]:
        """A file that only this user can read, and that is on the disk when the block ends."""
        handle = os.open(self._unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())

    def _put_in_place(self, path: Path) -> None:
        """And so it is after a power failure as well."""
        self._unfinished.rename(path)
        handle = os.open(self._directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def _verified(self, before: Head | None) -> Report:
        verifier = Verifier(self._keys)
        if before is not None:
            verifier.begin_after(before)
        feed_file(verifier, self._unfinished)
        return verifier.finish()

    def _files(self) -> list[Path]:
        return sorted(self._directory.glob(f"{_PREFIX}*{_SUFFIX}"))

    def _next_stamp(self, at: int) -> str:
        """Its time; or, where the clock was put back since, the ms after the file before: they sort as they follow."""
        files = self._files()
        last = _stamp_of(files[-1]) if files else ""
        return stamp if (stamp := _stamp(at)) > last else _stamp(_ms(last) + 1)

    def _head_of(self, path: Path) -> Head:
        try:
            with gzip.open(path) as lines:
                (last,) = deque(lines, maxlen=1)
            return self._keys.head(str(orjson.loads(last)[RecordKind.HEAD.value]))
        except (OSError, EOFError, ValueError, KeyError, TypeError, Unsigned):
            raise ArchiveRefused(f"{path}: does not end with a head that this installation signed") from None


def feed_file(verifier: Verifier, path: Path) -> None:
    """Every line of a file, packed or not. Raises `OSError` when it cannot be read."""
    with path.open("rb") as raw:
        is_packed = raw.read(2) == b"\x1f\x8b"
    number = 0
    try:
        with gzip.open(path) if is_packed else path.open("rb") as lines:
            for number, one in enumerate(lines, start=1):
                verifier.feed(one, f"{path}:{number}")
    except (EOFError, gzip.BadGzipFile, zlib.error):
        verifier.feed(b"", f"{path}:{number + 1}")
    verifier.end_of_file(str(path))


def files_of(path: Path) -> list[Path]:
    """The files to verify: this one, or those of an archive."""
    if path.is_dir():
        return sorted([*path.glob(f"{_PREFIX}*{_SUFFIX}"), *path.glob(_REMOVED)])
    return [path]


def _stamp(ms: int) -> str:
    """Sorts as the times do."""
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%Y%m%dT%H%M%S.%f}"[:-3] + "Z"


def _stamp_of(file: Path) -> str:
    return file.name.removeprefix(_PREFIX).removesuffix(_SUFFIX)


def _ms(stamp: str) -> int:
    """Raises `ArchiveRefused` when it is none: somebody gave the file another name."""
    try:
        return round(datetime.strptime(stamp, "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=UTC).timestamp() * 1000)
    except ValueError:
        raise ArchiveRefused(f"{_PREFIX}{stamp}{_SUFFIX}: give it back the name that it had, which is a time") from None
