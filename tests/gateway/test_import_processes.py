"""An import is several processes: what becomes of them, and of the lines, when it is stopped or one is killed."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bench.processes import children_of
from demo.customer import until
from gateway.store import keys
from gateway.store.connection import Store
from tests.gateway.installations import needed_settings
from tests.gateway.store.valkey_servers import Server, running, until_it_answers

LINES = 40_000


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with running(tmp_path / "server") as one:
        yield one


@pytest.fixture
async def store(server: Server) -> AsyncIterator[Store]:
    store = Store(server.url)
    await store.open()
    await until_it_answers(store)
    yield store
    await store.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "customers.csv"
    lines = (f"c-{n},individual,홍길동,1985-03-02,true,010-2000-{n % 10_000:04d}" for n in range(LINES))
    header = "customer_id,kind,name,birth_date,online_consent,number"
    file.write_text("\n".join([header, *lines]), encoding="utf-8")
    return file


@asynccontextmanager
async def importing(tmp_path: Path, server: Server, file: Path) -> AsyncIterator[Process]:
    """`bonin import` by two processes, in a group of its own as a shell starts it."""
    settings = needed_settings(tmp_path) | {"redis_url": server.url, "log_level": "error"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BONIN_")}
    words = (sys.executable, "-m", "gateway.cli", "import", str(file), "--by", "lee", "--processes", "2")
    environment = kept | {f"BONIN_{name.upper()}": str(value) for name, value in settings.items()}
    process = await asyncio.create_subprocess_exec(
        *words, env=environment, stdout=PIPE, stderr=PIPE, start_new_session=True
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def until_lines_are_done(file: Path) -> None:
    async def look() -> bool:
        return file.with_name(f"{file.name}.imported").exists()

    await until(look)


async def how_many_connections(store: Store) -> int:
    clients: bytes = await store.command("CLIENT", "LIST")
    return len(clients.splitlines())


async def how_many_customers(store: Store) -> int:
    return len({key async for some in store.scan("MATCH", keys.CUSTOMERS, "COUNT", 1000) for key in some})


async def test_no_process_outlives_an_import_that_is_killed(
    tmp_path: Path, server: Server, store: Store, file: Path
) -> None:
    async def nobody_else_is_connected() -> bool:
        return await how_many_connections(store) == 1

    async with importing(tmp_path, server, file) as process:
        await until_lines_are_done(file)
        assert not await nobody_else_is_connected()
        process.kill()
    assert process.returncode == -signal.SIGKILL
    await until(nobody_else_is_connected)


async def test_a_process_that_is_killed_ends_the_import_which_says_so(
    tmp_path: Path, server: Server, file: Path
) -> None:
    async with importing(tmp_path, server, file) as process:
        await until_lines_are_done(file)
        os.kill(children_of(process.pid)[0], signal.SIGKILL)
        _, told = await process.communicate()
    assert process.returncode == 1
    assert told.decode().splitlines()[-1] == f"{file}: A process of the import was killed: run it again."


async def test_an_import_that_is_interrupted_goes_on_from_there(
    tmp_path: Path, server: Server, store: Store, file: Path
) -> None:
    async with importing(tmp_path, server, file) as process:
        await until_lines_are_done(file)
        os.killpg(process.pid, signal.SIGINT)
        _, told = await process.communicate()
    assert process.returncode == 130
    assert told.decode().splitlines()[-1].startswith("Stopped: run it again, and it goes on from there.")
    async with importing(tmp_path, server, file) as process:
        said, _ = await process.communicate()
    assert process.returncode == 0
    assert "lines were imported before" in said.decode()
    assert await how_many_customers(store) == LINES
