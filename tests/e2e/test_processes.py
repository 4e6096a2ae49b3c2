"""The demo as a process: stopped, killed, started again, and in its own way."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import unused_port

from demo.api import Api, ApiError
from demo.customer import until
from gateway.store import keys
from gateway.store.embedded import EmbeddedStore
from tests.conftest import a_store
from tests.e2e.caller import Caller, Person
from tests.e2e.processes import DemoProcess

pytestmark = pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="reads /proc")

Start = Callable[..., DemoProcess]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[DemoProcess] = []

    def start(*options: str, **ports: int) -> DemoProcess:
        started.append(DemoProcess(tmp_path / "demo", *options, **ports))
        return started[-1]

    yield start
    for process in started:
        process.end()


async def _person(api: Api, carrier: Api) -> Person:
    person = Person(api, carrier)
    await person.register()
    return person


async def test_what_was_acknowledged_survives_a_kill_of_everything(start: Start) -> None:
    first = start()
    credentials = first.serve()
    async with Api(credentials["base_url"], credentials["api_key"]) as api, Api(credentials["carrier_url"]) as carrier:
        person = await _person(api, carrier)
        verified = await person.verified_by_sms()
        password = (await person.slip())["password"]
        wrong = await person.start("branch_otp")
        assert (await person.check(wrong, "000000"))["attempts_remaining"] == 4
        opened = await person.start("sms")
        await person.texted(2)
        code = await person.texted_code()
    first.kill_all()

    again = start(port=first.port, carrier_port=first.carrier_port)
    assert again.serve() == credentials
    async with Api(credentials["base_url"], credentials["api_key"]) as api, Api(credentials["carrier_url"]) as carrier:
        person.api, person.carrier = api, carrier
        assert (await person.now(verified))["status"] == "verified"
        customer = await api.call("GET", f"/v1/customers/{person.customer_id}")
        assert [contact["status"] for contact in customer["contacts"]] == ["verifiable"]
        assert (await person.now(wrong))["attempts_remaining"] == 4
        void = await person.now(opened)
        assert (void["status"], void["status_reason"]) == ("failed", "store_changed")
        with pytest.raises(ApiError) as refused:
            await person.check(opened, code)
        assert refused.value.slug == "verification-closed"
        assert (await person.check(await person.start("branch_otp"), password))["correct"] is True


async def test_a_verification_outlives_the_process_that_opened_it(start: Start) -> None:
    first = start()
    credentials = first.serve()
    async with Api(credentials["base_url"], credentials["api_key"]) as api, Api(credentials["carrier_url"]) as carrier:
        person = await _person(api, carrier)
        opened, code = await person.open_by_sms()
    first.kill()
    (store,) = first.store_pids()
    again = start(port=first.port, carrier_port=first.carrier_port)
    assert again.serve() == credentials
    assert again.store_pids() == [store]
    async with Api(credentials["base_url"], credentials["api_key"]) as api:
        person.api = api
        assert (await person.check(opened, code))["status"] == "verified"


async def test_a_store_that_is_killed_is_started_anew_with_what_it_had_and_what_was_open_is_void(start: Start) -> None:
    process = start()
    credentials = process.serve()
    async with Api(credentials["base_url"], credentials["api_key"]) as api, Api(credentials["carrier_url"]) as carrier:
        person = await _person(api, carrier)
        opened, _ = await person.open_by_sms()
        process.kill_store()

        async def void() -> dict[str, Any] | None:
            with contextlib.suppress(ApiError):
                now = await person.now(opened)
                return now if now["status"] != "pending" else None
            return None

        ended = await until(void)
        assert (ended["status"], ended["status_reason"]) == ("failed", "store_changed")
        await person.verified_by_sms()
    process.ask_to_stop(signal.SIGTERM)
    assert await asyncio.to_thread(process.ended, 30.0) == (0, "")
    assert process.store_pids() == []


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_it_ends_in_order_though_callers_still_listen(start: Start, how: signal.Signals) -> None:
    process = start()
    credentials = process.serve()
    async with (
        Api(credentials["base_url"], credentials["api_key"]) as api,
        Api(credentials["carrier_url"]) as carrier,
        Caller(credentials["base_url"], credentials["api_key"]) as issuer,
    ):
        person = await _person(api, carrier)
        opened = await person.start("branch_otp")
        path = f"/v1/verifications/{opened['id']}"
        poll = asyncio.ensure_future(issuer.get(f"{path}?wait=30"))
        headers = {"Authorization": f"Bearer {issuer.key}"}
        async with ClientSession(headers=headers) as session, session.get(issuer.base_url + path + "/events") as stream:
            assert await stream.content.readline()
            process.ask_to_stop(how)
            assert await asyncio.to_thread(process.ended, 8.0) == (0, "")
            assert b"pending" in await stream.content.read()
        await asyncio.gather(poll, return_exceptions=True)
    assert process.store_pids() == []


async def test_a_port_that_is_taken_is_said_in_one_sentence(start: Start) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for ports in ({"port": port}, {"carrier_port": port}):
            process = start(**ports)
            code, said = await asyncio.to_thread(process.ended, 30.0)
            assert code == 1
            assert said.splitlines() == [
                f"Port {port} on 127.0.0.1 is taken by another program. "
                "Choose another one with --port or --carrier-port; a second demo needs both, and a --dir of its own. "
                "다른 프로그램이 쓰는 포트입니다. 다른 포트를 지정하세요."
            ]
            assert process.store_pids() == []


@pytest.mark.parametrize("folder", ["file/demo", "loop"])
@pytest.mark.parametrize("options", [[], ["--walk"], ["--fresh"], ["--code"]])
async def test_a_directory_that_cannot_be_used_is_said_in_one_sentence(
    start: Start, tmp_path: Path, options: list[str], folder: str
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    process = start("--dir", str(tmp_path / folder), *options)
    code, said = await asyncio.to_thread(process.ended, 30.0)
    assert (code, len(said.splitlines())) == (1, 1)
    assert said.startswith((str(tmp_path), "There is no "))


@pytest.mark.parametrize(
    ("folder", "sentence"),
    [("", "give a path; it may not be empty"), (os.fsdecode("한글".encode("euc-kr")), "whose whole name is UTF-8")],
    ids=["none", "a name in another encoding"],
)
async def test_a_directory_that_has_no_name_to_write_down_is_refused(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str, sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    code, said = await asyncio.to_thread(start("--dir", folder).ended, 30.0)
    assert code == 2
    assert sentence in said.splitlines()[-1]
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("kept", ["", '{"api_key":', "[]"])
async def test_keys_that_are_damaged_are_said_in_one_sentence(start: Start, tmp_path: Path, kept: str) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "secrets.json").write_text(kept)
    code, said = await asyncio.to_thread(start().ended, 30.0)
    assert (code, len(said.splitlines())) == (1, 1)
    assert f"delete {tmp_path / 'demo'} to begin anew" in said


async def test_what_another_build_kept_beside_the_keys_is_left_out(start: Start, tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "secrets.json").write_text('{"of_another_build": "x"}')
    start().serve()


async def test_the_environment_of_an_installation_is_left_alone(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sets one up in the same shell finds no customers and no keys of the demo in its store."""
    nobody = f"127.0.0.1:{unused_port()}"
    monkeypatch.setenv("BONIN_REDIS_URL", f"redis://{nobody}")
    monkeypatch.setenv("BONIN_STORE_REPLICAS", "1")
    monkeypatch.setenv("BONIN_REGISTRY_URL", f"http://{nobody}")
    monkeypatch.setenv("BONIN_CAMARA_TOKEN_URL", f"http://{nobody}")
    monkeypatch.setenv("BONIN_SECOND_ENCRYPTION_KEY", "no key")
    process = start("--walk")
    assert await asyncio.to_thread(process.ended, 60.0) == (0, "")


async def test_a_full_disk_is_said_in_one_sentence(start: Start, tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    # Whatever is written there fails with ENOSPC.
    (tmp_path / "demo" / "secrets.new").symlink_to("/dev/full")
    code, said = await asyncio.to_thread(start().ended, 30.0)
    assert (code, len(said.splitlines())) == (1, 1)
    assert "No space left on device" in said


async def test_a_reader_that_has_seen_enough_ends_the_walk_quietly(start: Start) -> None:
    process = start("--walk")
    process.stop_reading()
    assert await asyncio.to_thread(process.ended, 60.0) == (1, "")
    assert process.store_pids() == []


async def test_the_code_is_asked_for_where_the_keys_are(start: Start, tmp_path: Path) -> None:
    process = start()
    process.serve()
    assert f"code: ./run demo --code --dir {tmp_path / 'demo'} " in process.greeting


@pytest.mark.parametrize("options", [[], ["--fresh"]])
async def test_a_second_demo_in_the_same_directory_is_refused_and_the_first_goes_on(
    start: Start, options: list[str]
) -> None:
    first = start()
    credentials = first.serve()
    code, said = await asyncio.to_thread(start(*options).ended, 30.0)
    assert code == 1
    assert said.startswith("Another demo is running in ")
    assert len(said.splitlines()) == 1
    async with Api(credentials["base_url"], credentials["api_key"]) as api:
        assert (await api.call("GET", "/readyz"))["status"] == "ready"
        await api.call("GET", "/v1/customers/hong-gildong")


async def test_a_fresh_start_ends_the_store_of_a_crash_and_knows_nothing_of_it(start: Start) -> None:
    first = start()
    credentials = first.serve()
    async with Api(credentials["base_url"], credentials["api_key"]) as api, Api(credentials["carrier_url"]) as carrier:
        person = await _person(api, carrier)
    first.kill()
    (left_over,) = first.store_pids()
    again = start("--fresh", port=first.port, carrier_port=first.carrier_port)
    credentials = again.serve()
    assert again.store_pids() not in ([left_over], [])
    async with Api(credentials["base_url"], credentials["api_key"]) as api:
        with pytest.raises(ApiError) as refused:
            await api.call("GET", f"/v1/customers/{person.customer_id}")
        assert refused.value.slug == "customer-not-found"


async def test_the_data_of_another_build_are_left_alone_until_a_fresh_start_is_asked_for(
    start: Start, tmp_path: Path
) -> None:
    embedded = EmbeddedStore(tmp_path / "demo" / "data")
    embedded.start()
    async with a_store(embedded.url) as store:
        await store.command("HSET", keys.KEYS_IN_USE, "index_key:0", 1)
    embedded.stop()
    refused = start()
    code, said = await asyncio.to_thread(refused.ended, 30.0)
    assert (code, len(said.splitlines())) == (1, 1)
    assert "are of another build" in said
    assert "./run demo --fresh" in said
    assert refused.store_pids() == []
    start("--fresh").serve()


async def test_one_port_for_both_is_refused(start: Start) -> None:
    port = unused_port()
    code, said = await asyncio.to_thread(start(port=port, carrier_port=port).ended, 30.0)
    assert (code, said.splitlines()) == (
        1, ["BONIN_PORT and BONIN_CARRIER_PORT must differ. 두 포트는 서로 달라야 합니다."],
    )  # fmt: skip
