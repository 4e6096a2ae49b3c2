"""What an operator is told when a gateway cannot start: all that is wrong, at once, and nothing of the values."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.gateway.installations import needed_settings

PLANTED = "p1anted"


NOTHING_TEMPORARY = """
import sys, tempfile
tempfile._candidate_tempdir_list = list
from gateway.cli import main
sys.exit(main(["serve", "--workers", "2"]))
"""
"""As where every place that Python knows of is read-only or full."""


def _environment(directory: Path) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BONIN_")}
    good = {f"BONIN_{name.upper()}": value for name, value in needed_settings(directory).items()}
    return clean | good | {"BONIN_DATA_DIR": str(directory / "data"), "BONIN_PORT": "0"}


def _run(command: str, directory: Path, **changes: str) -> "subprocess.CompletedProcess[str]":
    environment = _environment(directory) | changes
    words = [sys.executable, "-P", "-m", "gateway.cli", command]
    return subprocess.run(words, env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("command", ["serve", "check-config"])
def test_everything_that_is_wrong_is_told_at_once_in_a_line_each(tmp_path: Path, command: str) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    wrong = {
        "BONIN_PORT": PLANTED,
        "BONIN_PUBLIC_URL": PLANTED,
        "BONIN_REDIS_URL": PLANTED,
        "BONIN_ENCRYPTION_KEY": PLANTED,
        "BONIN_RECEIPT_KEY": PLANTED,
        "BONIN_SMS_NUMBER": PLANTED,
        "BONIN_ALLOWED_COUNTRIES": PLANTED,
        "BONIN_TRUSTED_PROXIES": PLANTED,
        "BONIN_CONNECTIONS": "0",
        "BONIN_KEY_RATE": "-1",
        "BONIN_PREFIX_DIGITS": "99",
        "BONIN_POLICY_DIR": str(empty),
    }
    ended = _run(command, tmp_path, **wrong)
    lines = ended.stderr.splitlines()
    assert (ended.returncode, ended.stdout) == (2, "")
    for name in wrong.keys() - {"BONIN_POLICY_DIR"}:
        assert [line for line in lines if line.startswith(f"{name}: give ")], name
    assert any(line.startswith(f"{empty}/operations.csv: ") for line in lines)
    assert PLANTED not in ended.stderr
    assert "Traceback" not in ended.stderr


def test_what_is_good_is_said_to_be_good(tmp_path: Path) -> None:
    ended = _run("check-config", tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("settings are good")


def test_workers_that_can_keep_nothing_temporary_are_refused_in_one_sentence(tmp_path: Path) -> None:
    words = [sys.executable, "-P", "-c", NOTHING_TEMPORARY]
    ended = subprocess.run(words, env=_environment(tmp_path), capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == "TMPDIR: give a directory that can be written, and has room\n"


def test_where_few_files_may_be_open_half_of_them_are_for_callers(tmp_path: Path) -> None:
    words = ["sh", "-c", f"ulimit -n 256; exec '{sys.executable}' -P -m gateway.cli serve"]
    with subprocess.Popen(words, env=_environment(tmp_path), stdout=subprocess.PIPE, text=True) as gateway:
        assert gateway.stdout is not None
        told = {}
        for line in gateway.stdout:
            event = json.loads(line)
            told[event["event"]] = event
            if event["event"] == "serving":
                gateway.terminate()
    assert gateway.returncode == 0
    assert told["fewer_connections"]["allowed"] == 128
