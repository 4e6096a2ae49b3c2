"""A server that is asked to stop: who is being answered is answered, and nobody is left holding a dead line."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack

import pytest
from aiohttp import web

from gateway.http.lifecycle import LIFECYCLE
from gateway.running import PortTaken, run
from gateway.serving import serving
from tests.gateway.http.demo_app import KEY, World, demo_app
from tests.gateway.http.lines import Line, connected

LIVEZ = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
GATE = f"POST /v1/gate HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n\r\n".encode()


class Served:
    """An application that stops when it is told to."""

    def __init__(self, stack: AsyncExitStack, world: World, app: web.Application, port: int) -> None:
        self._stack = stack
        self.world = world
        self.app = app
        self.port = port

    def line(self) -> AbstractAsyncContextManager[Line]:
        return connected(("127.0.0.1", self.port))

    def stop(self) -> asyncio.Task[None]:
        return asyncio.ensure_future(self._stack.aclose())

    async def lets_nobody_in(self) -> None:
        """Until the port is closed: as soon as the loop comes round, once it drains."""
        while not self.app[LIFECYCLE].draining:  # noqa: ASYNC110 - a few turns of the loop
            await asyncio.sleep(0)
        for _ in range(10):
            await asyncio.sleep(0)


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    world = World()
    app = demo_app(world)
    async with AsyncExitStack() as stack:
        port = await stack.enter_async_context(serving(app, "127.0.0.1", 0))
        yield Served(stack, world, app, port)
        world.gate.set()


@pytest.fixture
async def one_of_several() -> AsyncIterator[Served]:
    """As `served`, on a socket that others listen on as well."""
    world = World()
    app = demo_app(world)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        async with AsyncExitStack() as stack:
            port = await stack.enter_async_context(serving(app, "", 0, listening.dup()))
            yield Served(stack, world, app, port)


async def test_a_port_that_is_taken_is_told_at_once_by_whoever_would_have_drained() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(PortTaken):
        async with (
            asyncio.timeout(60),
            serving(demo_app(World()), "127.0.0.1", taken.getsockname()[1], drain_seconds=300),
        ):
            pass


async def test_who_came_in_just_before_it_stopped_is_answered(served: Served) -> None:
    async with served.line() as busy, served.line() as newcomer:
        busy.send(GATE)
        await served.world.arrived.wait()
        stopping = served.stop()
        await served.lets_nobody_in()
        newcomer.send(LIVEZ)
        assert (await newcomer.rest()).startswith(b"HTTP/1.1 200 ")
        served.world.gate.set()
        await stopping


@pytest.mark.parametrize("turns", range(6))
async def test_who_comes_as_it_stops_is_not_left_holding_a_dead_line(
    served: Served, monkeypatch: pytest.MonkeyPatch, turns: int
) -> None:
    monkeypatch.setattr("gateway.http.runner.NEWCOMER_SECONDS", 0.01)
    with socket.create_connection(("127.0.0.1", served.port), timeout=10) as line:
        for _ in range(turns):
            await asyncio.sleep(0)
        await served.stop()
        with contextlib.suppress(ConnectionResetError):
            assert await asyncio.to_thread(line.recv, 1) == b""


async def test_a_connection_at_rest_is_closed_while_others_are_still_answered(served: Served) -> None:
    async with served.line() as resting, served.line() as busy:
        resting.send(LIVEZ)
        assert (await resting.answer()).startswith(b"HTTP/1.1 200 ")
        busy.send(GATE)
        await served.world.arrived.wait()
        stopping = served.stop()
        assert await resting.rest() == b""
        assert not stopping.done()
        served.world.gate.set()
        assert (await busy.rest()).startswith(b"HTTP/1.1 200 ")
        await stopping


async def test_an_answer_while_draining_is_the_last_of_its_connection(served: Served) -> None:
    async with served.line() as line:
        line.send(LIVEZ)
        assert b"Connection: close" not in await line.answer()
        served.app[LIFECYCLE].drain()
        line.send(LIVEZ)
        assert b"Connection: close" in await line.rest()


async def test_who_hands_over_answers_what_comes_over_a_connection_at_rest(one_of_several: Served) -> None:
    """A proxy that keeps one cannot know that it is being closed, and may not send a POST again."""
    async with one_of_several.line() as resting:
        resting.send(LIVEZ)
        assert b"Connection: close" not in await resting.answer()
        stopping = one_of_several.stop()
        await one_of_several.lets_nobody_in()
        resting.send(LIVEZ)
        last = await resting.rest()
        assert last.startswith(b"HTTP/1.1 200 ")
        assert b"Connection: close" in last
        await stopping


async def test_who_hands_over_waits_for_the_first_request_of_who_was_let_in(
    one_of_several: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a busy machine a caller may take more than a moment from connecting to asking."""
    monkeypatch.setattr("gateway.http.runner.HANDING_OVER_SECONDS", 0.01)
    async with one_of_several.line() as newcomer:
        stopping = one_of_several.stop()
        await one_of_several.lets_nobody_in()
        await asyncio.sleep(0.1)
        newcomer.send(LIVEZ)
        assert (await newcomer.rest()).startswith(b"HTTP/1.1 200 ")
        await stopping


async def test_who_hands_over_does_not_wait_for_ever_for_what_never_comes(
    one_of_several: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.http.runner.HANDING_OVER_SECONDS", 0.01)
    async with one_of_several.line() as resting:
        resting.send(LIVEZ)
        await resting.answer()
        stopping = one_of_several.stop()
        assert await resting.rest() == b""
        await stopping


@pytest.mark.parametrize("signalled", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize(("stopped", "code"), [(0, 0), (130, 130)])
def test_what_is_stopped_before_its_end_gives_the_code_that_was_asked_for(
    stopped: int, code: int, signalled: signal.Signals
) -> None:
    async def for_ever() -> int:
        os.kill(os.getpid(), signalled)
        await asyncio.Event().wait()
        return 1

    assert run(for_ever(), stopped=stopped) == code


def test_what_is_to_outlive_its_terminal_does() -> None:
    async def what_happens_at_sighup() -> int:
        return int(signal.getsignal(signal.SIGHUP) is signal.SIG_IGN)

    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert run(what_happens_at_sighup()) == 1
    finally:
        signal.signal(signal.SIGHUP, before)
