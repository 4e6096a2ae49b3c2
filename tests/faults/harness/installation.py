"""A whole installation of real processes: store, gateways, carrier, and customers with phones."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from demo.environments import carrier_environment
from demo.secrets_file import DemoSecrets, load_or_make
from tests.faults.harness.client import Issuer
from tests.faults.harness.gateways import Carrier, Gateway, environment_of_a_gateway
from tests.faults.harness.phones import Phones
from tests.faults.harness.processes import DidNotStart
from tests.faults.harness.store import StoreServer

_AT_ONCE = 16
_CLIENT = "issuance"
NAME = "남궁시험"
"""Of every customer."""
_SCOPES = ("verify", "contacts", "branch", "decide")


@dataclass(frozen=True, slots=True)
class Person:
    """A customer with a mobile in their own name."""

    customer_id: str
    contact_id: str
    number: str

    def request(self, method: str, operation: str = "issue") -> dict[str, str]:
        """The body that opens a verification."""
        body = {"customer_id": self.customer_id, "method": method, "operation": operation}
        return body if method == "branch_otp" else {"contact_id": self.contact_id, **body}


@dataclass
class Installation:
    """What is running, and how to reach it."""

    directory: Path
    secrets: DemoSecrets
    store: StoreServer | None
    gateways: list[Gateway]
    carrier: Carrier
    phones: Phones
    key: str
    environment: dict[str, str]
    issuers: list[Issuer] = field(default_factory=list)
    _people: int = 0

    @property
    def issuer(self) -> Issuer:
        return self.issuers[0]

    @property
    def logs(self) -> list[Path]:
        return [gateway.log for gateway in self.gateways]

    async def register(self, count: int) -> list[Person]:
        """New customers whose mobile passed its ownership check."""
        room = asyncio.Semaphore(_AT_ONCE)
        first, self._people = self._people, self._people + count

        async def one(place: int) -> Person:
            async with room:
                number = f"+8210{20_000_000 + place}"
                path = f"/v1/customers/fault-{place}"
                await self.issuer.expect("PUT", path, {"kind": "individual", "name": NAME, "online_consent": True})
                contact = await self.issuer.expect("POST", f"{path}/contacts", {"number": number, "label": "mobile"})
                contact_id = contact["contact_id"]
                await self.issuer.expect("POST", f"{path}/contacts/{contact_id}/ownership-check", {})
                return Person(f"fault-{place}", contact_id, number)

        return list(await asyncio.gather(*(one(place) for place in range(first, first + count))))

    async def make_key(self, client: str) -> str:
        """A key for another client, with every scope that the first one has."""
        return await _make_key(self.environment, client)

    async def carrier_faults(self, **faults: float) -> None:
        """What goes wrong at the carrier from now on; nothing by default."""
        async with Issuer(self.carrier.url, "") as control:
            await control.expect("PUT", "/control/faults", {"seed": 1, **faults})


@asynccontextmanager
async def installation(
    directory: Path,
    *,
    gateways: int = 1,
    workers: int | None = None,
    store: StoreServer | None = None,
    store_urls: Sequence[str | None] | None = None,
    embedded: bool = False,
    life: int = 300,
    carrier_speed: float = 10.0,
    settings: dict[str, str] | None = None,
) -> AsyncIterator[Installation]:
    """Everything started, and all of it ended with the block.

    `store_urls` are where each gateway finds its store, when that is not the store itself; `workers` are the processes
    of each gateway, as `Gateway` has them; `settings` are further `BONIN_…` variables.
    """
    directory.mkdir(parents=True, exist_ok=True)
    secrets = load_or_make(directory / "secrets.json")
    async with AsyncExitStack() as stack:
        if store is None and not embedded:
            store = StoreServer(directory / "store")
            stack.push_async_callback(store.stop)
            await store.start_anywhere()
        urls = list(store_urls or []) or [store.url if store else None] * gateways
        first = Gateway(directory, {})
        carrier = Carrier(directory, carrier_environment(secrets, first.url) | {"CARRIER_SPEED": str(carrier_speed)})
        stack.push_async_callback(carrier.stop)
        await carrier.start()
        served = []
        for place, url in enumerate(urls):
            environment = environment_of_a_gateway(secrets, url, directory, first.url, carrier.url, life) | (
                settings or {}
            )
            gateway = Gateway(directory, environment, f"gateway-{place}", workers)
            gateway.port = first.port if place == 0 else gateway.port
            served.append(gateway)
        key = await _make_key(environment, _CLIENT)
        for gateway in served:
            stack.push_async_callback(gateway.stop)
            await gateway.start()
        phones = Phones(carrier.url)
        stack.push_async_callback(phones.close)
        await phones.open()
        running = Installation(directory, secrets, store, served, carrier, phones, key, environment)
        for gateway in served:
            running.issuers.append(await stack.enter_async_context(Issuer(gateway.url, key)))
        await running.carrier_faults()
        yield running


async def _make_key(environment: dict[str, str], client: str) -> str:
    """A key as an operator makes it."""
    scopes = [word for scope in _SCOPES for word in ("--scope", scope)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "gateway.cli", "keys", "create", "--client", client, "--person", "kim", *scopes,
        env=os.environ | environment, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    printed, said = await process.communicate()
    if process.returncode != 0:
        raise DidNotStart(said.decode())
    return printed.decode().strip()
