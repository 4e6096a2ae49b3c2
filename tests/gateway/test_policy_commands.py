"""`bonin policy` as it is typed."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from gateway.cli import main
from gateway.core.deciding import decide
from gateway.core.decision_stores import RecordedDecision
from gateway.core.operations import Operation
from gateway.settings import load_settings
from gateway.store import keys
from gateway.store.decisions import RedisDecisionRecords
from gateway.wiring.store import open_store
from tests.gateway.core.policies import PACKAGED, facts, with_row
from tests.gateway.installations import needed_settings

pytestmark = pytest.mark.usefixtures("log_as_before")


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of a gateway with a store of its own."""
    given = {**needed_settings(tmp_path), "data_dir": str(tmp_path / "data"), "log_level": "error"}
    for name, value in given.items():
        monkeypatch.setenv(f"BONIN_{name.upper()}", value)


async def _keep(*operations: Operation) -> None:
    settings = load_settings()
    async with open_store(settings) as store:
        records = RedisDecisionRecords(store, settings.limits)
        for number, operation in enumerate(operations):
            customer_id, some = f"customer-{number}", facts(operation)
            made = decide(PACKAGED, some)
            decision_id = keys.new_decision_id(customer_id)
            await records.keep(
                customer_id,
                RecordedDecision(decision_id, PACKAGED.version, made.outcome, made.reason.rule, made.methods, some),
            )


def test_show_needs_no_settings_and_prints_every_row(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "show"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(f"정책 / policy: {PACKAGED.version}\n")
    assert all(operation in printed for operation in Operation)


def test_show_prints_json_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "show", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["version"] == PACKAGED.version


def test_the_folder_of_the_environment_takes_the_place_of_the_packaged_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BONIN_POLICY_DIR", str(with_row(tmp_path, "issue", per_day="77")))
    assert main(["policy", "show", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["operations"][0]["per_day"] == 77


def test_a_folder_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "show", str(tmp_path / "nowhere")]) == 2
    assert capsys.readouterr().err.startswith(f"{tmp_path / 'nowhere'}: no such folder")


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize("command", [["serve"], ["check-config"], ["policy", "show"], ["policy", "replay", "FOLDER"]])
def test_a_bad_table_is_refused_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    folder = with_row(tmp_path / "policy", "issue", methods="")
    monkeypatch.setenv("BONIN_POLICY_DIR", str(folder))
    assert main([str(folder) if word == "FOLDER" else word for word in command]) == 2
    printed = capsys.readouterr()
    assert printed.err == (
        "operations.csv line 2: methods: required, so name at least one / 추가인증 방법을 하나 이상 적어 주세요\n"
    )
    assert printed.out == ""


@pytest.mark.usefixtures("settings")
def test_replay_tells_each_decision_that_would_change_and_fails_like_diff(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(_keep(Operation.ISSUE, Operation.REISSUE, Operation.RENEW, Operation.ISSUE))
    changed = with_row(tmp_path / "changed", "issue", methods="ars")
    assert main(["policy", "replay", str(changed / "operations.csv")]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ", 1)[1] for line in lines[:2]] == [
        "required (R1) sms ars sms_reply  ->  required (R1) ars"
    ] * 2
    assert lines[2:] == ["2 of 4 decisions would change", "2 required, by other rules or methods"]


@pytest.mark.usefixtures("settings")
def test_replay_of_a_table_that_changes_nothing_is_a_success(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(_keep(Operation.ISSUE))
    assert main(["policy", "replay", str(with_row(tmp_path / "same", "issue", reason="다른 말"))]) == 0
    assert capsys.readouterr().out == "0 of 1 decisions would change\n"


@pytest.mark.usefixtures("settings")
def test_the_oldest_decisions_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BONIN_DECISIONS_KEPT", "32")

    async def kept() -> int:
        settings = load_settings()
        async with open_store(settings) as store:
            records = RedisDecisionRecords(store, settings.limits)
            some = RecordedDecision("dec_1", "test", decide(PACKAGED, facts()).outcome, "R1", (), facts())
            for _ in range(400):
                await records.keep("one-customer", some)
            return sum([1 async for _ in records.kept()])

    assert asyncio.run(kept()) < 400


@pytest.mark.usefixtures("settings")
def test_the_record_names_nobody(tmp_path: Path) -> None:
    async def words() -> bytes:
        await _keep(Operation.ISSUE)
        async with open_store(load_settings()) as store:
            entries = [await store.command("XRANGE", keys.decisions(shard), "-", "+") for shard in range(keys.SHARDS)]
            return repr(entries).encode()

    assert b"customer-0" not in asyncio.run(words())


async def test_a_reader_that_has_seen_enough_ends_a_command_without_a_traceback() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "gateway.cli", "policy", "show", stdout=writing, stderr=asyncio.subprocess.PIPE
    )
    os.close(writing)
    _, told = await process.communicate()
    assert told == b""
