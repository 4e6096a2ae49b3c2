"""A file is cut into whole lines, and lines that are too long are not held."""

import io
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cli import import_lines
from gateway.cli.import_lines import LONGEST_LINE, chunks

LONGEST = 6


@given(
    st.lists(st.binary(max_size=20).map(lambda line: line.replace(b"\n", b""))), st.booleans(),
    st.integers(0, 12), st.integers(1, 2), st.integers(1, 30),
)  # fmt: skip
def test_each_line_that_is_not_done_is_given_once_with_its_number(
    lines: list[bytes], is_ended: bool, done: int, first: int, at_once: int
) -> None:
    content = b"\n".join(lines) + (b"\n" if is_ended and lines else b"")
    given_lines: dict[int, bytes] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(import_lines, "LONGEST_LINE", LONGEST)
        patch.setattr(import_lines, "CHUNK", at_once)
        for begun, until, some in chunks(io.BytesIO(content), done, first):
            cut = io.BytesIO(some).readlines()
            assert len(cut) == until - begun
            given_lines |= dict(enumerate(cut, begun))
    whole = {number: line for number, line in enumerate(io.BytesIO(content), first) if number > done}
    assert list(given_lines) == list(whole)
    for number, line in whole.items():
        got = given_lines[number]
        assert got == line or (len(line) > LONGEST < len(got.rstrip(b"\n")) and line.startswith(got.rstrip(b"\n")))


def test_a_line_without_an_end_takes_no_memory(tmp_path: Path) -> None:
    file = tmp_path / "customers.csv"
    with file.open("wb") as sparse:
        sparse.truncate(100 << 20)
    tracemalloc.start()
    try:
        with file.open("rb") as content:
            [(begun, until, lines)] = chunks(content, 0, 1)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (begun, until, len(lines)) == (1, 2, LONGEST_LINE + 2)
    assert most < 4 << 20
