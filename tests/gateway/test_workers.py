"""`bonin serve --workers`: processes on one port that come and go without a caller's noticing."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest
import redis

from gateway.running import PortTaken
from gateway.store.embedded import EmbeddedStore
from gateway.store.ops_reader import READER
from gateway.workers import Place, listening_sockets, worker_words
from tests.gateway.installations import needed_settings
from tests.gateway.worker_processes import is_running, until

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")


class Supervised:
    """`bonin serve --workers 2` in a process of its own, with its embedded store."""

    def __init__(self, directory: Path, **more: str) -> None:
        self._log = directory / "log"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("BONIN_")}
        given = {f"BONIN_{name.upper()}": value for name, value in needed_settings(directory).items()} | more
        self.data_dir = directory / "data"
        given |= {"BONIN_PORT": "0", "BONIN_DATA_DIR": str(self.data_dir)}
        words = [sys.executable, "-m", "gateway.cli", "serve", "--workers", "2"]
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(words, env=environment | given, stdout=log, stderr=log)

    def events(self, name: str) -> list[dict[str, Any]]:
        lines = self._log.read_bytes().splitlines()
        events = [orjson.loads(line) for line in lines if line.startswith(b"{") and line.endswith(b"}")]
        return [event for event in events if event["event"] == name]

    async def serving(self) -> str:
        """Its address, once both serve."""
        await until(lambda: bool(self.events("serving")))
        return f"http://127.0.0.1:{self.events('serving')[0]['port']}"

    def pids(self) -> list[int]:
        """Of every worker there was, in the order they came to serve."""
        return [event["pid"] for event in self.events("worker_serving")]


@asynccontextmanager
async def ended(running: Supervised) -> AsyncIterator[Supervised]:
    """Nothing of it is left, whatever became of the test."""
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.process.terminate()
        assert await asyncio.to_thread(running.process.wait, 60) in (0, -signal.SIGKILL)
        await until(lambda: not any(map(is_running, running.pids())))


@pytest.fixture
async def supervised(tmp_path: Path) -> AsyncIterator[Supervised]:
    async with ended(Supervised(tmp_path)) as running:
        yield running


class Callers:
    """Several that call without a pause, each time over a connection of its own; what they were answered."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.answers: Counter[int | str] = Counter()
        self._over = False

    async def call(self) -> None:
        connector = aiohttp.TCPConnector(force_close=True)
        async with aiohttp.ClientSession(connector=connector) as session:
            while not self._over:
                try:
                    async with session.get(f"{self._url}/livez") as answer:
                        self.answers[answer.status] += 1
                except aiohttp.ClientError as error:
                    self.answers[type(error).__name__] += 1

    async def during(self, happens: Callable[[], bool]) -> None:
        calling = [asyncio.create_task(self.call()) for _ in range(4)]
        try:
            await until(happens)
        finally:
            self._over = True
            await asyncio.gather(*calling)


async def test_a_rolling_restart_refuses_nobody(supervised: Supervised) -> None:
    callers = Callers(await supervised.serving())
    first = supervised.pids()
    supervised.process.send_signal(signal.SIGHUP)
    await callers.during(lambda: bool(supervised.events("workers_replaced")))
    assert set(callers.answers) == {200}
    assert len(supervised.pids()) == 4
    assert not any(map(is_running, first))


async def test_a_worker_that_is_killed_is_replaced(supervised: Supervised) -> None:
    url = await supervised.serving()
    killed, _ = supervised.pids()
    os.kill(killed, signal.SIGKILL)
    await until(lambda: len(supervised.pids()) == 3)
    assert [event["pid"] for event in supervised.events("worker_died")] == [killed]
    callers = Callers(url)
    await callers.during(lambda: callers.answers[200] >= 20)
    assert set(callers.answers) == {200}


def metrics_dir(pid: int) -> Path:
    words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    return Path(words[words.index("--metrics-path") + 1]).parent


async def test_workers_do_not_outlive_their_supervisor_nor_what_it_had_made_for_them(supervised: Supervised) -> None:
    await supervised.serving()
    shared = metrics_dir(supervised.pids()[0])
    assert shared.is_dir()
    supervised.process.kill()
    await until(lambda: not any(map(is_running, supervised.pids())))
    assert not shared.exists()
    # Its store does, for who takes it over.
    left_over = EmbeddedStore(supervised.data_dir)
    await asyncio.to_thread(left_over.start)
    left_over.stop()


async def test_a_terminal_that_closes_does_not_cut_the_stop_short(supervised: Supervised) -> None:
    await supervised.serving()
    supervised.process.terminate()
    await until(lambda: bool(supervised.events("stopping")))
    supervised.process.send_signal(signal.SIGHUP)
    assert await asyncio.to_thread(supervised.process.wait, 60) == 0


def test_a_worker_whose_supervisor_has_gone_meanwhile_says_so_in_one_sentence(tmp_path: Path) -> None:
    [listening] = listening_sockets("127.0.0.1", 0, 1)
    (ready, told), life = os.pipe(), os.open(os.devnull, os.O_RDONLY)
    given = {f"BONIN_{name.upper()}": value for name, value in needed_settings(tmp_path).items()}
    environment = os.environ | given | {"BONIN_DATA_DIR": str(tmp_path / "data")}
    memory = os.open(tmp_path / "memory", os.O_RDWR | os.O_CREAT)
    passed = (listening.fileno(), told, life, memory)
    words = worker_words(*Place(*passed, tmp_path / "gone" / "metrics.sock").words())
    with listening:
        ended = subprocess.run(words, env=environment, pass_fds=passed, check=False, capture_output=True, text=True)
    for end in (ready, told, life, memory):
        os.close(end)
    assert (ended.returncode, ended.stderr) == (1, "The supervisor of this process is gone.\n")


@pytest.mark.usefixtures("settings_of_an_empty_store")
async def test_a_successor_reads_anew_where_an_outside_store_is(tmp_path: Path, valkey_url: str) -> None:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "bonin_redis_url").write_text(valkey_url)
    async with ended(Supervised(tmp_path, BONIN_SECRETS_DIR=str(secrets))) as running:
        await running.serving()
        (secrets / "bonin_redis_url").write_text("nowhere")
        running.process.send_signal(signal.SIGHUP)
        await until(lambda: bool(running.events("worker_not_replaced") or running.events("workers_replaced")))
        assert running.events("worker_not_replaced")


async def test_dashboards_read_a_store_that_is_the_supervisors(supervised: Supervised) -> None:
    await supervised.serving()
    password = (supervised.data_dir / "ops-reader-password").read_text()
    socket_path = EmbeddedStore(supervised.data_dir).url.removeprefix("unix://")
    with redis.Redis(unix_socket_path=socket_path, username=READER, password=password) as reader:
        await until(lambda: reader.type("bonin:ops:live") == b"hash")
        with pytest.raises(redis.exceptions.NoPermissionError):
            reader.keys("*")


async def counted(url: str) -> dict[str, float]:
    """How many requests each worker counted, by its place."""
    pattern = r'bonin_http_request_seconds_count\{worker="(\d)",method="GET",route="/livez",status="2xx"\} (\S+)'
    async with aiohttp.ClientSession() as session, session.get(f"{url}/metrics") as answer:
        return {place: float(count) for place, count in re.findall(pattern, await answer.text())}


async def test_metrics_add_up_over_the_workers_and_outlive_those_that_are_replaced(supervised: Supervised) -> None:
    url = await supervised.serving()
    callers = Callers(url)
    await callers.during(lambda: callers.answers[200] >= 40)
    before = await counted(url)
    assert sum(before.values()) == callers.answers[200]

    os.kill(supervised.pids()[0], signal.SIGKILL)
    await until(lambda: len(supervised.pids()) == 3)
    killed = supervised.events("worker_died")[0]["place"]
    assert await counted(url) == {place: count for place, count in before.items() if place != str(killed)}


async def test_settings_that_will_not_do_stop_everything(tmp_path: Path) -> None:
    running = Supervised(tmp_path, BONIN_POLICY_DIR=str(tmp_path / "nothing"))
    assert await asyncio.to_thread(running.process.wait, 60) == 2
    assert not running.events("serving")


def test_a_port_that_another_program_has_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0), reuse_port=True) as other, pytest.raises(PortTaken):
        listening_sockets("127.0.0.1", other.getsockname()[1], 2)


def test_every_worker_listens_on_the_same_port() -> None:
    sockets = listening_sockets("127.0.0.1", 0, 3)
    assert len({one.getsockname() for one in sockets}) == 1
    for one in sockets:
        one.close()
