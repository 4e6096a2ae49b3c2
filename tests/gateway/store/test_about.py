"""What a verification is about, in one word, and its events as their readers get them."""

from itertools import product

import pytest

from gateway.core.operations import Operation
from gateway.core.verification import Method
from gateway.store.about import (
    METHOD_LETTERS,
    OPERATION_LETTERS,
    about_word,
    event_words,
    read_request,
    request_word,
)

TOLD = [b"event", b"verification.wrong_answer", b"at", b"1"]
CUSTOMER, VERIFICATION, CONTACT = "hong-gildong", "ver_0a1234567890abcdefghjk", "con_1234567890abcdefghjk"


def test_every_method_and_operation_has_a_letter_of_its_own() -> None:
    for letters, words in ((METHOD_LETTERS, set(Method)), (OPERATION_LETTERS, set(Operation))):
        assert set(letters) == words
        assert len(set(letters.values())) == len(words)
        assert {len(letter) for letter in letters.values()} == {1}


@pytest.mark.parametrize("client", ["bench", "영업점 창구", " spaces at the ends "])
def test_what_was_asked_for_is_read_as_it_was_written(client: str) -> None:
    for method, operation in product(Method, Operation):
        assert read_request(request_word(method, operation, client)) == (method, operation, client)


@pytest.mark.parametrize("client", ["bench", "영업점 창구"])
@pytest.mark.parametrize("contact", [CONTACT, None])
def test_an_event_is_told_by_the_fields_of_the_catalogue(client: str, contact: str | None) -> None:
    word = about_word(VERIFICATION, CUSTOMER, contact, request_word(Method.SMS_REPLY, Operation.CLOUD_LOGIN, client))
    told = event_words([*TOLD, b"about", word.encode(), b"wrong", b"2"])
    assert dict(zip(told[::2], told[1::2], strict=True)) == {
        b"event": b"verification.wrong_answer",
        b"at": b"1",
        b"customer": CUSTOMER.encode(),
        b"verification": VERIFICATION.encode(),
        b"client": client.encode(),
        b"method": b"sms_reply",
        b"operation": b"cloud_login",
        **({b"contact": contact.encode()} if contact else {}),
        b"wrong": b"2",
    }


def test_a_field_without_a_value_is_not_told() -> None:
    assert event_words([*TOLD, b"reason", b""]) == TOLD


@pytest.mark.parametrize(
    "word", [b"", b"nothing of ours", b"a b c ", b"a b c s", b"a b c zzclient", b"\xff b c sibench"]
)
def test_what_nobody_of_ours_wrote_stays_as_it_is(word: bytes) -> None:
    told = [*TOLD, b"about", word]
    assert event_words(told) == told
