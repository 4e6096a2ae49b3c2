"""Whatever is in the files of a policy, it is read as a whole or refused with sentences for people."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.core.policy import Policy
from gateway.core.policy_files import PolicyRefused, load_policy
from tests.gateway.core.policies import PACKAGED, copy_of_the_packaged

_TYPED = st.sampled_from(
    [b"", b'"', b",", b"\n", b"\r", b"\0", b" ", b"-", b"R20", b"9" * 30, b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"\xc2\xa0"]
)
_EDITS = st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 40), _TYPED | st.binary(max_size=6)), max_size=6)


def _read(folder: Path) -> tuple[Policy | None, list[str]]:
    try:
        return load_policy(folder), []
    except PolicyRefused as refused:
        return None, refused.problems


@settings(max_examples=60)
@given(st.sampled_from(["operations.csv", "signals.csv", "version.txt"]), _EDITS)
def test_any_bytes_are_read_or_refused_in_sentences(name: str, edits: list[tuple[int, int, bytes]]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        file = copy_of_the_packaged(Path(directory)) / name
        content = file.read_bytes()
        for place, removed, typed in edits:
            at = place % (len(content) + 1)
            content = content[:at] + typed + content[at + removed :]
        file.write_bytes(content)
        policy, problems = _read(Path(directory))
    assert (policy is None) == bool(problems)
    assert policy is None or policy.rows.keys() == PACKAGED.rows.keys()
    assert all(name in problem and "\n" not in problem for problem in problems)
