"""Requests and deliveries in processes of their own: `bonin serve --api-only` and `bonin worker`, killed or stopped."""

import asyncio
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import asdict
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import TestServer, unused_port
from redis.asyncio import Redis

from carrier_sim.app import create_app
from carrier_sim.settings import CarrierSettings, FaultSettings
from demo.api import Api
from demo.carriers import BACKUP, MAIN, accounts, write_carriers_file
from demo.customer import until
from demo.secrets_file import load_or_make
from gateway.core.callers import Scope
from gateway.store import keys
from gateway.store.api_keys import RedisApiKeys
from gateway.store.connection import Store
from tests.e2e.caller import Caller, Person
from tests.gateway.installations import needed_settings
from tests.outboxes import let_all_idle

Start = Callable[..., "Bonin"]


class Bonin:
    """A process of `bonin`."""

    def __init__(self, environment: dict[str, str], *words: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "gateway.cli", *words],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self._said: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._said.put(line)
        self._said.put("")

    async def started(self) -> "Bonin":
        """Once it says that it serves, or works."""

        def look() -> str:
            said = ""
            while (line := self._said.get(timeout=60)) and '"serving"' not in line and '"working"' not in line:
                said += line
            return "" if line else said or "nothing"

        assert await asyncio.to_thread(look) == ""
        return self

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(10)

    async def stopped(self) -> int:
        """Its exit code, when it is asked to stop."""
        self._process.send_signal(signal.SIGTERM)
        return await asyncio.to_thread(self._process.wait, 30)

    async def said(self) -> str:
        """What it said, when it ended by itself."""
        await asyncio.to_thread(self._process.wait, 30)
        self._reader.join(10)
        return "".join(iter(self._said.get, ""))

    def end(self) -> None:
        if self._process.poll() is None:
            self.kill()
        self._reader.join(10)
        assert self._process.stdout is not None
        self._process.stdout.close()


class Installation:
    """A store, a carrier with two accounts, and the settings that every process of bonin gets."""

    def __init__(self, environment: dict[str, str], store: Store, carrier_url: str) -> None:
        self.environment, self.store, self.carrier_url = environment, store, carrier_url

    @property
    def url(self) -> str:
        return self.environment["BONIN_PUBLIC_URL"]

    async def waiting(self) -> int:
        """Deliveries that nobody has made yet."""
        lengths = await self.store.all(*(("XLEN", keys.outbox(shard)) for shard in range(keys.SHARDS)))
        return sum(lengths)

    async def readers(self) -> int:
        """Consumer groups of the outbox: who delivers makes them, first of all."""
        found = await self.store.all(*(("EXISTS", keys.outbox(shard)) for shard in range(keys.SHARDS)))
        streams = [shard for shard, there in enumerate(found) if there]
        return sum([len(await self.store.command("XINFO", "GROUPS", keys.outbox(shard))) for shard in streams])


@pytest.fixture
async def installation(tmp_path: Path, store: Store, valkey_url: str) -> AsyncIterator[Installation]:
    secrets, port = load_or_make(tmp_path / "secrets.json"), unused_port()
    main, backup = accounts(secrets, f"http://127.0.0.1:{port}")
    settings = CarrierSettings(
        **asdict(main),
        more_accounts=(backup,),
        registry_token=secrets.registry_token,
        faults=FaultSettings(),
    )
    async with TestServer(create_app(settings)) as server:
        carrier_url = str(server.make_url("")).rstrip("/")
        given = {
            name: value
            for name, value in needed_settings(tmp_path).items()
            if not name.startswith("twilio_") and name not in ("sms_number", "voice_number")
        }
        given |= {
            "redis_url": valkey_url,
            "port": str(port),
            "public_url": f"http://127.0.0.1:{port}",
            "carriers_file": str(write_carriers_file(tmp_path / "carriers", (main, backup), carrier_url)),
            "registry_url": carrier_url,
            "registry_token": secrets.registry_token,
        }
        environment = os.environ | {f"BONIN_{name.upper()}": value for name, value in given.items()}
        yield Installation(environment, store, carrier_url)


@pytest.fixture
def start(installation: Installation) -> Iterator[Start]:
    started: list[Bonin] = []

    def start(*words: str, **settings: str) -> Bonin:
        environment = installation.environment | {f"BONIN_{name.upper()}": value for name, value in settings.items()}
        started.append(Bonin(environment, *words))
        return started[-1]

    yield start
    for process in started:
        process.end()


@pytest.fixture
async def person(installation: Installation, start: Start) -> AsyncIterator[Person]:
    """A customer of the gateway that takes requests only, and is running."""
    await start("serve", "--api-only").started()
    scopes = frozenset(Scope) - {Scope.OPS_READ, Scope.OPS_WRITE}
    key = await RedisApiKeys(installation.store).create("issuance", "kim", scopes)
    async with AsyncExitStack() as stack:
        caller = await stack.enter_async_context(Caller(installation.url, key))
        await caller.until_the_key_is_known()
        api = await stack.enter_async_context(Api(installation.url, key))
        carrier = await stack.enter_async_context(Api(installation.carrier_url))
        person = Person(api, carrier)
        await person.register()
        yield person


async def test_a_worker_delivers_what_a_gateway_only_accepts(
    installation: Installation, start: Start, person: Person
) -> None:
    opened = await person.start("sms")
    assert (await installation.waiting(), await installation.readers()) == (1, 0)
    port = unused_port()
    worker = await start("worker", worker_port=str(port)).started()
    code = await person.texted_code()
    assert (await person.check(opened, code))["status"] == "verified"
    async with Caller(f"http://127.0.0.1:{port}") as beside:
        statuses = [(await beside.get(path)).status for path in ("/livez", "/readyz", "/metrics", "/v1/decisions")]
    assert statuses == [200, 200, 200, 404]
    assert await worker.stopped() == 0


async def test_what_a_worker_was_killed_at_is_finished_by_another_and_comes_twice_at_most(
    installation: Installation, start: Start, person: Person
) -> None:
    # The carrier has the text and says nothing of it, so the worker is still waiting when it is killed.
    await person.carrier.call(
        "PUT", "/control/faults", {"account": MAIN, "seed": 1, "accept_then_timeout": 1, "lose": 1}
    )
    worker = await start("worker").started()
    opened = await person.start("sms")
    await person.texted(1)
    worker.kill()
    await let_all_idle(installation.store)
    await start("worker").started()
    await person.texted(2)

    async def delivered() -> bool:
        now = await person.now(opened)
        return bool(now["delivery"]["state"] == "delivered" and now["delivery"]["carrier"] == BACKUP)

    await until(delivered)
    assert (await person.check(opened, await person.texted_code()))["status"] == "verified"
    assert (len(await person.texts()), await installation.waiting()) == (2, 0)


async def test_a_call_that_a_killed_worker_had_placed_goes_on_and_is_not_placed_again(
    installation: Installation, start: Start, person: Person
) -> None:
    await person.carrier.call("PUT", "/control/faults", {"account": MAIN, "seed": 1, "accept_then_timeout": 1})
    worker = await start("worker").started()
    opened = await person.start("ars")

    async def rings() -> bool:
        return bool((await person.now(opened))["delivery"]["state"] == "ringing")

    await until(rings)
    worker.kill()
    await let_all_idle(installation.store)
    await start("worker").started()

    async def taken_over() -> bool:
        return await installation.waiting() == 0

    await until(taken_over)
    call = await person.answer_call()
    await call.press((await call.hear("먼저 ([0-8])번"))[1])
    await call.hear("여섯 자리")
    await call.press(opened["binding_code"])
    assert (await person.closed(opened))["status"] == "verified"
    calls = await person.carrier.call("GET", f"/control/calls?to=%2B{person.number[1:]}")
    assert len(calls["calls"]) == 1


async def test_whichever_worker_is_asked_opens_and_judges_in_one_trip_to_the_store(
    installation: Installation, start: Start, person: Person
) -> None:
    port = unused_port()
    await start("serve", "--api-only", "--workers", "2", port=str(port)).started()
    key = await RedisApiKeys(installation.store).create("issuance", "kim", frozenset({Scope.DECIDE, Scope.VERIFY}))
    each_its_own = aiohttp.TCPConnector(force_close=True)
    async with (
        Caller(f"http://127.0.0.1:{port}", key, connector=each_its_own) as caller,
        Redis.from_url(installation.environment["BONIN_REDIS_URL"]) as redis,
        redis.monitor() as monitor,
    ):
        await caller.until_the_key_is_known()
        asked = {"customer_id": person.customer_id, "operation": "issue", "client_ip": "168.126.63.1"}
        assert (await caller.post("/v1/decisions", asked)).json["outcome"] == "required"
        await redis.echo("decided")
        opened = [(await caller.post("/v1/verifications", person.request("sms"))).json["id"] for _ in "1234"]
        checks = [await caller.post(f"/v1/verifications/{one}/check", {"code": "000000"}) for one in opened]
        assert [one.json["correct"] for one in checks] == [False] * 4
        await redis.echo("checked")
        trips: list[str] = []
        while (seen := await monitor.next_command())["command"] != "ECHO checked":
            if seen["command"] == "ECHO decided":
                trips.clear()
            elif person.customer_id in seen["command"] and seen["client_type"] != "lua":
                trips.append(seen["command"].split(" ")[0])
    # EVAL brings a script that the store has not seen yet.
    assert [one for one in trips if one != "EVAL"] == ["EVALSHA"] * 8


async def test_processes_that_share_no_store_are_refused(start: Start) -> None:
    for words in (("worker",), ("serve", "--api-only")):
        process = start(*words, redis_url="")
        assert (await process.said()).startswith("BONIN_REDIS_URL: give ")
