"""`python -m tests.faults.mutants.core [MODULE ...]`: how many mutants of the core the fast tests notice, by module.

mutmut makes them, of what `[tool.mutmut]` of pyproject.toml names and with the tests that it names. Modules are given
as patterns: `gateway.core.risk*`. It works on a copy in `.tools/mutants`, where `mutmut show` tells of a survivor.
"""

import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

_ROOT = Path(__file__).parents[3]
_COPY = _ROOT / ".tools" / "mutants"
_COPIED = ("carrier_sim", "contacts", "demo", "desk", "gateway", "ivr", "sms_reply", "tests", "tools")
_MUTMUT = "mutmut==3.8.1"
_NOTICED = ("killed", "timeout", "segfault", "caught by type check")


def main(patterns: list[str]) -> int:
    shutil.rmtree(_COPY, ignore_errors=True)
    for room in _COPIED:
        shutil.copytree(_ROOT / room, _COPY / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(_ROOT / "pyproject.toml", _COPY)
    ran = _mutmut(["run", *patterns], stdout=None)
    if ran.returncode:
        return ran.returncode
    told = _mutmut(["results", "--all", "true"], stdout=subprocess.PIPE).stdout.splitlines()
    modules = by_module(told)
    print("\n".join(table(modules)))
    print("\n".join(line.strip() for line in told if line.endswith((": survived", ": no tests"))))
    return 0


def _mutmut(words: list[str], stdout: int | None) -> subprocess.CompletedProcess[str]:
    """mutmut is no part of the lock: uv lays it over the environment that the tests have."""
    command = [sys.executable, "-P", "-m", "uv", "run", "--active", "--no-project", "--with", _MUTMUT, "mutmut"]
    return subprocess.run(
        [*command, *words],
        cwd=_COPY,
        env=os.environ | {"VIRTUAL_ENV": sys.prefix},
        check=False,
        text=True,
        stdout=stdout,
    )


def by_module(told: Iterable[str]) -> dict[str, Counter[str]]:
    """How many mutants came to which end, from lines like `gateway.core.risk.xǁRiskCheckǁheld__mutmut_1: killed`."""
    modules: dict[str, Counter[str]] = {}
    for line in told:
        mutant, colon, end = line.strip().rpartition(": ")
        if colon and "__mutmut_" in mutant:
            modules.setdefault(mutant.rpartition(".")[0], Counter())[end] += 1
    return modules


def table(modules: Mapping[str, Counter[str]]) -> list[str]:
    """In Markdown, as it stands in docs/reliability.md. A mutant that no test reaches was not noticed either."""
    lines = ["| module | mutants | tried | noticed |", "|---|---|---|---|"]
    every: Counter[str] = Counter()
    for module, ends in sorted(modules.items()):
        lines.append(_line(f"`{module}`", ends))
        every += ends
    return [*lines, _line("all", every)]


def _line(name: str, ends: Counter[str]) -> str:
    tried = ends.total() - ends["not checked"]
    noticed = sum(ends[end] for end in _NOTICED)
    share = f" ({100 * noticed / tried:.0f}%)" if tried else ""
    return f"| {name} | {ends.total()} | {tried} | {noticed}{share} |"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
