"""What every room's tests share: a real store, and the whole demo in one process."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
import uvloop
from aiohttp.test_utils import unused_port
from hypothesis import HealthCheck, settings

from demo.api import Api
from demo.customer import Customer
from demo.running import Demo, running
from demo.seed import seed
from gateway.running import PortTaken
from gateway.store.connection import Store
from gateway.store.embedded import EmbeddedStore
from gateway.store.layout import enter_layout
from gateway.store.lineage import Lineage
from tests.gateway.store.valkey_clusters import a_cluster

settings.register_profile("untimed", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")
"""How long an example takes says how busy the machine is, and nothing of what is tested."""

CARRIER_SPEED = 10.0
"""Nobody listens to the calls of tests."""


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Tests run on the event loop that the product runs on.

    asyncio's own, in Python 3.11, leaves a connection open that came as its server closed (`unclosed transport`).
    """
    return {"uvloop": uvloop.new_event_loop}


@asynccontextmanager
async def demo_on_free_ports(directory: Path, carrier_speed: float = CARRIER_SPEED) -> AsyncIterator[Demo]:
    """The demo; another program may take a port between finding and using it, so it is tried again."""
    async with AsyncExitStack() as stack:
        for _ in range(10):
            starting = running(directory, unused_port(), unused_port(), carrier_speed=carrier_speed)
            try:
                demo = await stack.enter_async_context(starting)
            except PortTaken:
                continue
            yield demo
            return
        raise PortTaken("No free ports.")


@asynccontextmanager
async def a_store(url: str) -> AsyncIterator[Store]:
    """The server at `url`, through connections of its own."""
    store = Store(url)
    await store.open()
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def an_empty_store(url: str) -> AsyncIterator[Store]:
    """The server at `url`, emptied, as a gateway's start leaves it."""
    async with a_store(url) as store:
        await store.everywhere("FLUSHALL")
        await enter_layout(store)
        if store.cluster is not None:
            # Who has each shard is forgotten as well, and nothing is opened before that is judged anew.
            await Lineage(store).look()
        yield store


_FOR_TESTS = ("+keys", "+dump", "+client|kill", "+client|list", "+script|flush")
"""What tests of the store look at it with, or break it by."""


def documented_account() -> list[str]:
    """The words of the account that docs/operations.md makes for the gateway: its name and its rules."""
    operations = Path(__file__).parents[1] / "docs" / "operations.md"
    return operations.read_text().partition("```text acl\n")[2].partition("\n```")[0].split()[1:]


@pytest.fixture(scope="session")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The store that is built in, started once."""
    embedded = EmbeddedStore(tmp_path_factory.mktemp("valkey"))
    embedded.start()
    yield embedded.url
    embedded.stop()


@pytest.fixture(scope="session")
def cluster_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis Cluster, started once, that nobody takes apart."""
    with a_cluster(tmp_path_factory.mktemp("cluster")) as nodes:
        yield nodes.url


@pytest.fixture
async def store(valkey_url: str) -> AsyncIterator[Store]:
    """The store that is built in, with nothing in it, for an account with no more rights than it is said to need."""
    async with an_empty_store(valkey_url) as whole:
        await whole.command("ACL", "SETUSER", *documented_account(), *_FOR_TESTS)
        async with a_store(valkey_url.replace("unix://", "unix://bonin:password@")) as store:
            yield store


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Demo]:
    """Gateway, local carrier and store, running; nobody is registered yet (see `people`)."""
    async with demo_on_free_ports(tmp_path / "demo") as demo:
        yield demo


@pytest.fixture
async def api(demo: Demo) -> AsyncIterator[Api]:
    """The demo's gateway, called with the demo's key."""
    async with Api(demo.base_url, demo.secrets.api_key) as api:
        yield api


@pytest.fixture
async def carrier(demo: Demo) -> AsyncIterator[Api]:
    """The control interface of the demo's local carrier."""
    async with Api(demo.carrier_url) as carrier:
        yield carrier


@pytest.fixture
async def people(api: Api, carrier: Api) -> None:
    """The people of the demo are registered (`demo.people.CUSTOMERS`)."""
    await seed(api, carrier)


@pytest.fixture
async def operator(demo: Demo) -> AsyncIterator[Api]:
    """The gateway, called with the key of the head of the customer centre."""
    async with Api(demo.base_url, demo.secrets.operator_key) as operator:
        yield operator


@pytest.fixture
async def customer(api: Api, carrier: Api) -> Customer:
    """Somebody new, with one mobile that passed its ownership check."""
    somebody = Customer(api, carrier)
    await somebody.register()
    return somebody
