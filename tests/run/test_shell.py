"""What stands in the shell of whoever starts the tests."""

import os
import subprocess
import sys

from tools.bootstrap import ROOT


def test_the_settings_of_an_installation_do_not_reach_the_tests() -> None:
    shown = subprocess.run(
        [sys.executable, "-c", "import os, tests; print([name for name in os.environ if name.startswith('BONIN_')])"],
        cwd=ROOT, env=os.environ | {"BONIN_REDIS_URL": "redis://store.example:6379", "BONIN_MUTANT": "one"},
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert shown.stdout.strip() == "['BONIN_MUTANT']"
