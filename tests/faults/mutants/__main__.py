"""`python -m tests.faults.mutants`: breaks the scripts that say yes, one way after another, and sees who notices.

Prints a line for each mutant, and ends with exit code 1 when one survived.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

from tests.faults.mutants.verdicts import MUTANTS

_ROOT = Path(__file__).parents[3]
_TESTS = (
    "tests/contracts/store/test_verifications.py",
    "tests/contracts/store/test_store_fence.py",
    "tests/contracts/store/test_branch_passwords.py",
    "tests/contracts/store/test_once_and_seldom.py",
    "tests/gateway/core/test_racing.py",
)


def main() -> int:
    if not _passes(""):
        print("the tests fail without any mutant")
        return 1
    survived = 0
    for mutant in MUTANTS:
        began = time.monotonic()
        passed = _passes(mutant.name)
        survived += passed
        verdict = "SURVIVED" if passed else "killed"
        print(f"{verdict:<8}  {time.monotonic() - began:5.1f} s  {mutant.verb}: {mutant.name}", flush=True)
    print(f"{len(MUTANTS) - survived} of {len(MUTANTS)} killed")
    return 1 if survived else 0


def _passes(mutant: str) -> bool:
    words = [sys.executable, "-P", "-m", "pytest", "-x", "-q", "-p", "tests.faults.mutants.plugin", *_TESTS]
    done = subprocess.run(words, cwd=_ROOT, env=os.environ | {"BONIN_MUTANT": mutant}, check=False, capture_output=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
