"""Who keeps the workers: a place that one has left is filled again, whatever becomes of the others."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from gateway.workers import Supervisor, listening_sockets
from tests.gateway.worker_processes import children_of, is_running, until

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")

WORKER = """#!{python} -P
import os, signal, sys, time
given = dict(zip(sys.argv[1::2], sys.argv[2::2]))
while os.path.exists(sys.argv[0] + ".starts"):
    time.sleep(0.02)
if os.path.exists(sys.argv[0] + ".hangs"):
    open(sys.argv[0] + ".hung", "w").close()
else:
    os.write(int(given["--ready-fd"]), b"1")
    os.close(int(given["--ready-fd"]))
signal.pause()
"""


class Places:
    """A supervisor in this process, whose workers do nothing but say that they serve."""

    def __init__(self, program: Path, supervisor: Supervisor, logs: list[Any]) -> None:
        self.program, self._logs = program, logs
        self._running = asyncio.create_task(supervisor.run())

    def events(self, name: str) -> list[Any]:
        return [log for log in self._logs if log["event"] == name]

    def pids(self) -> list[int]:
        return [event["pid"] for event in self.events("worker_serving")]

    async def until(self, look: Callable[[], bool]) -> None:
        await until(lambda: look() or self._running.done())
        assert not self._running.done()

    async def stop(self) -> None:
        self._running.cancel()
        await asyncio.wait([self._running])


@asynccontextmanager
async def supervised(directory: Path, count: int) -> AsyncIterator[Places]:
    program = directory / "worker"
    program.write_text(WORKER.format(python=sys.executable))
    program.chmod(0o700)
    with ExitStack() as held:
        sockets = [held.enter_context(one) for one in listening_sockets("127.0.0.1", 0, count)]
        logs = held.enter_context(capture_logs())
        places = Places(program, Supervisor([str(program)], sockets, dict(os.environ), directory), logs)
        await places.until(lambda: bool(places.events("serving")))
        yield places
        await places.stop()
        assert not any(map(is_running, places.pids()))


@pytest.fixture
async def one_place(tmp_path: Path) -> AsyncIterator[Places]:
    async with supervised(tmp_path, 1) as places:
        yield places


@pytest.fixture
async def two_places(tmp_path: Path) -> AsyncIterator[Places]:
    async with supervised(tmp_path, 2) as places:
        yield places


async def test_a_place_is_filled_again_once_a_process_can_be_started_again(one_place: Places) -> None:
    away = one_place.program.rename(one_place.program.with_name("away"))
    os.kill(one_place.pids()[0], signal.SIGKILL)
    await one_place.until(lambda: bool(one_place.events("worker_not_replaced")))
    away.rename(one_place.program)
    await one_place.until(lambda: len(one_place.pids()) == 2)


async def test_a_place_that_a_rolling_restart_filled_is_not_filled_again_for_the_worker_that_had_died(
    one_place: Places,
) -> None:
    os.kill(one_place.pids()[0], signal.SIGKILL)
    await one_place.until(lambda: bool(one_place.events("worker_died")))
    os.kill(os.getpid(), signal.SIGHUP)
    await one_place.until(lambda: bool(one_place.events("workers_replaced")))
    # Whoever is there now is the one that is kept, and the only one.
    kept = one_place.pids()[-1]
    os.kill(kept, signal.SIGKILL)
    await one_place.until(lambda: kept in [event["pid"] for event in one_place.events("worker_died")])
    await one_place.until(lambda: one_place.pids()[-1] != kept)
    assert children_of(os.getpid(), one_place.program) == [one_place.pids()[-1]]


async def test_a_worker_that_dies_while_its_successor_starts_is_told_and_one_that_is_replaced_is_not(
    one_place: Places,
) -> None:
    died = one_place.pids()[0]
    starts = one_place.program.with_name("worker.starts")
    starts.touch()
    os.kill(os.getpid(), signal.SIGHUP)
    await one_place.until(lambda: len(children_of(os.getpid(), one_place.program)) == 2)
    os.kill(died, signal.SIGKILL)
    await one_place.until(lambda: not is_running(died))
    starts.unlink()
    await one_place.until(lambda: bool(one_place.events("workers_replaced")))
    os.kill(os.getpid(), signal.SIGHUP)
    await one_place.until(lambda: len(one_place.events("workers_replaced")) == 2)
    await one_place.until(lambda: not any(map(is_running, one_place.pids()[:-1])))
    assert [event["pid"] for event in one_place.events("worker_died")] == [died]


async def test_whoever_stops_in_the_midst_of_a_replacement_leaves_neither_behind(one_place: Places) -> None:
    hangs = one_place.program.with_name("worker.hangs")
    hangs.touch()
    os.kill(os.getpid(), signal.SIGHUP)
    await one_place.until(lambda: len(children_of(os.getpid(), one_place.program)) == 2)
    await one_place.stop()
    assert children_of(os.getpid(), one_place.program) == []


async def test_a_place_is_filled_while_what_was_started_for_another_hangs(two_places: Places) -> None:
    first, second = two_places.pids()
    hangs = two_places.program.with_name("worker.hangs")
    hangs.touch()
    os.kill(first, signal.SIGKILL)
    await two_places.until(two_places.program.with_name("worker.hung").exists)
    hangs.unlink()
    os.kill(second, signal.SIGKILL)
    await two_places.until(lambda: len(two_places.pids()) == 3)
    assert not two_places.events("worker_not_replaced")
