"""`bonin` as started by cron, by a daemon's script, or in a terminal that knows no Korean."""

import os
import subprocess
import sys

import pytest


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


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_command_does_its_work_with_a_standard_stream_closed(closed: str) -> None:
    """uvloop aborts the process when a socket has the number of one."""
    done = bonin(closed, "policy", "show")
    assert (done.returncode, done.stderr) == (0, "")
