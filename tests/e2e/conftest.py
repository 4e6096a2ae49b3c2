"""The demo as an outside caller meets it: served once, in a thread of its own, and called by HTTP alone."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import orjson
import pytest
from aiohttp.test_utils import unused_port

from demo.api import Api
from demo.running import Demo, running
from gateway.core.callers import Scope
from gateway.running import PortTaken
from gateway.store.api_keys import RedisApiKeys
from gateway.store.connection import Store
from gateway.store.embedded import EmbeddedStore
from tests.e2e.caller import Caller, Person
from tests.e2e.description import Description

_CARRIER_SPEED = 25.0


@dataclass(frozen=True)
class Served:
    """The demo, and where it keeps its files."""

    demo: Demo
    directory: Path


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The whole demo; tests share it, each with customers and phones of its own."""
    directory = tmp_path_factory.mktemp("served")
    found: list[Demo] = []
    ready, stop = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with AsyncExitStack() as stack:
            for _ in range(10):
                ports = unused_port(), unused_port()
                try:
                    starting = running(directory, *ports, carrier_speed=_CARRIER_SPEED)
                    found.append(await stack.enter_async_context(starting))
                    break
                except PortTaken:
                    continue
            ready.set()
            await stop.wait()

    def run() -> None:
        try:
            loop.run_until_complete(serve())
        finally:
            loop.close()
            ready.set()

    thread = threading.Thread(target=run, name="served-demo")
    with pytest.MonkeyPatch.context() as environment:
        # All tests call from one address, and many without a key.
        environment.setenv("BONIN_ADDRESS_FAILURES", "0")
        thread.start()
        ready.wait(30)
    yield Served(found[0], directory)
    loop.call_soon_threadsafe(stop.set)
    thread.join(30)


@pytest.fixture(scope="session")
def described(served: Served) -> Description:
    """What the demo says of itself."""
    with urlopen(f"{served.demo.base_url}/openapi.json", timeout=30) as answer:  # noqa: S310 - our own address
        return Description(orjson.loads(answer.read()))


@pytest.fixture
async def issuer(served: Served, described: Description) -> AsyncIterator[Caller]:
    """The issuance system, with the demo's key."""
    async with Caller(served.demo.base_url, served.demo.secrets.api_key, described) as caller:
        yield caller


@pytest.fixture
async def stranger(served: Served, described: Description) -> AsyncIterator[Caller]:
    """Somebody without a key."""
    async with Caller(served.demo.base_url, described=described) as caller:
        yield caller


@pytest.fixture
async def store_of_served(served: Served) -> AsyncIterator[Store]:
    """The gateway's store, as a command sees it beside a gateway that is running."""
    store = Store(EmbeddedStore(served.directory / "data").url)
    await store.open()
    yield store
    await store.close()


@pytest.fixture
async def keys(store_of_served: Store) -> RedisApiKeys:
    """The keys of the gateway, as `bonin keys` sees them."""
    return RedisApiKeys(store_of_served)


@pytest.fixture
async def another_client(served: Served, keys: RedisApiKeys, described: Description) -> AsyncIterator[Caller]:
    """A second issuance system, with every scope that the first has."""
    key = await keys.create("another", "somebody", frozenset(Scope) - {Scope.OPS_READ, Scope.OPS_WRITE})
    async with Caller(served.demo.base_url, key, described) as caller:
        await caller.until_the_key_is_known()
        yield caller


@pytest.fixture
async def clients(served: Served) -> AsyncIterator[tuple[Api, Api]]:
    """The gateway and the local carrier, for what acts as a person."""
    async with Api(served.demo.base_url, served.demo.secrets.api_key) as api, Api(served.demo.carrier_url) as carrier:
        yield api, carrier


@pytest.fixture
async def person(clients: tuple[Api, Api]) -> Person:
    """A customer with one mobile that passed its ownership check."""
    person = Person(*clients)
    await person.register()
    return person


@pytest.fixture
async def another_person(clients: tuple[Api, Api]) -> Person:
    person = Person(*clients)
    await person.register()
    return person
