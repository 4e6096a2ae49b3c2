"""`bonin` as a program of its own, on whatever terminal there is."""

import os
import subprocess
import sys


def test_what_a_terminal_cannot_show_is_no_reason_to_fail() -> None:
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    told = subprocess.run(
        [sys.executable, "-m", "gateway.cli", "--help"], env=environment, capture_output=True, check=True
    )
    assert told.stdout.startswith(b"usage: bonin")
