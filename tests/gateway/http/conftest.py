from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, web

from gateway.http.runner import Runner
from gateway.http.server import RUNNER_OPTIONS
from tests.gateway.http.demo_app import KEY, World, demo_app


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def runner(world: World) -> AsyncIterator[web.AppRunner]:
    """The demo application, listening on loopback as in production."""
    runner = Runner(demo_app(world), **RUNNER_OPTIONS)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner
    world.gate.set()
    await runner.cleanup()


@pytest.fixture
def address(runner: web.AppRunner) -> tuple[str, int]:
    host, port = runner.addresses[0][:2]
    return host, port


@pytest.fixture
async def client(address: tuple[str, int]) -> AsyncIterator[ClientSession]:
    """A client with a key that may do everything here."""
    host, port = address
    headers = {"Authorization": f"Bearer {KEY}", "Accept-Language": "en"}
    async with ClientSession(f"http://{host}:{port}", headers=headers) as session:
        yield session
