"""The harness itself: what it counts, and what it writes down."""

from pathlib import Path

import pytest

from tests.faults.catalogue import FAULTS
from tests.faults.harness.document import write
from tests.faults.harness.fault import Fault, Outcome, Trial
from tests.faults.harness.ledger import Ledger
from tests.faults.harness.trying import FULL, SHORT, dose_of, give


def test_a_second_success_is_a_violation_and_the_same_attempt_told_again_is_not() -> None:
    ledger = Ledger()
    ledger.succeeded("code", "ver_1", "one")
    ledger.succeeded("code", "ver_1", "one")
    ledger.succeeded("receipt", "ver_1", "one")
    assert (ledger.violations, ledger.successes("code")) == (0, 1)
    ledger.succeeded("code", "ver_1", "another")
    assert ledger.examples == ["code ver_1 was accepted 2 times"]


def test_an_end_that_changes_is_a_violation_unless_the_store_may_forget() -> None:
    for may_forget, violations in ((False, 1), (True, 0)):
        ledger = Ledger(store_may_forget=may_forget)
        ledger.told("ver_1", "pending")
        assert ledger.open == ["ver_1"]
        ledger.told("ver_1", "verified")
        ledger.told("ver_1", "failed")
        assert (ledger.violations, ledger.forgotten, ledger.open) == (violations, 1, [])


def test_what_was_acknowledged_and_is_gone_is_a_violation() -> None:
    ledger = Ledger()
    ledger.told("ver_1", "pending")
    ledger.is_gone("ver_1")
    assert ledger.examples == ["ver_1 was acknowledged, and is not there"]


def test_a_dose_is_short_full_or_a_part_of_the_full_one() -> None:
    fault = FAULTS[0]
    assert (dose_of(fault, SHORT), dose_of(fault, FULL)) == (fault.short, fault.full)
    assert (dose_of(fault, "0.5"), dose_of(fault, "0.00001")) == (fault.full // 2, 1)
    for refused in ("0", "-1", "2", "much", ""):
        with pytest.raises(ValueError, match="give short, full"):
            dose_of(fault, refused)


async def test_a_trial_that_breaks_off_is_a_violation(tmp_path: Path) -> None:
    async def run(trial: Trial) -> None:
        trial.advance(2)
        raise OSError("no more ports")

    outcome = await give(Fault("broken", "breaks", "tries", 10, 3, run), SHORT, tmp_path)
    assert outcome.examples == ["the trial broke off: OSError: no more ports", "only 2 of 3 tries were given"]


def test_what_was_measured_goes_into_the_rows_of_its_faults_and_no_others(tmp_path: Path) -> None:
    document = tmp_path / "reliability.md"
    rows = ["| `one` | a | 5 kills | – | – | – | – |", "| `two` | b | 6 kills | – | – | – | – |"]
    document.write_text("\n".join(["Measured on (not yet)", "", "| fault | what |", "|---|---|", *rows]))
    write([Outcome("two", "b", "kills", 3, 3, 1, ["a | b"], 12.3, ["p99 4 ms"])], document)
    lines = document.read_text().splitlines()
    assert lines[0].startswith("Measured on 2")
    assert lines[4] == "| `one` | a | 5 kills | – | – | – | – |"
    assert lines[5] == "| `two` | b | 6 kills | 3 | **1** | 12 s | p99 4 ms; a / b |"
