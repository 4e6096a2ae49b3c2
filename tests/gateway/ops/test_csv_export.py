"""CSV that a spreadsheet takes for text."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as some

from gateway.ops.csv_export import csv_line


@pytest.mark.parametrize("cell", ["=1+1", "+821012345678", "-2", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_begins_a_formula(cell: str) -> None:
    assert csv_line([cell]).decode().lstrip('"').startswith("'")


@given(some.lists(some.text(alphabet=some.characters(exclude_categories=["Cs"])), min_size=1, max_size=5))
def test_a_line_is_read_back_as_it_was_but_for_the_guard(cells: list[str]) -> None:
    line = csv_line(cells).decode()
    read = next(csv.reader(io.StringIO(line, newline="")), [""])
    assert [
        cell.removeprefix("'") if cell != original else cell for cell, original in zip(read, cells, strict=True)
    ] == cells


def test_times_are_times_and_nothing_is_empty() -> None:
    assert csv_line([1_700_000_000_000, None, 3]).decode() == "2023-11-14T22:13:20+00:00,,3\r\n"
