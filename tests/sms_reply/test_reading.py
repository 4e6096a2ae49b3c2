"""What a typed text means."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.notices import NoticeKind, notice_text
from gateway.core.operations import Operation
from gateway.core.texts import reply_text
from sms_reply.reading import (
    LONGEST_TEXT,
    CodeReply,
    DenialReply,
    SeveralCodesReply,
    UnreadableReply,
    read_reply,
)
from tests.builders import FIRM

CODES = st.from_regex("[0-9]{6}", fullmatch=True)
ANY_TEXT = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    "body",
    [
        "123456",
        " 123456\n",
        "\ufeff123456",
        "인증번호 123456 입니다",
        "123456입니다.",
        "인증번호는123456이에요",
        "[Web발신]\n인증번호 123456",
        "[국제발신] 123456",
        "인증번호:\r\n123456\r\n감사합니다",
        "１２３４５６",
        "123 456",
        "123\u3000456",
        "123\u00a0456",
        "1 2 3 4 5 6",
        "12-34-56",
        "123-456",
        "123 - 456",
        "123\u2013456",
        "123\uff0d456",
        "123\n456",
        "12\u200b34\u200d56",
        "12\x0034\x0756",
        "①②③④⑤⑥",
        "𝟏𝟐𝟑𝟒𝟓𝟔",
        "123456 123456",
        "123456\n123-456",
        "123456\n010-1234-5678",
        "미안합니다 123456 보냅니다",
        "복사기 앞이에요 123456",
        "편안한 하루 되세요 123456",
        "보안해제용 123456",
        "정지훈 123456",
        "인증해지금 123456",
        "걱정하지 마세요 123456",
        "의심 하지마세요 123456",
        "오해는 하지 마세요 123456",
        "걱정을하지 말아요 123456",
        "하지 마음이 급해서 123456",
        "급하지만 123456",
        "n 123456",
        "at the end 123456",
        "now 123456",
        "내 인증 코드 'Code 123456'",
    ],
)
def test_a_code_is_read_however_it_is_typed(body: str) -> None:
    assert read_reply(body) == CodeReply("123456")


@pytest.mark.parametrize(
    "body",
    [
        "",
        "네",
        "12345",
        "1234567",
        "010-1234-5678",
        "01012345678",
        "010 1234 5678",
        "02-700-1234",
        "010 123456",
        "123456 78",
        "900101-1234567",
        "900101 1234567",
        "2024-05-31",
        "1,234,567원",
        "123.456",
        "123 그리고 456",
        "١٢٣٤٥٦",
        "१२३४५६",
        "١123456",
        "123456٧",
        "12345½",
        "12345²",
        "₁23456",
        "1234⑩",
        "12345⒈",
        "123456㎡",
        "일이삼사오육",
        "\ud800\udfff",
        "운전 중입니다. 나중에 연락드리겠습니다.",
        "업무 중이니 전화하지 마시고 문자 주세요.",
        "자동으로 보낸 문자이니 회신하지 마세요.",
        "모르는 번호로 온 문자는 확인하지 않습니다.",
        "I'm driving with Do Not Disturb While Driving turned on. I'll see your message when I get where I'm going.",
        "I’m driving with Focus turned on. (I’m not receiving notifications. If this is urgent, reply “urgent”.)",
    ],
)
def test_what_is_not_clearly_one_code_is_unreadable(body: str) -> None:
    assert read_reply(body) == UnreadableReply()


@pytest.mark.parametrize(
    "body", ["123456 654321", "123456\n654321", "123456, 654321", "앞 111111 뒤 222222", "123 456 / 654 321"]
)
def test_different_codes_in_one_text_are_not_tried(body: str) -> None:
    assert read_reply(body) == SeveralCodesReply()


@pytest.mark.parametrize(
    "body",
    [
        "아니오",
        "아니요",
        "아뇨",
        "아니에요",
        "아 아닙니다!!",
        "본인 아님",
        "본인이 아닙니다",
        "제가 안 했어요",
        "신청한 적 없습니다",
        "신청한 적이 없습니다",
        "요청한적도없는데요",
        "신청 안함",
        "신청안했어요",
        "저안했는데요",
        "모르는 문자예요",
        "명의도용입니다",
        "아녀",
        "노",
        "ㄴ",
        "N",
        "x.",
        "거부",
        "취소해 주세요",
        "보이스피싱이죠?",
        "사기",
        "ㄴㄴ",
        "\u110b\u1161\u1102\u1175\u110b\u1169",
        "no",
        "NO!",
        "ＮＯ",
        "No, it wasn’t me",
        "Not me",
        "stop",
        "STOP.",
        "STOPALL",
        "Unsubscribe",
        "QUIT",
        "그만 보내세요",
        "중단해 주세요",
        "정지",
        "해지요.",
        "그만해",
        "인증하지 마세요",
        "전화하지 마시오",
        "하지마",
        "진행하지 말아 주세요",
        "걱정 말고 인증하지 마 123456",
        "아니오 123456",
        "123456 본인 아님",
        "no 123456 654321",
        "Disliked “[본인증권] 인증서 발급이 진행 중입니다. 본인이 아니면 1588-0030”",
        "Reacted 👎 to “[본인증권] 인증서 발급이 진행 중입니다. 본인이 아니면 1588-0030”",
        "“[본인증권] 인증서 발급이 진행 중입니다.” N",
        "아니오 “[본인증권] 인증서 발급: 화면 인증번호를 5분내 답장하세요.”",
    ],
)
def test_a_denial_is_heard_even_beside_a_code(body: str) -> None:
    assert read_reply(body) == DenialReply()


@pytest.mark.parametrize("before", ["Liked ", "Loved ", "Reacted 🎉 to ", "Removed a like from ", ""])
@pytest.mark.parametrize("quotes", ["“”", '""', "“…"])
@pytest.mark.parametrize(
    "ours",
    [
        reply_text("본인증권", Operation.ISSUE, 5, "ko"),
        reply_text("Bonin", Operation.ISSUE, 5, "en"),
        f"[Web발신]\n{notice_text(FIRM, NoticeKind.ISSUANCE_COMPLETED, Operation.ISSUE, 'ko')}",
    ],
)
def test_who_likes_a_text_of_ours_has_said_neither(before: str, quotes: str, ours: str) -> None:
    assert read_reply(f"{before}{quotes[0]}{ours}{quotes[1]}") == UnreadableReply()


def test_a_text_longer_than_any_phone_sends_is_not_cut_into_a_code() -> None:
    assert read_reply("가" * (LONGEST_TEXT - 6) + "123456") == CodeReply("123456")
    assert read_reply("가" * (LONGEST_TEXT - 6) + "1234567") == UnreadableReply()


def test_a_code_is_not_shown_by_repr() -> None:
    assert "123456" not in repr(read_reply("123456"))


@given(ANY_TEXT)
def test_any_text_is_read_and_a_code_is_six_ascii_digits(body: str) -> None:
    match read_reply(body):
        case CodeReply(code):
            assert re.fullmatch("[0-9]{6}", code)
        case other:
            assert other in (DenialReply(), SeveralCodesReply(), UnreadableReply())


@given(st.text(alphabet="0123456789 -\n가아니오no.,", max_size=40))
def test_a_code_that_is_read_was_written_in_that_order(body: str) -> None:
    reply = read_reply(body)
    if isinstance(reply, CodeReply):
        assert re.search("[ \n-]{0,3}".join(reply.code), body)


@given(code=CODES, length=st.integers(1, 8), before=st.booleans())
def test_one_digit_more_on_either_side_is_not_that_code(code: str, length: int, before: bool) -> None:
    extra = "7" * length
    assert read_reply(extra + code if before else code + extra) == UnreadableReply()


@given(
    code=CODES,
    separators=st.lists(st.sampled_from(["", " ", "-", "\u200b", " - "]), min_size=5, max_size=5),
    before=st.sampled_from(["", "인증번호 ", "[Web발신]\n", "코드:", "("]),
    after=st.sampled_from(["", "입니다", ".", "\n", ")", " 번"]),
)
def test_grouping_and_polite_words_do_not_hide_a_code(
    code: str, separators: list[str], before: str, after: str
) -> None:
    typed = "".join(digit + separator for digit, separator in zip(code, [*separators, ""], strict=True))
    assert read_reply(before + typed + after) == CodeReply(code)


@pytest.mark.parametrize("line_break", ["\n", "\r", "\v", "\f", "\u0085", "\u2028", "\u2029"])
def test_a_line_break_of_any_kind_ends_a_number(line_break: str) -> None:
    assert read_reply(f"123456{line_break}1") == CodeReply("123456")


@pytest.mark.parametrize("space", [" ", "\t", "\u00a0", "\u1680", "\u2009", "\u3000"])
def test_a_space_of_any_kind_keeps_two_numbers_apart(space: str) -> None:
    assert read_reply(f"123456{space}654321") == SeveralCodesReply()


@pytest.mark.parametrize("space", [" ", "\t", "\u00a0", "\u1680", "\u2009", "\u3000"])
def test_a_space_of_any_kind_may_stand_within_a_code(space: str) -> None:
    assert read_reply(f"123{space}456") == CodeReply("123456")


@pytest.mark.parametrize("digit", ["\u3007", "\u09f4", "\u0e51"], ids=["letter number", "other number", "digit"])
def test_a_digit_of_another_script_beside_a_code_makes_it_another_number(digit: str) -> None:
    assert read_reply(f"{digit}123456") == read_reply(f"123456{digit}") == UnreadableReply()
