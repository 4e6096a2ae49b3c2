"""The policy as people read it: every cell in its column, and the same as JSON."""

import json
import re
from pathlib import Path

import pytest

from contacts.models import CustomerKind
from gateway.core.operations import Operation
from gateway.core.policy import Policy
from gateway.core.policy_table import policy_document, policy_lines
from gateway.core.ports import RiskSignal
from tests.gateway.core.policies import PACKAGED, policy_with


def _starts_of_column(lines: list[str], cells: list[str]) -> set[int]:
    """Where a cell begins in each line, in columns of a terminal."""
    return {
        len(line[: line.index(cell)].encode("cp949"))  # Hangul has two bytes there, and two columns on a terminal
        for line, cell in zip(lines, cells, strict=True)
    }


def test_the_printed_table_is_aligned_though_hangul_is_wide() -> None:
    lines = policy_lines(PACKAGED)
    rows = list(PACKAGED.rows.values())
    assert lines[0] == f"정책 / policy: {PACKAGED.version}"
    assert len(_starts_of_column(lines[3 : 3 + len(rows)], [row.operation for row in rows])) == 1
    assert len(_starts_of_column(lines[3 : 3 + len(rows)], [row.reason for row in rows])) == 1


def test_the_document_has_the_columns_of_the_tables(tmp_path: Path) -> None:
    policy: Policy = policy_with(tmp_path, refused_hours="23-6", per_day="7")
    issue = policy_document(policy)["operations"][0]
    assert (issue["refused_hours"], issue["per_day"], issue["methods"][0]) == ("23-6", 7, "sms")


def _cells(policy: Policy, word: str) -> list[list[str]]:
    """The cells of the lines that hold `word` as a cell: at least two spaces stand between two."""
    rows = [re.split(" {2,}", line) for line in policy_lines(policy)]
    return [cells for cells in rows if word in cells]


def test_a_printed_row_says_all_that_the_table_says(tmp_path: Path) -> None:
    changed = policy_with(tmp_path, per_day="7", refused_hours="23-6", valid_for="240", methods="sms ars")
    [individual, corporate] = _cells(changed, "issue")
    row = changed.row(Operation.ISSUE, CustomerKind.INDIVIDUAL)
    assert individual == [
        "인증서 발급", "issue", "개인", "필요", "R1", "필요", "sms ars", "overseas", "240", "7", "23-6", row.reason,
    ]  # fmt: skip
    assert corporate[2:11] == ["법인", "불필요", "R2", "필요", "-", "-", "-", "-", "-"]
    assert _cells(changed, "revoke")[0][5] == "-"


def test_several_of_a_kind_share_a_cell(tmp_path: Path) -> None:
    changed = policy_with(tmp_path, Operation.CLOUD_LOGIN, exemptions="overseas auto_connect")
    assert _cells(changed, "cloud_login")[0][7] == "overseas auto_connect"


@pytest.mark.parametrize(
    ("signal", "holds", "hours"),
    [(RiskSignal.SIM_SWAP, "sms sms_reply", "72"), (RiskSignal.CALL_FORWARDING, "ars", "-")],
)
def test_a_printed_signal_says_what_it_holds_and_how_far_back_it_looks(
    signal: RiskSignal, holds: str, hours: str
) -> None:
    row = PACKAGED.signals[signal]
    assert _cells(PACKAGED, signal) == [[signal, holds, hours, row.on_failure, row.reason]]


def test_the_two_tables_stand_apart() -> None:
    lines = policy_lines(PACKAGED)
    assert [number for number, line in enumerate(lines) if not line.strip()] == [1, 3 + len(PACKAGED.rows)]


def test_the_document_is_plain_json_with_the_version_that_receipts_carry() -> None:
    document = policy_document(PACKAGED)
    assert json.loads(json.dumps(document)) == document
    assert set(document) == {"version", "operations", "signals"}
    assert document["version"] == PACKAGED.version
    assert document["signals"][0]["signal"] == next(iter(PACKAGED.signals))
