"""The mutants are of the scripts as they are; `python -m tests.faults.mutants` sees whether tests notice them."""

import pytest

from gateway.store.scripts import load
from tests.faults.mutants.verdicts import MUTANTS, TESTS, Mutant
from tools.bootstrap import ROOT


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_changes_its_script_in_one_place(mutant: Mutant) -> None:
    assert load(mutant.verb, *mutant.shared).source.count(mutant.old) == 1
    assert mutant.new != mutant.old


def test_each_mutant_has_a_name_of_its_own_and_tests_that_are_there() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
    assert {mutant.verb for mutant in MUTANTS} == set(TESTS)
    assert [path for paths in TESTS.values() for path in paths if not (ROOT / path).is_file()] == []
