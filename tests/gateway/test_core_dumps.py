"""Keys stay in the memory of their process."""

import subprocess
import sys

ASK = """
import resource, sys
from gateway.cli import main
hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
main(["keys", "new", "index_key"])
print(resource.getrlimit(resource.RLIMIT_CORE), file=sys.stderr)
"""


def test_a_command_leaves_no_core_dump() -> None:
    asked = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True)
    assert asked.stderr == "(0, 0)\n"
