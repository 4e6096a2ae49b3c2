"""The mutants are of the scripts as they are; `python -m tests.faults.mutants` sees whether tests notice them."""

import pytest

from gateway.store.scripts import load
from tests.faults.mutants.verdicts import MUTANTS, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_changes_its_script_in_one_place(mutant: Mutant) -> None:
    assert load(mutant.verb).source.count(mutant.old) == 1
    assert mutant.new != mutant.old
