import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts.names import same_name, spellings

HANGUL = st.text(alphabet=st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), min_size=1, max_size=4)
LATIN_WORD = st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", min_size=1, max_size=8)
LATIN = st.lists(LATIN_WORD, min_size=1, max_size=3).map(" ".join)
NAMES = HANGUL | LATIN


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("홍길동", " 홍 길동 "),
        ("홍길동", unicodedata.normalize("NFD", "홍길동")),
        ("HONG GILDONG", "Hong Gil-dong"),
        ("Hong Gil Dong", "GILDONG HONG"),
        ("John Smith", "SMITH JOHN"),
        ("Mary Jane O'Neill", "ONEILL MARY JANE"),
        ("Ｊｏｈｎ Ｓｍｉｔｈ", "john smith"),
        ("José García", "JOSE\u0301 GARCI\u0301A"),
        ("J. Smith", "J SMITH"),
        ("홍 길동", "홍길 동"),
        ("HONGGILDONG", "Gildong Hong"),
        ("HONGGIL DONG", "Gildong Hong"),
        ("ONEILLMARYJANE", "Mary Jane O'Neill"),
        ("JANEONEILLMARY", "Mary Jane O'Neill"),
    ],
)
def test_writing_differently_is_no_difference(ours: str, theirs: str) -> None:
    assert same_name(ours, theirs)
    assert same_name(theirs, ours)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("홍길동", "홍길순"),
        ("홍길동", "홍*동"),
        ("홍*동", "홍*동"),
        ("홍○동", "홍○동"),
        ("홍길동", "길동홍"),
        ("홍길동", "HONG GILDONG"),
        ("홍길동", "홍길동2"),
        ("José García", "JOSE GARCIA"),
        ("John Smith", "J Smith"),
        ("John Smith", "John Smithson"),
        ("Kim Ha Na", "Na Ha Kim"),
        ("SMITH", "SMІTH"),
        ("", ""),
        ("홍길동", ""),
        ("-", "-"),
    ],
)
def test_doubt_is_a_no(ours: str, theirs: str) -> None:
    assert not same_name(ours, theirs)
    assert not same_name(theirs, ours)


@given(NAMES)
def test_a_name_is_itself_however_it_is_spaced_and_written(name: str) -> None:
    assert same_name(name, f"  {name.upper()} ")
    assert same_name(name, unicodedata.normalize("NFD", name))


@given(st.text(max_size=12), st.text(max_size=12))
def test_who_is_compared_with_whom_does_not_matter(one: str, other: str) -> None:
    assert same_name(one, other) == same_name(other, one)


@given(NAMES, st.sampled_from("*○●?0X\u200b"), st.data())
def test_a_masked_name_is_nobodys(name: str, mask: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(name) - 1))
    masked = name[:place] + mask + name[place + 1 :]
    assert not same_name(name, masked) or masked.casefold() == name.casefold()


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("홍 길동", ("홍길동",)),
        (unicodedata.normalize("NFD", "홍길동"), ("홍길동",)),
        ("John Smith", ("JOHN SMITH", "SMITH JOHN")),
        ("Hong Gil-dong", ("HONG GILDONG", "GILDONG HONG")),
        ("Mary Jane Watson", ("MARY JANE WATSON", "WATSON MARY JANE", "JANE WATSON MARY")),
        ("Cher", ("Cher",)),
        ("山田 太郎", ("山田 太郎",)),
        ("홍*동", ("홍*동",)),
    ],
)
def test_a_carrier_is_asked_in_the_ways_it_may_write_the_name(name: str, asked: tuple[str, ...]) -> None:
    assert spellings(name) == asked


@given(st.text(min_size=1, max_size=40))
def test_there_are_few_ways_to_ask_and_all_are_the_same_person(name: str) -> None:
    asked = spellings(name)
    assert 1 <= len(asked) <= 3
    assert len(asked) == 1 or all(same_name(name, one) for one in asked)
