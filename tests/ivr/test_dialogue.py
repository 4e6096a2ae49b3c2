"""The course of a call, told call by call."""

import pytest

from ivr.actions import Ask, CheckCode, Deny, HangUp, Say
from ivr.dialogue import draw_first_key, step
from ivr.events import (
    Answered,
    AnsweredBy,
    CheckAnswered,
    CheckVerdict,
    EarlyKeys,
    Event,
    HungUp,
    Keys,
    Silence,
)
from ivr.phrases import Language
from ivr.state import DialogueState, EndReason, Phase
from tests.ivr.calls import ENGLISH, KOREAN, PICKED_UP, RIGHT_FIRST_KEY, Call, asking_for_code

WRONG = CheckAnswered(CheckVerdict.WRONG, 4)


def test_whoever_answers_hears_who_calls_and_for_what_before_any_key_counts() -> None:
    ask = Call().goes(PICKED_UP).ask
    assert "본인증권" in ask.announcement[0]
    assert "공동인증서 발급" in ask.announcement[0]
    assert ask.instructions == ("본인이 맞으시면 먼저 3번을 눌러 주세요.",)
    assert ask.prompt == ("본인이 아니면 9번을 눌러 주세요.",)
    assert ask.keys == 1


def test_the_call_speaks_english_when_the_customer_does() -> None:
    ask = Call(ENGLISH).goes(PICKED_UP).ask
    assert ask.language is Language.ENGLISH
    assert "Bonin Securities" in ask.announcement[0]
    assert ask.instructions == ("If this is you, first press 3.",)
    assert ask.prompt == ("If it is not you, press 9.",)


def test_a_carrier_that_does_not_detect_machines_leaves_it_to_the_first_key() -> None:
    assert Call().goes(Answered(AnsweredBy.NOT_REPORTED)).state.phase is Phase.FIRST_KEY


@pytest.mark.parametrize(
    ("by", "reason"),
    [(AnsweredBy.MACHINE, EndReason.VOICEMAIL), (AnsweredBy.UNKNOWN, EndReason.ANSWERED_BY_UNKNOWN)],
)
def test_what_is_not_surely_a_person_hears_nothing(by: AnsweredBy, reason: EndReason) -> None:
    call = Call().goes(Answered(by))
    assert call.state.end is reason
    assert call.actions == (HangUp(),)


def test_the_right_first_key_leads_to_the_code() -> None:
    ask = asking_for_code().ask
    assert ask.prompt == ("화면에 보이는 여섯 자리 숫자를 눌러 주세요.",)
    assert ask.keys == 6


def test_six_digits_go_to_the_verifier() -> None:
    call = asking_for_code().goes(Keys("123456"))
    assert call.actions == (CheckCode("123456"),)


def test_the_right_code_ends_the_call_verified() -> None:
    call = asking_for_code().goes(Keys("123456"), CheckAnswered(CheckVerdict.CORRECT, 5))
    assert call.state.end is EndReason.VERIFIED
    assert call.said == "인증되었습니다. 화면에서 계속 진행해 주세요."
    assert call.actions[-1] == HangUp()


def test_a_wrong_code_asks_again_and_says_in_words_how_many_tries_are_left() -> None:
    call = asking_for_code().goes(Keys("111111"), WRONG)
    assert call.ask.instructions == ("숫자가 화면과 다릅니다. 네 번 남았습니다.",)
    assert call.goes(Keys("123456")).actions == (CheckCode("123456"),)


@pytest.mark.parametrize(
    ("left", "words"), [(1, "one try"), (2, "two tries"), (9, "nine tries"), (40, "several tries")]
)
def test_tries_are_counted_in_words(left: int, words: str) -> None:
    call = Call(ENGLISH).goes(PICKED_UP, RIGHT_FIRST_KEY, Keys("111111"))
    assert words in call.goes(CheckAnswered(CheckVerdict.WRONG, left)).ask.instructions[0]


@pytest.mark.parametrize(
    ("verdict", "reason"),
    [
        (CheckVerdict.LOCKED, EndReason.LOCKED),
        (CheckVerdict.EXPIRED, EndReason.EXPIRED),
        (CheckVerdict.CLOSED, EndReason.CLOSED),
    ],
)
def test_a_verification_that_is_over_ends_the_call_with_a_word_why(verdict: CheckVerdict, reason: EndReason) -> None:
    call = asking_for_code().goes(Keys("123456"), CheckAnswered(verdict, 0))
    assert call.state.end is reason
    assert call.said
    assert call.actions[-1] == HangUp()


def test_wrong_with_no_tries_left_is_locked() -> None:
    call = asking_for_code().goes(Keys("123456"), CheckAnswered(CheckVerdict.WRONG, 0))
    assert call.state.end is EndReason.LOCKED


def test_one_call_tries_five_codes_whatever_the_verifier_would_allow() -> None:
    call = asking_for_code()
    for _ in range(4):
        call.goes(Keys("111111"), WRONG)
    assert call.state.phase is Phase.CODE
    assert call.goes(Keys("111111"), WRONG).state.end is EndReason.WRONG_CODE


@pytest.mark.parametrize("nine", ["9", "9#", "99", "999999"])
@pytest.mark.parametrize("before", [(PICKED_UP,), (PICKED_UP, RIGHT_FIRST_KEY)])
def test_nine_denies_while_a_key_or_the_code_is_asked_for(before: tuple[Event, ...], nine: str) -> None:
    call = Call().goes(*before, Keys(nine))
    assert call.state.end is EndReason.DENIED
    assert call.actions[0] == Deny()
    assert call.said == "인증을 거부했습니다. 본인증권에 알렸습니다."
    assert call.actions[-1] == HangUp()


@pytest.mark.parametrize("nine", ["9", "999"])
def test_nine_denies_over_the_announcement_too(nine: str) -> None:
    assert Call().goes(PICKED_UP, EarlyKeys(nine)).state.end is EndReason.DENIED


def test_a_code_may_begin_with_nine() -> None:
    assert asking_for_code().goes(Keys("912345")).actions == (CheckCode("912345"),)


@pytest.mark.parametrize("early", ["3", "123456", "123499"])
def test_early_keys_are_told_that_they_do_not_count_and_all_is_said_again(early: str) -> None:
    told, ask = Call().goes(PICKED_UP, EarlyKeys(early)).actions
    assert told == Say(Language.KOREAN, ("안내가 끝난 뒤에 누른 번호만 인정됩니다.",))
    assert isinstance(ask, Ask)
    assert "본인증권" in ask.announcement[0]


def test_a_first_key_is_asked_for_anew_each_time() -> None:
    asked = step(DialogueState(), PICKED_UP, KOREAN, "3")
    again = step(asked.state, EarlyKeys("3"), KOREAN, "7")
    assert step(again.state, Keys("3"), KOREAN, "0").state.phase is Phase.FIRST_KEY
    assert step(again.state, Keys("7"), KOREAN, "0").state.phase is Phase.CODE


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (EarlyKeys("1"), EndReason.EARLY_KEYS),
        (Keys("4"), EndReason.WRONG_FIRST_KEY),
        (Keys("*"), EndReason.INVALID_KEYS),
        (Keys("#"), EndReason.NO_INPUT),
        (Silence(), EndReason.NO_INPUT),
    ],
)
def test_trouble_with_the_first_key_is_met_twice_with_asking_again(event: Event, reason: EndReason) -> None:
    call = Call().goes(PICKED_UP, event, event)
    assert call.state.phase is Phase.FIRST_KEY
    assert call.goes(event).state.end is reason
    assert call.said == "인증하지 못했습니다. 화면에서 다시 요청해 주세요."


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (Keys("123"), EndReason.INCOMPLETE_KEYS),
        (Keys("12345#"), EndReason.INCOMPLETE_KEYS),
        (Keys("*"), EndReason.INVALID_KEYS),
        (Keys("12*456"), EndReason.INVALID_KEYS),
        (Keys("1234567"), EndReason.INVALID_KEYS),
        (Keys("12345A"), EndReason.INVALID_KEYS),
        (Keys("１２３４５６"), EndReason.INVALID_KEYS),
        (Keys("#"), EndReason.NO_INPUT),
        (Silence(), EndReason.NO_INPUT),
    ],
)
def test_what_is_no_code_never_counts_as_a_try_and_is_met_twice_with_asking_again(
    event: Event, reason: EndReason
) -> None:
    call = asking_for_code().goes(event, event)
    assert call.state.phase is Phase.CODE
    assert call.state.checks == 0
    assert call.goes(event).state.end is reason


@pytest.mark.parametrize(
    ("event", "remark"),
    [
        (Silence(), "누르신 번호가 없습니다."),
        (Keys("#"), "누르신 번호가 없습니다."),
        (Keys("*"), "숫자만 눌러 주세요."),
    ],
)
def test_who_is_asked_again_is_told_what_was_wrong_whatever_was_asked(event: Event, remark: str) -> None:
    assert Call().goes(PICKED_UP, event).ask.announcement[0] == remark
    assert asking_for_code().goes(event).ask.instructions == (remark,)


def test_an_answer_forgives_the_silence_before_it() -> None:
    call = asking_for_code().goes(Silence(), Silence(), Keys("111111"), WRONG, Silence(), Silence())
    assert call.state.phase is Phase.CODE


@pytest.mark.parametrize(
    "before",
    [
        (),
        (PICKED_UP,),
        (PICKED_UP, RIGHT_FIRST_KEY),
        (PICKED_UP, RIGHT_FIRST_KEY, Keys("123456")),
    ],
)
def test_hanging_up_ends_the_call_wherever_it_is(before: tuple[Event, ...]) -> None:
    call = Call().goes(*before, HungUp())
    assert call.state.end is EndReason.HUNG_UP
    assert call.actions == ()


def test_a_verdict_after_the_call_ended_changes_nothing() -> None:
    call = asking_for_code().goes(Keys("123456"), HungUp(), CheckAnswered(CheckVerdict.CORRECT, 5))
    assert call.state.end is EndReason.HUNG_UP
    assert call.actions == ()


def test_no_event_or_action_shows_keys_when_printed() -> None:
    shown = repr([Keys("123456"), EarlyKeys("123456"), CheckCode("123456")])
    assert "123456" not in shown


def test_first_keys_are_drawn_from_all_but_nine() -> None:
    assert {draw_first_key() for _ in range(2000)} == set("012345678")


@pytest.mark.parametrize("first_key", ["9", "", "12", "３"])
def test_a_first_key_that_cannot_have_been_drawn_is_refused(first_key: str) -> None:
    with pytest.raises(ValueError, match="first key"):
        step(DialogueState(), PICKED_UP, KOREAN, first_key)


@pytest.mark.parametrize(
    ("events", "remark"),
    [
        ((Keys("3"),), "감사합니다."),
        ((Silence(),), "누르신 번호가 없습니다."),
        ((Keys("#"),), "누르신 번호가 없습니다."),
        ((Keys("4"),), "안내해 드린 번호가 아닙니다."),
        ((Keys("3"), Silence()), "누르신 번호가 없습니다."),
        ((Keys("3"), Keys("#")), "누르신 번호가 없습니다."),
        ((Keys("3"), Keys("1234#")), "여섯 자리를 모두 눌러 주셔야 합니다."),
    ],
)
def test_a_caller_hears_what_was_wrong_before_being_asked_again(events: tuple[Event, ...], remark: str) -> None:
    ask = Call().goes(PICKED_UP, *events).ask
    assert remark in (*ask.announcement, *ask.instructions)


def test_who_heard_nothing_is_told_again_who_calls() -> None:
    first = Call().goes(PICKED_UP).ask.announcement
    assert Call().goes(PICKED_UP, Silence()).ask.announcement[1:] == first


def test_every_part_of_a_call_is_in_its_language_and_waits_for_keys() -> None:
    first_key, code = Call(ENGLISH).goes(PICKED_UP).ask, Call(ENGLISH).goes(PICKED_UP, RIGHT_FIRST_KEY).ask
    assert (first_key.language, first_key.timeout_seconds) == (Language.ENGLISH, 7)
    assert (code.language, code.timeout_seconds) == (Language.ENGLISH, 10)
    [deny, last_words, hang_up] = Call(ENGLISH).goes(PICKED_UP, Keys("9")).actions
    assert (deny, hang_up) == (Deny(), HangUp())
    assert isinstance(last_words, Say)
    assert last_words.language is Language.ENGLISH


def test_who_tried_five_codes_in_one_call_hears_that_it_is_over() -> None:
    call = asking_for_code()
    for _ in range(5):
        call.goes(Keys("000000"), WRONG)
    assert call.state.end is EndReason.WRONG_CODE
    assert call.said == "인증하지 못했습니다. 화면에서 다시 요청해 주세요."
