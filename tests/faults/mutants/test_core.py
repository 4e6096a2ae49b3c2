"""What mutmut tells is counted honestly, into the table of docs/reliability.md."""

import tomllib
from pathlib import Path

from tests.faults.mutants.core import by_module, table

ROOT = Path(__file__).parents[3]
TOLD = """
    gateway.core.risk.xǁRiskCheckǁheld__mutmut_1: killed
    gateway.core.risk.xǁRiskCheckǁheld__mutmut_2: survived
    gateway.core.risk.x_free__mutmut_1: timeout
    gateway.core.risk.x_free__mutmut_2: no tests
    contacts.names.x_same_name__mutmut_1: killed
    contacts.names.x_same_name__mutmut_2: not checked
    ivr.state.x_load__mutmut_1: suspicious
""".splitlines()


def test_what_was_noticed_is_counted_by_module_and_what_no_test_reaches_was_not() -> None:
    assert table(by_module(TOLD)) == [
        "| module | mutants | tried | noticed |",
        "|---|---|---|---|",
        "| `contacts.names` | 2 | 1 | 1 (100%) |",
        "| `gateway.core.risk` | 4 | 4 | 2 (50%) |",
        "| `ivr.state` | 1 | 1 | 0 (0%) |",
        "| all | 7 | 6 | 3 (50%) |",
    ]


def test_what_is_mutated_and_what_tests_it_is_there() -> None:
    mutmut = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mutmut"]
    for pattern in mutmut["only_mutate"]:
        assert list(ROOT.glob(pattern))
    for selected in [*mutmut["pytest_add_cli_args_test_selection"], *mutmut["also_copy"], *mutmut["source_paths"]]:
        assert (ROOT / selected).exists()
