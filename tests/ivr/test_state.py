"""The state of a call between two webhooks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.state import DialogueState, EndReason, Phase


def test_an_ended_call_keeps_only_why() -> None:
    assert DialogueState(Phase.ENDED, end=EndReason.DENIED).dump() == "ended.denied"


@pytest.mark.parametrize(
    "garbage",
    [
        "",
        "ended",
        "ended.",
        "ended.fine",
        "code",
        "code.3.0000",
        "first_key..0000",
        "first_key.9.0000",
        "first_key.3.000",
        "first_key.３.0000",
        "first_key.3.0000\n",
        "ended.denied ",
        "ENDED.denied",
        "nowhere..0000",
    ],
)
def test_what_was_not_dumped_is_refused(garbage: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (any message will do)
        DialogueState.load(garbage)


ALMOST = rf"({'|'.join(Phase)})\.([0-9]?\.[0-9]{{4}}|({'|'.join(EndReason)}))\s?"
"""What is read, and what differs from it by a little."""


@given(st.text() | st.from_regex(ALMOST, fullmatch=True))
def test_whatever_is_read_was_written_like_that(text: str) -> None:
    try:
        state = DialogueState.load(text)
    except ValueError:
        return
    assert state.dump() == text


@pytest.mark.parametrize("phase", [Phase.CODE, Phase.CHECKING])
def test_a_call_remembers_what_it_counted(phase: Phase) -> None:
    state = DialogueState(phase, early=1, wrong_first=2, fruitless=1, checks=4)
    assert DialogueState.load(state.dump()) == state


def test_what_was_not_dumped_is_called_so_without_being_repeated() -> None:
    with pytest.raises(ValueError, match=r"^not a dialogue state$"):
        DialogueState.load("code.3.0000")
