"""`bonin carriers` and what `bonin check-config` says of them, as they are typed."""

import asyncio
import json
from pathlib import Path

import pytest

from gateway.cli import main
from gateway.core.carrier_board import LineHealth
from gateway.core.carriers import Capability
from gateway.store.carrier_board import RedisCarrierBoard
from gateway.store.connection import Store

OPEN = LineHealth("open", 9, 0, 5, 2, "carrier_timeout", 1_795_751_000_000)


pytestmark = pytest.mark.usefixtures("log_as_before", "one_process_has_told")


@pytest.fixture
def one_process_has_told(settings_of_an_empty_store: str) -> None:
    """One process has told how it finds its carrier."""
    asyncio.run(_tell(settings_of_an_empty_store))


async def _tell(url: str) -> None:
    store = Store(url)
    await store.open()
    await RedisCarrierBoard(store).put("p1", "host-1", {"twilio": {Capability.SMS: OPEN}})
    await store.close()


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
    assert main(["carriers", "pause", "twilio", "--reason", "점검", "--by", "kim"]) == 0
    assert main(["carriers", "list"]) == 0
    assert "by kim: 점검" in capsys.readouterr().out
    assert main(["carriers", "resume", "twilio", "--by", "kim"]) == 0
    assert main(["carriers", "resume", "twilio", "--by", "kim"]) == 1
    assert "not paused" in capsys.readouterr().err
    assert listed(capsys)[0]["paused"] is None


def test_only_a_carrier_of_the_settings_can_be_paused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["carriers", "pause", "nobody", "--reason", "x", "--by", "kim"]) == 1
    assert "give one of twilio" in capsys.readouterr().err


def test_checking_the_settings_says_who_the_carriers_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check-config"]) == 0
    assert "carrier twilio (twilio): inbound, sms, voice; everywhere" in capsys.readouterr().out


def test_a_name_that_is_no_setting_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BONIN_STORE_REPLICA", "2")
    monkeypatch.setenv("BONIN_SECRETS_DIR", str(tmp_path))
    (tmp_path / "bonin_recipt_key").touch()
    assert main(["check-config"]) == 0
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("without effect")]
    assert [line.split(": ")[1] for line in told] == ["BONIN_RECIPT_KEY", "BONIN_STORE_REPLICA"]
