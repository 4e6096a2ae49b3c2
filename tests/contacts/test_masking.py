"""Names as they are shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts.masking import mask_name


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("홍길동", "홍*동"),
        ("김철", "김*"),
        ("남궁민수", "남**수"),
        ("이", "*"),
        ("Hong Gildong", "H*** G******"),
        ("  Hong\tGildong ", "H*** G******"),
        ("Jürgen Müller", "J***** M*****"),
        ("José", "J***"),
        ("王小明", "王*明"),
        ("본인증권 주식회사", "본**권 주**사"),
        ("\u1112\u1169\u11bc\u1100\u1175\u11af\u1103\u1169\u11bc", "홍*동"),
        ("", ""),
    ],
)
def test_a_name_is_recognisable_and_no_more(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@given(st.text())
def test_every_word_of_any_name_hides_a_character(name: str) -> None:
    assert all("*" in word for word in mask_name(name).split())
