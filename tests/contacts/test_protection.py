"""Personal data at rest."""

import hmac

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contacts.key_ring import KeyRing
from contacts.protection import KeyNotGiven, PersonalData, Unreadable

OLD, NEW, INDEX = b"o" * 32, b"n" * 32, b"i" * 32
DATA = PersonalData(KeyRing(NEW), KeyRing(INDEX))


def data(*encryption_keys: bytes) -> PersonalData:
    return PersonalData(KeyRing(*encryption_keys), KeyRing(INDEX))


def other_index() -> PersonalData:
    return PersonalData(KeyRing(NEW), KeyRing(b"j" * 32))


ANY_TEXT = st.text(st.characters(exclude_categories=()))


@given(plaintext=ANY_TEXT, bound_to=ANY_TEXT)
@example(plaintext="\ud800", bound_to="\udfff")
def test_what_is_sealed_opens_in_its_own_place(plaintext: str, bound_to: str) -> None:
    assert DATA.open(DATA.seal(plaintext, bound_to=bound_to), bound_to=bound_to) == plaintext


@given(place=ANY_TEXT, other=ANY_TEXT)
def test_a_ciphertext_moved_to_another_record_is_unreadable(place: str, other: str) -> None:
    sealed = DATA.seal("+821012345678", bound_to=place)
    if place != other:
        with pytest.raises(Unreadable):
            DATA.open(sealed, bound_to=other)


@given(st.data())
def test_one_changed_bit_anywhere_makes_it_unreadable(data: st.DataObject) -> None:
    sealed = bytearray(DATA.seal("홍길동", bound_to="cus_1"))
    position = data.draw(st.integers(0, len(sealed) - 1))
    sealed[position] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(Unreadable):
        DATA.open(bytes(sealed), bound_to="cus_1")


@given(st.binary(max_size=64))
def test_bytes_that_were_never_sealed_are_unreadable(junk: bytes) -> None:
    with pytest.raises(Unreadable):
        DATA.open(junk, bound_to="cus_1")


def test_a_sealed_value_cut_short_is_unreadable_at_every_length() -> None:
    sealed = DATA.seal("홍길동", bound_to="cus_1")
    for length in range(len(sealed)):
        with pytest.raises(Unreadable):
            DATA.open(sealed[:length], bound_to="cus_1")


def test_the_same_text_is_never_sealed_the_same_way_twice() -> None:
    assert len({DATA.seal("홍길동", bound_to="cus_1") for _ in range(100)}) == 100


def test_either_key_opens_what_it_sealed_and_the_first_one_seals() -> None:
    before, between, after = (data(*keys) for keys in ((OLD,), (OLD, NEW), (NEW, OLD)))
    for sealing in (before, between, after):
        sealed = sealing.seal("홍길동", bound_to="cus_1")
        assert between.open(sealed, bound_to="cus_1") == after.open(sealed, bound_to="cus_1") == "홍길동"
        assert after.is_sealed_anew(sealed) == (sealing is after)


def test_a_key_that_was_dropped_opens_nothing_any_more() -> None:
    sealed = data(OLD).seal("홍길동", bound_to="cus_1")
    with pytest.raises(KeyNotGiven):
        DATA.open(sealed, bound_to="cus_1")


def test_the_index_is_steady_and_differs_by_number_and_by_key() -> None:
    (index,) = DATA.blind_indexes("+821012345678")
    assert (index,) == DATA.blind_indexes("+821012345678")
    assert len(bytes.fromhex(index)) == 20
    assert index not in (*DATA.blind_indexes("+821012345679"), *other_index().blind_indexes("+821012345678"))


def test_a_number_is_looked_for_under_both_index_keys_the_one_that_writes_first() -> None:
    both = PersonalData(KeyRing(NEW), KeyRing(b"j" * 32, INDEX))
    assert both.blind_indexes("+821012345678") == (
        *other_index().blind_indexes("+821012345678"),
        *DATA.blind_indexes("+821012345678"),
    )
    assert both.name_digests("홍길동", None)[1] == DATA.name_digests("홍길동", None)[0]


def test_an_index_that_was_kept_is_taken_where_it_is_the_only_one() -> None:
    kept, number = bytes.fromhex(DATA.blind_indexes("+821012345678")[0]), "+821012345679"
    assert DATA.blind_indexes(number, kept=kept) == (kept.hex(),)
    both = PersonalData(KeyRing(NEW), KeyRing(b"j" * 32, INDEX))
    for data_of_other_keys in (both, other_index()):
        assert data_of_other_keys.blind_indexes(number, kept=kept) == data_of_other_keys.blind_indexes(number)


def by_hand(purpose: bytes, *parts: str) -> str:
    """The key's id and 16 bytes of RFC 2104 over the purpose and the parts, the length of each before it."""
    lengths = [(len(part.encode()).to_bytes(4, "big"), part.encode()) for part in parts]
    message = purpose + b"".join(length + part for length, part in lengths)
    return (KeyRing(INDEX).current_id + hmac.digest(INDEX, message, "sha256"))[:20].hex()


def test_what_is_indexed_in_a_store_is_found_by_every_version_of_the_gateway() -> None:
    assert DATA.blind_indexes("+821012345678") == (by_hand(b"bonin number", "+821012345678"),)
    assert DATA.name_digests("Hong  Gildong", "1985-03-02") == (by_hand(b"bonin name", "hong gildong", "1985-03-02"),)
    assert DATA.name_digests("홍길동", None) == (by_hand(b"bonin name", "홍길동", ""),)


def test_a_digest_of_one_purpose_is_never_one_of_another() -> None:
    assert DATA.blind_indexes("홍길동") != DATA.name_digests("홍길동", None)


@pytest.mark.parametrize(
    ("name", "birth_date"),
    [("홍길순", "1990-01-01"), ("홍길동", "1990-01-02"), ("홍길동", None), ("홍길동1990-01-01", "")],
)
def test_another_name_or_birth_date_has_another_digest(name: str, birth_date: str | None) -> None:
    assert DATA.name_digests(name, birth_date) != DATA.name_digests("홍길동", "1990-01-01")


@pytest.mark.parametrize("name", ["hong gildong", " Hong  Gildong ", "HONG GILDONG", "\uff28ong Gildong"])
def test_the_same_name_typed_otherwise_has_the_same_digest(name: str) -> None:
    assert DATA.name_digests(name, None) == DATA.name_digests("Hong Gildong", None)


@pytest.mark.parametrize("keys", [(b"short",), (b"i" * 33,), (NEW, b""), (NEW, NEW)])
def test_keys_of_the_wrong_length_or_given_twice_are_refused_unseen(keys: tuple[bytes, ...]) -> None:
    with pytest.raises(ValueError, match="key") as refused:
        KeyRing(*keys)
    assert not any(str(key) in str(refused.value) for key in keys if key)


@pytest.mark.parametrize("index", [(NEW,), (INDEX, NEW), (OLD,)])
def test_a_key_serves_one_purpose(index: tuple[bytes, ...]) -> None:
    with pytest.raises(ValueError, match="same"):
        PersonalData(KeyRing(NEW, OLD), KeyRing(*index))


def test_no_key_is_shown_by_repr() -> None:
    for shown in (repr(DATA), repr(KeyRing(NEW, INDEX))):
        assert "nnnn" not in shown
        assert "iiii" not in shown
