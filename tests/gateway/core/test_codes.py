"""Codes: drawn evenly, and bound to what they were made for."""

import hmac
import secrets
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts.key_ring import KeyRing
from contacts.protection import PersonalData, Unreadable
from gateway.core.codes import CodeVault, is_code, new_branch_password, new_code, new_keyed_code
from tests import builders

VAULT = builders.vault()
PEPPER_ID = builders.PEPPER_ID
DRAWN = 20_000


@pytest.mark.parametrize("draw", [new_code, new_branch_password])
def test_every_digit_is_as_likely_at_every_place(draw: object) -> None:
    assert callable(draw)
    count = DRAWN if draw is new_code else DRAWN // 10
    codes = [draw() for _ in range(count)]
    assert all(is_code(code) for code in codes)
    for place in range(6):
        seen = Counter(code[place] for code in codes)
        expected = count / 10
        chi_square = sum((seen[digit] - expected) ** 2 / expected for digit in "0123456789")
        # 9 degrees of freedom: above 50 once in ten million fair draws.
        assert chi_square < 50


@pytest.mark.parametrize(
    ("draw", "last", "code"),
    [
        (new_code, False, "000000"),
        (new_code, True, "999999"),
        (new_keyed_code, False, "000000"),
        (new_keyed_code, True, "899999"),
    ],
)
def test_the_first_and_the_last_code_can_be_drawn_and_no_other_is_beyond_them(
    monkeypatch: pytest.MonkeyPatch, draw: Callable[[], str], last: bool, code: str
) -> None:
    monkeypatch.setattr(secrets, "randbelow", lambda bound: bound - 1 if last else 0)
    assert draw() == code


@pytest.mark.parametrize(
    "text", ["12345", "1234567", "", "12345\n", "１２３４５６", "١٢٣٤٥٦", "12345a", " 12345", "+12345"]
)
def test_only_six_ascii_digits_are_a_code(text: str) -> None:
    assert not is_code(text)


def test_a_digest_stands_for_one_code_of_one_verification_customer_and_operation() -> None:
    parts = ["ver_1", "hong-gildong", "issue", "123456"]
    digests = {VAULT.digest(*parts, pepper_id=PEPPER_ID)}
    for place in range(len(parts)):
        changed = [*parts[:place], "another", *parts[place + 1 :]]
        digests.add(VAULT.digest(*changed, pepper_id=PEPPER_ID))
    digests.add(CodeVault(KeyRing(b"\x09" * 32), builders.personal_data()).digest(*parts, pepper_id=PEPPER_ID))
    assert len(digests) == len(parts) + 2


def digest_of(parts: list[str]) -> bytes:
    return VAULT.digest(*parts, pepper_id=PEPPER_ID)


@given(
    st.lists(st.text("ab", max_size=3), min_size=4, max_size=4),
    st.lists(st.text("ab", max_size=3), min_size=4, max_size=4),
)
def test_parts_never_run_into_each_other(some: list[str], others: list[str]) -> None:
    assert (digest_of(some) == digest_of(others)) == (some == others)


def test_each_kind_of_digest_is_its_own() -> None:
    digests = [
        *VAULT.branch_digests("a", "b", "c"),
        *VAULT.reply_digests(("a",), "b"),
        VAULT.digest("a", "b", "c", "d", pepper_id=PEPPER_ID),
        VAULT.attempt_digest("a", pepper_id=PEPPER_ID),
    ]
    assert len(set(digests)) == len(digests)


def test_a_sealed_code_opens_for_its_verification_only() -> None:
    sealed = VAULT.seal("ver_1", "123456")
    assert VAULT.open("ver_1", sealed) == "123456"
    with pytest.raises(Unreadable):
        VAULT.open("ver_2", sealed)
    other_keys = PersonalData(KeyRing(b"\x07" * 32), KeyRing(b"\x08" * 32))
    with pytest.raises(Unreadable):
        CodeVault(KeyRing(builders.PEPPER), other_keys).open("ver_1", sealed)


def test_what_was_digested_under_either_pepper_is_found_again_while_both_are_in_force() -> None:
    old, new = b"o" * 32, b"n" * 32
    before, after = (CodeVault(KeyRing(*keys), builders.personal_data()) for keys in ((old,), (new, old)))
    asked = ("ver_1", "hong-gildong", "issue", "123456")
    opened = before.digest(*asked, pepper_id=before.pepper_id)
    assert after.digest(*asked, pepper_id=before.pepper_id) == opened
    assert after.digest(*asked, pepper_id=after.pepper_id) != opened
    for known in (before.branch_digests("a", "b", "c"), before.reply_digests(("a",), "b")):
        assert known[0] in (*after.branch_digests("a", "b", "c"), *after.reply_digests(("a",), "b"))
    attempt = before.attempt_digest("attempt-1", pepper_id=before.pepper_id)
    assert after.attempt_digest("attempt-1", pepper_id=before.pepper_id) == attempt


def test_a_code_of_a_pepper_that_was_dropped_is_never_right() -> None:
    before, after = (CodeVault(KeyRing(key * 32), builders.personal_data()) for key in (b"o", b"n"))
    asked = ("ver_1", "hong-gildong", "issue", "123456")
    opened = before.digest(*asked, pepper_id=before.pepper_id)
    assert after.digest(*asked, pepper_id=before.pepper_id) != opened


def by_hand(*parts: bytes) -> bytes:
    """RFC 2104 over the purpose and the parts, a zero byte between them."""
    return hmac.digest(builders.PEPPER, b"\0".join(parts), "sha256")


def test_what_stands_in_a_store_is_found_by_every_version_of_the_gateway() -> None:
    pepper = bytes.fromhex(PEPPER_ID)
    asked = by_hand(b"code", b"ver_1", b"hong-gildong", b"issue", b"123456")
    assert digest_of(["ver_1", "hong-gildong", "issue", "123456"]) == asked[:16]
    assert VAULT.branch_digests("hong-gildong", "issue", "123456") == (
        pepper + by_hand(b"branch", b"hong-gildong", b"issue", b"123456"),
    )
    assert VAULT.reply_digests(("ab", "cd"), "123456") == (
        pepper + by_hand(b"reply", b"ab", b"123456"),
        pepper + by_hand(b"reply", b"cd", b"123456"),
    )
    assert VAULT.attempt_digest("attempt-1", pepper_id=PEPPER_ID) == by_hand(b"attempt", b"attempt-1")[:16]
