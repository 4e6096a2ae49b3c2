"""Where privacyIDEA keeps its tokens: PostgreSQL, as its manual advises, and SQLite where there is none."""

import asyncio
import contextlib
import os
import pwd
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.processes import NotStarted, children_of, cpu_microseconds, cpu_of_ended_children, output, process

_DEBIAN = Path("/usr/lib/postgresql")
_PATIENCE_SECONDS = 60.0
_USER = "peer"
_COUNTED = "select coalesce(sum(calls), 0) from pg_stat_statements where query not like '%pg_stat_statements%'"


@dataclass(frozen=True, slots=True)
class Database:
    """A database that is running; without `pid` it is a file that the server's processes read and write."""

    name: str
    uri: str
    pid: int | None = None
    query: tuple[str, ...] = ()
    """The words that ask it one thing."""

    def cpu(self) -> float:
        """µs that its processes have used, those behind connections included, open and closed."""
        if self.pid is None:
            return 0.0
        used = cpu_microseconds(self.pid)
        for child in children_of(self.pid):
            # One that ends just now, as those that clean up do, is among the ended when they are counted.
            with contextlib.suppress(FileNotFoundError):
                used += cpu_microseconds(child)
        return used + cpu_of_ended_children(self.pid)

    async def statements(self) -> int | None:
        """How many SQL statements it has answered; None where nobody counts them."""
        return int(await output([*self.query, _COUNTED], dict(os.environ))) if self.query else None


def programs() -> Path | None:
    """The folder of PostgreSQL's programs: on the path, or where Debian puts them, the latest version."""
    if on_path := shutil.which("initdb"):
        return Path(on_path).resolve().parent
    found = sorted(_DEBIAN.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return found[-1].parent if found else None


@asynccontextmanager
async def database(folder: Path, postgres: Path | None) -> AsyncIterator[Database]:
    """A database of its own: with the programs in `postgres`, or without them a file in `folder`."""
    if postgres is None:
        yield Database("SQLite", f"sqlite:///{folder / 'privacyidea.sqlite'}")
        return
    # In a folder that another user can reach: PostgreSQL refuses to run as root.
    with tempfile.TemporaryDirectory(prefix="bonin-peer-") as place:
        as_whom = _as_nobody_special(Path(place))
        data = f"{place}/data"
        settings = ("--auth", "trust", "--username", _USER, "--encoding", "UTF8", "--no-locale")
        await output([*as_whom, str(postgres / "initdb"), "-D", data, *settings], dict(os.environ))
        # A unix socket in that folder and no port; the statements are counted by its own extension.
        listening = ("-k", place, "-c", "listen_addresses=", "-c", "shared_preload_libraries=pg_stat_statements")
        words = (*as_whom, str(postgres / "postgres"), "-D", data, *listening)
        query = (str(postgres / "psql"), "-qAt", "-h", place, "-U", _USER, "postgres", "-c")
        async with process(words, log=folder / "postgres.log") as started:
            await _until_answers(query)
            yield Database("PostgreSQL", f"postgresql+psycopg2://{_USER}@/postgres?host={place}", started.pid, query)


def _as_nobody_special(place: Path) -> tuple[str, ...]:
    """The words that start a program as another user than root, to whom `place` belongs then."""
    if os.geteuid() != 0:
        return ()
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    user = known.get("postgres") or known["nobody"]
    os.chown(place, user.pw_uid, user.pw_gid)
    return ("setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups")


async def _until_answers(query: tuple[str, ...]) -> None:
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while True:
            try:
                await output([*query, "create extension if not exists pg_stat_statements"], dict(os.environ))
            except NotStarted:
                await asyncio.sleep(0.1)
            else:
                return
