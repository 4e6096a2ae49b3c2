"""`python -m tests.faults.mutants`: breaks the scripts that say yes, one way after another, and sees who notices.

Prints a line for each mutant, and ends with exit code 1 when one survived.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

from tests.faults.mutants.verdicts import MUTANTS, TESTS

_ROOT = Path(__file__).parents[3]


def main() -> int:
    for verb in TESTS:
        if not _passes(verb, ""):
            print(f"the tests of {verb} fail without any mutant")
            return 1
    survived = 0
    for mutant in MUTANTS:
        began = time.monotonic()
        passed = _passes(mutant.verb, mutant.name)
        survived += passed
        verdict = "SURVIVED" if passed else "killed"
        print(f"{verdict:<8}  {time.monotonic() - began:5.1f} s  {mutant.verb}: {mutant.name}", flush=True)
    print(f"{len(MUTANTS) - survived} of {len(MUTANTS)} killed")
    return 1 if survived else 0


def _passes(verb: str, mutant: str) -> bool:
    words = [sys.executable, "-P", "-m", "pytest", "-x", "-q", "-p", "tests.faults.mutants.plugin", *TESTS[verb]]
    done = subprocess.run(words, cwd=_ROOT, env=os.environ | {"BONIN_MUTANT": mutant}, check=False, capture_output=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
