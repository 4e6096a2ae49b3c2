"""The product as it runs in production: `bonin serve` in processes of its own, on a valkey-server of its own."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.load import connections as connect
from bench.load import request
from bench.processes import children_of, cpu_microseconds, free_port, module, output, process
from demo.environments import carrier_environment, gateway_environment
from demo.secrets_file import DemoSecrets, load_or_make
from gateway.settings import Settings, load_settings
from gateway.store.embedded import EmbeddedStore

_PATIENCE_SECONDS = 60.0
CLIENT = "bench"
_PREFIX = "BONIN_"


class Installation:
    """The settings of one product: its own secrets, ports and store; `more` are further BONIN_… variables."""

    def __init__(self, directory: Path, redis_url: str, secrets_of: Path | None = None, **more: str) -> None:
        """With the secrets of another folder two read the same store."""
        self.directory = directory
        self.port, self.carrier_port = free_port(), free_port()
        secrets = load_or_make((secrets_of or directory) / "secrets.json")
        self.variables = _variables(secrets, self.port, self.carrier_port, redis_url) | more

    @property
    def settings(self) -> Settings:
        ours = {name: value for name, value in self.variables.items() if name.startswith(_PREFIX)}
        return load_settings(**{name.removeprefix(_PREFIX).lower(): value for name, value in ours.items()})

    @property
    def environment(self) -> dict[str, str]:
        rest = {name: value for name, value in os.environ.items() if not name.startswith(_PREFIX)}
        return rest | self.variables


@dataclass(frozen=True, slots=True)
class Product:
    """A product that is running, and a key of an issuance system."""

    port: int
    carrier_port: int
    pid: int
    api_key: str
    seconds_to_serving: float

    def cpu(self) -> float:
        """µs that the gateway's processes have used; the store's and the carrier's are not among them."""
        return cpu_microseconds(self.pid, *children_of(self.pid))


@asynccontextmanager
async def store(directory: Path) -> AsyncIterator[EmbeddedStore]:
    """The store as the product embeds it: everything on disk before it is answered."""
    embedded = EmbeddedStore(directory / "store")
    await asyncio.to_thread(embedded.start)
    try:
        yield embedded
    finally:
        await asyncio.to_thread(embedded.stop)


@asynccontextmanager
async def product(installation: Installation, *words: str) -> AsyncIterator[Product]:
    """`bonin serve` with these words, until the block ends."""
    environment, log = installation.environment, installation.directory / "gateway.log"
    key = await _api_key(environment)
    began = asyncio.get_running_loop().time()
    async with process(module("gateway.cli", "serve", *words), environment, log) as served:
        await until_answers(installation.port, "/readyz")
        seconds = asyncio.get_running_loop().time() - began
        yield Product(installation.port, installation.carrier_port, served.pid, key, seconds)


@asynccontextmanager
async def carrier(installation: Installation) -> AsyncIterator[int]:
    """The local carrier that the installation's settings name, in a process of its own; gives its process id."""
    words = module("carrier_sim", "--port", str(installation.carrier_port))
    async with process(words, installation.environment, installation.directory / "carrier.log") as started:
        await until_answers(installation.carrier_port, "/control/phones")
        yield started.pid


async def until_answers(port: int, path: str) -> None:
    """Come back when this GET is answered with 200."""
    asked = request("GET", path)
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while True:
            try:
                async with connect(port, 1) as [connection]:
                    status, _ = await connection.send(asked)
                if status == 200:
                    return
            except OSError:
                pass
            await asyncio.sleep(0.01)


async def _api_key(environment: Mapping[str, str]) -> str:
    scopes = [word for scope in ("verify", "contacts", "branch", "decide") for word in ("--scope", scope)]
    return await output(
        module("gateway.cli", "keys", "create", "--client", CLIENT, "--person", "bench", *scopes), environment
    )


def _variables(secrets: DemoSecrets, port: int, carrier_port: int, redis_url: str) -> dict[str, str]:
    public_url, carrier_url = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{carrier_port}"
    return {
        **gateway_environment(secrets, public_url, carrier_url),
        "BONIN_PORT": str(port),
        "BONIN_REDIS_URL": redis_url,
        "BONIN_CLIENT_CAP": "100000000",
        "BONIN_CLIENT_DAY_CAP": "1000000000",
        "BONIN_RANGE_CAP": "1000000000",
        "BONIN_CONVERSION_LEAST": "0",
        "BONIN_KEY_RATE": "0",
        "BONIN_LOG_LEVEL": "warning",
        **carrier_environment(secrets, public_url),
    }
