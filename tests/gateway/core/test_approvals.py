"""Whose name is whose, and what of a reason is kept."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.approvals import person_key

NAMES = st.text(st.characters(categories=("Lo", "Ll", "Lu", "Nd")), min_size=1, max_size=20)
UNSEEN = st.sampled_from(" \u3000\u00a0\u00ad\u200b\u2060\ufe0f\u034f\u3164\u2800")


@pytest.mark.parametrize(
    "spelling",
    ["demo-operator", "Demo Operator", "ＤＥＭＯ－ｏｐｅｒａｔｏｒ", "demo\u00adoperator", "\u3164demo operator\ufeff"],
)
def test_a_person_is_the_same_however_the_name_is_written(spelling: str) -> None:
    assert person_key(spelling) == person_key("demo-operator")


def test_another_name_is_another_person() -> None:
    assert person_key("demo-operator") not in {person_key("이센터장"), person_key("demo-manager")}


@given(name=NAMES, unseen=UNSEEN, where=st.integers(0, 20))
def test_what_cannot_be_seen_makes_nobody_another_person(name: str, unseen: str, where: int) -> None:
    assert person_key(name[:where] + unseen + name[where:]) == person_key(name)


@given(name=NAMES, form=st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_the_form_of_a_name_makes_nobody_another_person(name: str, form: str) -> None:
    assert person_key(unicodedata.normalize(form, name)) == person_key(name)  # type: ignore[arg-type]


@given(name=st.text(max_size=30))
def test_the_key_of_a_name_that_is_a_key_is_that_key(name: str) -> None:
    assert person_key(person_key(name)) == person_key(name)
