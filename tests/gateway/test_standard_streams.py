"""`bonin` as started by cron, by a daemon's script, or in a terminal that knows no Korean."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import orjson
import pytest

from tests.gateway.installations import needed_settings


def bonin(redirection: str, *words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """The real command, with its standard streams as the shell leaves them to it."""
    script = f'exec "$0" -m gateway.cli "$@" {redirection}'
    return subprocess.run(
        ["sh", "-c", script, sys.executable, *words],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_a_terminal_cannot_show_becomes_an_escape() -> None:
    helped = bonin("", "--help", PYTHONIOENCODING="ascii")
    assert helped.returncode == 0
    assert "step-up verification gateway" in helped.stdout
    assert "\\ubcf8\\uc778" in helped.stdout, "본인"


def test_what_is_no_text_on_standard_input_finds_nothing(tmp_path: Path) -> None:
    settings = {f"BONIN_{name.upper()}": value for name, value in needed_settings(tmp_path).items()}
    typed = tmp_path / "typed"
    typed.write_bytes(b"\xff\n")
    done = bonin(f"<{typed}", "find", "-", **settings, BONIN_DATA_DIR=str(tmp_path / "data"), PYTHONIOENCODING="utf-8")
    assert (done.returncode, done.stderr) == (1, "Nothing was found.\n")


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_command_does_its_work_with_a_standard_stream_closed(closed: str) -> None:
    """uvloop aborts the process when a socket has the number of one."""
    done = bonin(closed, "policy", "show")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_gateway_whose_log_nobody_reads_any_more_serves_on_and_stops_in_order(tmp_path: Path) -> None:
    settings = {f"BONIN_{name.upper()}": value for name, value in needed_settings(tmp_path).items()}
    settings |= {"BONIN_PORT": "0", "BONIN_DATA_DIR": str(tmp_path / "data")}
    words = [sys.executable, "-m", "gateway.cli", "serve"]
    with subprocess.Popen(words, env=os.environ | settings, stdout=subprocess.PIPE) as gateway:
        assert gateway.stdout is not None
        told = (orjson.loads(line) for line in gateway.stdout)
        port = next(line["port"] for line in told if line["event"] == "serving")
        gateway.stdout.close()
        for _ in range(3):
            with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=30) as answer:
                assert answer.status == 200
        gateway.send_signal(signal.SIGTERM)
        assert gateway.wait(60) == 0
