"""The text that goes back."""

import pytest

from sms_reply.answers import answering_text
from sms_reply.matching import ReplyOutcome
from sms_reply.reading import CodeReply, read_reply

UNANSWERED = {ReplyOutcome.UNKNOWN_SENDER, ReplyOutcome.UNRELATED}
ANSWERED = [outcome for outcome in ReplyOutcome if outcome not in UNANSWERED]


@pytest.mark.parametrize("outcome", ANSWERED)
@pytest.mark.parametrize("locale", ["ko", "en"])
def test_every_answer_fits_one_korean_text_with_a_long_firm_name(outcome: ReplyOutcome, locale: str) -> None:
    text = answering_text(outcome, firm="가나다라마바사아자차카타", locale=locale)
    assert text is not None
    assert text.startswith("[가나다라마바사아자차카타] ")
    assert len(text.encode("cp949")) <= 90


@pytest.mark.parametrize("outcome", sorted(UNANSWERED))
def test_whoever_has_nothing_to_do_with_us_gets_no_answer(outcome: ReplyOutcome) -> None:
    assert answering_text(outcome, firm="본인증권", locale="ko") is None


@pytest.mark.parametrize("outcome", ANSWERED)
def test_english_is_for_those_who_asked_for_it(outcome: ReplyOutcome) -> None:
    english = answering_text(outcome, firm="Bonin Securities", locale="en")
    assert english is not None
    assert english.isascii()
    korean = answering_text(outcome, firm="Bonin Securities", locale="ko")
    assert korean is not None
    assert not korean.isascii()
    assert answering_text(outcome, firm="Bonin Securities", locale="fr") == korean


@pytest.mark.parametrize("outcome", ANSWERED)
@pytest.mark.parametrize("locale", ["ko", "en"])
def test_an_answer_that_is_sent_back_to_us_is_never_taken_for_a_code(outcome: ReplyOutcome, locale: str) -> None:
    text = answering_text(outcome, firm="본인증권", locale=locale)
    assert text is not None
    assert not isinstance(read_reply(text), CodeReply)
