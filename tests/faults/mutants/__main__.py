"""`python -m tests.faults.mutants [VERB ...]`: breaks the scripts that say yes, in many ways, and sees who notices.

With verbs, only those. Prints a line for each mutant, and ends with exit code 1 when one survived.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

from tests.faults.mutants.verdicts import MUTANTS, TESTS

_ROOT = Path(__file__).parents[3]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.mutants", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("verbs", nargs="*", metavar="VERB", help=f"some of {', '.join(TESTS)}; by default all")
    verbs = parser.parse_args().verbs or list(TESTS)
    if unknown := set(verbs) - set(TESTS):
        parser.error(f"there are no mutants of {', '.join(sorted(unknown))}")
    for verb in verbs:
        if not _passes(verb, ""):
            print(f"the tests of {verb} fail without any mutant")
            return 1
    survived, tried = 0, [mutant for mutant in MUTANTS if mutant.verb in verbs]
    for mutant in tried:
        began = time.monotonic()
        passed = _passes(mutant.verb, mutant.name)
        survived += passed
        verdict = "SURVIVED" if passed else "killed"
        print(f"{verdict:<8}  {time.monotonic() - began:5.1f} s  {mutant.verb}: {mutant.name}", flush=True)
    print(f"{len(tried) - survived} of {len(tried)} killed")
    return 1 if survived else 0


def _passes(verb: str, mutant: str) -> bool:
    words = [sys.executable, "-P", "-m", "pytest", "-x", "-q", "-p", "tests.faults.mutants.plugin", *TESTS[verb]]
    done = subprocess.run(words, cwd=_ROOT, env=os.environ | {"BONIN_MUTANT": mutant}, check=False, capture_output=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
