"""`bonin carriers` and what `bonin check-config` says of them, as they are typed."""

import asyncio
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from gateway.cli import main
from gateway.core.carrier_board import LineHealth
from gateway.core.carriers import Capability
from gateway.store.carrier_board import RedisCarrierBoard
from tests.conftest import an_empty_store
from tests.gateway.installations import needed_settings

OPEN = LineHealth("open", 9, 0, 5, 2, "carrier_timeout", 1_795_751_000_000)


@pytest.fixture(autouse=True)
def log_as_before() -> Iterator[None]:
    """A command turns the log to the standard error of its test, which ends with it."""
    root = logging.getLogger()
    before = root.handlers[:], root.level, logging.raiseExceptions
    yield
    structlog.reset_defaults()
    root.handlers[:], root.level, logging.raiseExceptions = before


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, valkey_url: str) -> None:
    """The environment of a gateway, and its store, where one process has told how it finds its carrier."""
    given = {**needed_settings(tmp_path), "redis_url": valkey_url, "log_level": "error"}
    for name, value in given.items():
        monkeypatch.setenv(f"BONIN_{name.upper()}", value)
    asyncio.run(_told(valkey_url))


async def _told(url: str) -> None:
    async with an_empty_store(url) as store:
        await RedisCarrierBoard(store).put("p1", "host-1", {"twilio": {Capability.SMS: OPEN}})


def listed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    assert main(["carriers", "list", "--json"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_each_carrier_is_listed_with_what_each_process_sees(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["carriers", "list"]) == 0
    said = capsys.readouterr().out
    for told in (
        "twilio  inbound, sms, voice; everywhere",
        "host-1 p1  sms  open  asked 9, failed 7",
        "carrier_timeout",
    ):
        assert told in said
    (only,) = listed(capsys)
    assert (only["carrier"], only["paused"], only["countries"]) == ("twilio", None, None)


def test_a_pause_shows_with_its_reason_until_it_is_resumed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["carriers", "pause", "twilio", "--reason", "점검", "--person", "kim"]) == 0
    assert main(["carriers", "list"]) == 0
    assert "by kim: 점검" in capsys.readouterr().out
    assert main(["carriers", "resume", "twilio", "--person", "kim"]) == 0
    assert main(["carriers", "resume", "twilio", "--person", "kim"]) == 1
    assert "not paused" in capsys.readouterr().err
    assert listed(capsys)[0]["paused"] is None


def test_only_a_carrier_of_the_settings_can_be_paused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["carriers", "pause", "nobody", "--reason", "x", "--person", "kim"]) == 1
    assert "give one of twilio" in capsys.readouterr().err


def test_checking_the_settings_says_who_the_carriers_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check-config"]) == 0
    assert "carrier twilio (twilio): inbound, sms, voice; everywhere" in capsys.readouterr().out
