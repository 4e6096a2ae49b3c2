"""Records are values: alike when their fields are, and not to be changed."""

from dataclasses import field, replace

import pytest

from contacts.records import record


@record()
class Answer:
    code: str = field(repr=False)
    attempt: int = 1


@record(kw_only=True)
class Named:
    name: str


def test_two_with_the_same_fields_are_the_same_value() -> None:
    assert Answer("271828", 2) == replace(Answer("271828"), attempt=2)
    assert len({Answer("271828"), Answer("271828", 1), Answer("271828", 2)}) == 2


def test_the_type_checker_lets_nobody_change_one() -> None:
    # mypy tells of an ignored error that is none.
    Answer("271828").attempt = 2  # type: ignore[misc]


def test_a_field_that_is_not_declared_is_not_there() -> None:
    with pytest.raises(AttributeError):
        Answer("271828").other = 2  # type: ignore[attr-defined]


def test_a_field_is_not_shown_that_must_not_be() -> None:
    assert "271828" not in repr(Answer("271828"))


def test_fields_may_have_to_be_named() -> None:
    assert Named(name="ars").name == "ars"
    with pytest.raises(TypeError):
        Named("ars")  # type: ignore[call-arg]
