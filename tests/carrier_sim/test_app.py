import asyncio
import json
import os
import socket
import subprocess
import sys
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer

from carrier_sim.__main__ import settings_from
from carrier_sim.app import create_app
from carrier_sim.settings import Person
from tests.carrier_sim.conftest import SETTINGS, StartBench
from tests.carrier_sim.support import MOBILE, SMS_NUMBER, Bench


async def next_event(stream: aiohttp.ClientResponse) -> tuple[str, Any]:
    name = (await stream.content.readline()).decode().removeprefix("event: ").strip()
    data = json.loads((await stream.content.readline()).decode().removeprefix("data: "))
    assert await stream.content.readline() == b"\n"
    return name, data


async def test_a_page_gets_everything_as_it_is_and_then_every_change(start_bench: StartBench) -> None:
    bench = await start_bench(people=(Person(number=MOBILE, name="김하나", name_en="Hana Kim"),))
    async with bench.http.get("/events") as stream:
        name, snapshot = await next_event(stream)
        assert name == "snapshot"
        assert [(phone["number"], phone["name"]) for phone in snapshot["phones"]] == [(MOBILE, "김하나")]
        assert (snapshot["sms_number"], snapshot["messages"], snapshot["calls"]) == (SMS_NUMBER, [], [])
        await bench.behave(MOBILE, "busy")
        name, phone = await next_event(stream)
        assert (name, phone["behaviour"]) == ("phone", "busy")
        await bench.http.post("/control/messages", json={"from": MOBILE, "to": SMS_NUMBER, "body": "hello"})
        name, message = await next_event(stream)
        assert (name, message["body"]) == ("message", "hello")


async def test_the_page_allows_no_inline_script_and_nothing_from_outside(start_bench: StartBench) -> None:
    bench = await start_bench()
    async with bench.http.get("/") as page:
        assert page.status == 200
        policy = page.headers["Content-Security-Policy"]
        html = await page.text()
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http://" not in html
    assert "https://" not in html


async def test_it_stops_at_once_with_pages_open_and_calls_going_on() -> None:
    server = TestServer(create_app(SETTINGS))
    async with TestClient(server) as http:
        auth = {"Authorization": aiohttp.encode_basic_auth(SETTINGS.account_sid, SETTINGS.auth_token)}
        path = f"/2010-04-01/Accounts/{SETTINGS.account_sid}/Calls.json"
        call = {"To": MOBILE, "From": SETTINGS.voice_number, "Twiml": "<Response/>"}
        async with http.post(path, data=call, headers=auth) as placed:
            assert placed.status == 201
        stream = await http.get("/events")
        await next_event(stream)
        async with asyncio.timeout(5):
            await server.close()
        stream.close()


def test_running_alone_needs_its_tokens() -> None:
    with pytest.raises(SystemExit, match="CARRIER_AUTH_TOKEN and CARRIER_REGISTRY_TOKEN"):
        settings_from({})
    settings = settings_from({"CARRIER_AUTH_TOKEN": "a", "CARRIER_REGISTRY_TOKEN": "b", "CARRIER_SPEED": "2"})
    assert (settings.auth_token, settings.registry_token, settings.speed) == ("a", "b", 2.0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CARRIER_ACCOUNT_SID", "main"),
        ("CARRIER_SMS_NUMBER", "07012340001"),
        ("CARRIER_VOICE_NUMBER", "me"),
        ("CARRIER_INBOUND_URL", "localhost:8080/inbound"),
        ("CARRIER_SPEED", "fast"),
        ("CARRIER_SPEED", "0"),
        ("CARRIER_SPEED", "inf"),
        ("CARRIER_SPEED", "nan"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named_with_what_to_give(name: str, value: str) -> None:
    with pytest.raises(SystemExit) as refused:
        settings_from({"CARRIER_AUTH_TOKEN": "a", "CARRIER_REGISTRY_TOKEN": "b", name: value})
    assert str(refused.value).startswith(f"{name}: give ")


def test_a_port_that_is_taken_is_said_in_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = subprocess.run(
            [sys.executable, "-P", "-m", "carrier_sim", "--port", str(taken.getsockname()[1])],
            check=False,
            capture_output=True,
            text=True,
            env={**os.environ, "CARRIER_AUTH_TOKEN": "a", "CARRIER_REGISTRY_TOKEN": "b"},
        )
    assert ended.returncode == 1
    assert "cannot listen on 127.0.0.1" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_tokens_are_not_shown() -> None:
    assert SETTINGS.auth_token not in repr(SETTINGS)
    assert SETTINGS.registry_token not in repr(SETTINGS)


async def test_a_stream_has_no_head_that_would_never_end(bench: Bench) -> None:
    assert (await bench.http.head("/events")).status == 405
