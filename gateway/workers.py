"""Several gateway processes on one port: a supervisor, a listening socket for each, and a new process for each lost.

The sockets are the supervisor's, one for each place, all on the same port (SO_REUSEPORT): the kernel spreads callers
over them. A process that takes a place over takes its socket over as well, so that whoever waits in its queue is
served and not refused.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import structlog

from gateway.core.tasks import end
from gateway.running import BACKLOG, AddressRefused, cannot_listen

_READY_SECONDS = 60.0
_STOPPING_SECONDS = 40.0
"""A gateway gives requests and then deliveries 10 s each; one that takes longer hangs."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
_LIVED_LONG_SECONDS = 60.0
"""A process that lived for so long is replaced at once when it dies."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """What a worker is told of its place.

    It listens on the socket `listen_fd`, says through `ready_fd` that it serves, shares the memory `memory_fd` with its
    siblings, tells them its metrics at `metrics_path` and finds theirs beside it, and stops when the other end of
    `life_fd` is closed: its supervisor is gone.
    """

    listen_fd: int
    ready_fd: int
    life_fd: int
    memory_fd: int
    metrics_path: Path

    def words(self) -> list[str]:
        """As `bonin serve` takes them."""
        return ["--listen-fd", str(self.listen_fd), "--ready-fd", str(self.ready_fd), "--life-fd", str(self.life_fd),
                "--memory-fd", str(self.memory_fd), "--metrics-path", str(self.metrics_path)]  # fmt: skip

    def watch_over(self) -> None:
        """Stop in order when the supervisor is gone, however it went."""
        loop = asyncio.get_running_loop()

        def stop() -> None:
            loop.remove_reader(self.life_fd)
            # Nobody else is left to take it away; what a sibling still has in it may be gone by then.
            shutil.rmtree(self.metrics_path.parent, ignore_errors=True)
            os.kill(os.getpid(), signal.SIGTERM)

        loop.add_reader(self.life_fd, stop)

    def tell_ready(self) -> None:
        os.write(self.ready_fd, b"1")
        os.close(self.ready_fd)


class NotServing(AddressRefused):
    """A worker could not be started, or ended before it served; then it has said why."""


def listening_sockets(host: str, port: int, count: int) -> list[socket.socket]:
    """`count` sockets on one port. Raises `PortTaken` or `AddressRefused`."""
    sockets: list[socket.socket] = []
    try:
        # Without SO_REUSEPORT first: another program's workers would let us in among them.
        with socket.create_server((host, port), family=_family(host)) as probe:
            port = probe.getsockname()[1]
        for _ in range(count):
            opened = socket.create_server((host, port), family=_family(host), reuse_port=True, backlog=BACKLOG)
            sockets.append(opened)
    except OSError as error:
        for opened in sockets:
            opened.close()
        raise cannot_listen(host, port, error) from None
    return sockets


class Supervisor:
    """Keeps a worker in each place until it is cancelled."""

    def __init__(
        self, words: list[str], sockets: list[socket.socket], environment: Mapping[str, str], metrics_dir: Path
    ) -> None:
        self._words = words
        self._sockets = sockets
        self._environment = environment
        self._metrics_dir = metrics_dir
        self._workers: dict[int, asyncio.subprocess.Process] = {}
        """By their place."""
        self._leaving: asyncio.subprocess.Process | None = None
        self._replaced = set[asyncio.subprocess.Process]()
        """Those that were asked to stop, since their successor serves."""
        self._rolling = asyncio.Lock()
        self._filling = [asyncio.Lock() for _ in sockets]
        """One for each place: what is started for one may take long, or hang, and holds up no other."""
        self._life, self._alive = os.pipe()
        self._memory = _shared_memory()

    async def run(self) -> int:
        """Serve until cancelled; at SIGHUP replace the workers one after the other. Raises `NotServing`."""
        loop = asyncio.get_running_loop()
        rolling: set[asyncio.Task[None]] = set()

        def roll() -> None:
            task = loop.create_task(self._roll())
            rolling.add(task)
            task.add_done_callback(rolling.discard)

        loop.add_signal_handler(signal.SIGHUP, roll)
        keeping: list[asyncio.Task[None]] = []
        try:
            async with self._rolling:
                await asyncio.gather(*(self._start(place) for place in range(len(self._sockets))))
            port = self._sockets[0].getsockname()[1]
            _log.info("serving", port=port, workers=len(self._sockets))
            keeping = [asyncio.create_task(self._keep(place)) for place in range(len(self._sockets))]
            await asyncio.gather(*keeping)
        finally:
            # Not removed: a terminal that closes meanwhile would end this process before its workers and its store.
            loop.add_signal_handler(signal.SIGHUP, lambda: None)
            await end(*keeping, *rolling)
            await asyncio.gather(*(self._stop(worker) for worker in (*self._workers.values(), self._leaving)))
            for fd in (self._life, self._alive, self._memory):
                os.close(fd)
        return 0

    async def _start(self, place: int) -> None:
        """Start a worker in this place, and wait until it serves. Raises `NotServing`."""
        ready, told = os.pipe()
        try:
            worker = self._workers[place] = await self._spawn(place, told)
            if not await _one_byte(ready):
                await self._stop(worker)
                raise NotServing(f"A worker ended before it served (exit code {worker.returncode}).")
        finally:
            os.close(ready)
        _log.info("worker_serving", place=place, pid=worker.pid)

    async def _spawn(self, place: int, told: int) -> asyncio.subprocess.Process:
        """A process that alone holds `told`, where it says that it serves. Raises `NotServing`."""
        listen_fd = self._sockets[place].fileno()
        metrics_path = self._metrics_dir / f"{place}.sock"
        words = [*self._words, *Place(listen_fd, told, self._life, self._memory, metrics_path).words()]
        passed = (listen_fd, told, self._life, self._memory)
        try:
            return await asyncio.create_subprocess_exec(*words, env=self._environment, pass_fds=passed)
        except OSError as error:
            raise NotServing(f"A worker could not be started: {error.strerror or error}.") from None
        finally:
            os.close(told)

    async def _keep(self, place: int) -> None:
        """Replace this place's worker whenever it dies; after a longer pause each time, unless it had lived long."""
        loop, pause = asyncio.get_running_loop(), _FIRST_PAUSE
        while True:
            worker, began = self._workers[place], loop.time()
            code = await worker.wait()
            if worker not in self._replaced:
                _log.error("worker_died", place=place, pid=worker.pid, exit_code=code)
            self._replaced.discard(worker)
            async with self._filling[place]:
                if self._workers[place] is not worker:
                    pause = _FIRST_PAUSE
                    continue
            if loop.time() - began > _LIVED_LONG_SECONDS:
                pause = _FIRST_PAUSE
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
            try:
                async with self._filling[place]:
                    # A rolling restart may have filled the place meanwhile.
                    if self._workers[place] is worker:
                        await self._start(place)
            except NotServing as error:
                _log.error("worker_not_replaced", place=place, why=str(error))

    async def _roll(self) -> None:
        """Each place's worker stops when its successor serves, so that there is never one too few."""
        async with self._rolling:
            for place, filling in enumerate(self._filling):
                async with filling:
                    old = self._leaving = self._workers[place]
                    try:
                        await self._start(place)
                    except NotServing as error:
                        _log.error("worker_not_replaced", place=place, why=str(error))
                        self._workers[place] = old
                        return
                    if old.returncode is None:
                        self._replaced.add(old)
                        await self._stop(old)
        _log.info("workers_replaced", workers=len(self._workers))

    async def _stop(self, worker: asyncio.subprocess.Process | None) -> None:
        if worker is None or worker.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            worker.terminate()
        try:
            await asyncio.wait_for(worker.wait(), _STOPPING_SECONDS)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                worker.kill()
            await worker.wait()


def worker_words(*serve: str) -> list[str]:
    """What starts a worker: this Python and this program again, so that a replacement runs what is installed then."""
    safe_path = ["-P"] if sys.flags.safe_path else []
    return [sys.executable, *safe_path, "-m", "gateway.cli", "serve", *serve]


def _shared_memory() -> int:
    """An empty file without a name, in memory where the system has such."""
    if sys.platform == "linux":
        return os.memfd_create("bonin")
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


async def _one_byte(pipe: int) -> bool:
    """Whether a byte comes before the other end is closed, or it takes too long."""
    came = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(pipe, came.set)
    try:
        async with asyncio.timeout(_READY_SECONDS):
            await came.wait()
        return bool(os.read(pipe, 1))
    except TimeoutError:
        return False
    finally:
        loop.remove_reader(pipe)


def _family(host: str) -> socket.AddressFamily:
    return socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][0]
