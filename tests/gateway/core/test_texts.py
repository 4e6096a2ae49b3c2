"""What leaves for a phone fits one Korean text message."""

import pytest

from gateway.core.operations import OPERATION_NAMES, Operation
from gateway.core.texts import ONE_TEXT, code_text, length_in_euc_kr, reply_text, subject_particle
from tests.builders import CODE, FIRM


@pytest.mark.parametrize("locale", ["ko", "en"])
@pytest.mark.parametrize("operation", Operation)
def test_every_text_fits_and_holds_the_code_once_or_not_at_all(operation: Operation, locale: str) -> None:
    firm = FIRM.name(locale)
    code, reply = code_text(firm, operation, CODE, 10, locale), reply_text(firm, operation, 10, locale)
    assert length_in_euc_kr(code) <= ONE_TEXT
    assert length_in_euc_kr(reply) <= ONE_TEXT
    assert (code.count(CODE), reply.count(CODE)) == (1, 0)
    assert all(firm in text and "10" in text for text in (code, reply))


@pytest.mark.parametrize(("locale", "firm"), [("ko", "미래에셋증권"), ("en", "Kiwoom Securities")])
@pytest.mark.parametrize("operation", Operation)
def test_a_firm_with_a_name_as_long_as_the_documents_allow_fits_in_every_text(
    operation: Operation, locale: str, firm: str
) -> None:
    for text in (code_text(firm, operation, CODE, 10, locale), reply_text(firm, operation, 10, locale)):
        assert length_in_euc_kr(text) <= ONE_TEXT


def test_texts_of_two_operations_differ() -> None:
    for locale in ("ko", "en"):
        assert len({code_text("본인증권", operation, CODE, 5, locale) for operation in Operation}) == len(Operation)


def test_the_korean_text_warns_against_telling_the_code() -> None:
    assert "타인에게 절대 알려주지 마세요" in code_text("본인증권", Operation.ISSUE, CODE, 5, "ko")


@pytest.mark.parametrize("character", ["\N{GRINNING FACE}", "\N{EM DASH}", "뷁", "펲"])
def test_what_a_text_message_cannot_carry_has_no_length(character: str) -> None:
    with pytest.raises(UnicodeEncodeError) as refused:
        length_in_euc_kr(f"본인{character}증권")
    assert refused.value.object[refused.value.start : refused.value.end] == character


def test_a_letter_of_korean_is_two_bytes_and_one_of_english_is_one() -> None:
    assert length_in_euc_kr("본인㈜ ABC·1") == 13


@pytest.mark.parametrize(
    ("word", "particle"),
    [
        ("발급", "이"),
        ("인증서", "가"),
        ("각", "이"),
        ("가", "가"),
        ("힣", "이"),
        ("히", "가"),
        ("갛", "이"),
        ("개", "가"),
    ],
)
def test_the_particle_of_a_subject_follows_the_last_sound_of_the_word(word: str, particle: str) -> None:
    assert subject_particle(word) == particle


@pytest.mark.parametrize("operation", Operation)
@pytest.mark.parametrize("locale", ["ko", "en"])
def test_a_text_names_the_operation_in_its_own_language(operation: Operation, locale: str) -> None:
    name = OPERATION_NAMES[operation].in_locale(locale)
    assert name != OPERATION_NAMES[operation].in_locale("en" if locale == "ko" else "ko")
    assert name in code_text("본인증권", operation, CODE, 5, locale)
    assert name in reply_text("본인증권", operation, 5, locale)


def test_no_name_repeats_what_is_said_after_it_or_means_a_second_persons_word() -> None:
    """A call is for the 추가인증 of an operation; an approval is what another person gives (R20)."""
    assert not [name for name in OPERATION_NAMES.values() if "추가인증" in name.ko or "approval" in name.en]
