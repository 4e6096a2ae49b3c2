"""Keys stay in the memory of their process."""

import os
import subprocess
import sys

import pytest

ASK = """
import ctypes, os, resource
from gateway.cli import main
try:
    main(["keys", "new", "index_key"])
finally:
    os.write(2, f"{resource.getrlimit(resource.RLIMIT_CORE)} {ctypes.CDLL(None).prctl(3)}".encode())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="asks the kernel of Linux")
def test_a_command_leaves_no_core_dump_and_lets_nobody_read_its_memory() -> None:
    asked = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True, env=os.environ)
    assert asked.stderr == "(0, 0) 0"
