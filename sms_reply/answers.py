"""The text that answers a text: EUC-KR only, within 90 bytes for a firm with a name of 12 syllables."""

from typing import Final

from sms_reply.matching import ReplyOutcome

_VERIFIED: Final = (
    "인증이 완료되었습니다. 화면에서 계속 진행해 주세요.",
    "You are verified. Please continue on the screen.",
)

_TEXTS: Final = {
    ReplyOutcome.VERIFIED: _VERIFIED,
    ReplyOutcome.VERIFIED_BEFORE: _VERIFIED,
    ReplyOutcome.WRONG_CODE: (
        "인증번호가 다릅니다. 화면의 숫자 6자리를 다시 보내 주세요.",
        "That code is not right. Send the 6 digits on the screen.",
    ),
    ReplyOutcome.DENIED: (
        "인증을 거부했습니다. 요청하지 않았다면 고객센터에 알려 주세요.",
        "Denied. If you did not ask for this, tell our call centre.",
    ),
    ReplyOutcome.DENIED_LATE: (
        "이미 끝난 인증입니다. 요청하지 않았다면 고객센터에 알려 주세요.",
        "It is over. If you did not ask for it, tell our call centre.",
    ),
    ReplyOutcome.DENIED_AFTER_USE: (
        "인증이 이미 사용되었습니다. 지금 바로 고객센터로 전화해 주세요.",
        "It was used already. Please phone our call centre now.",
    ),
    ReplyOutcome.NOTICE_DENIED: (
        "거부를 접수했습니다. 지금 바로 고객센터로 전화해 주세요.",
        "Noted that it was not you. Phone our call centre now.",
    ),
    ReplyOutcome.DENIED_AFTER_ISSUANCE: (
        "이미 처리된 건입니다. 지금 바로 고객센터로 전화해 주세요.",
        "It was done already. Please phone our call centre now.",
    ),
    ReplyOutcome.LOCKED: (
        "오류가 많아 추가인증이 잠겼습니다. 고객센터로 문의해 주세요.",
        "Locked after too many errors. Please call our call centre.",
    ),
    ReplyOutcome.LATE: (
        "인증 시간이 지났습니다. 화면에서 다시 요청해 주세요.",
        "Too late: nothing was done. Ask again on the screen.",
    ),
    ReplyOutcome.NO_OPEN_VERIFICATION: (
        "진행 중인 인증이 없습니다. 안내문자를 받은 폰에서 답장하세요.",
        "Nothing is open here. Reply from the phone that we texted.",
    ),
    ReplyOutcome.FOR_THE_SCREEN: (
        "답장하지 말고 인증번호를 화면에 입력해 주세요.",
        "Please do not reply: type the code on the screen.",
    ),
    ReplyOutcome.SEVERAL_CODES: (
        "인증번호가 여러 개입니다. 화면의 숫자 6자리만 보내 주세요.",
        "More than one code. Send only the 6 digits on the screen.",
    ),
    ReplyOutcome.UNREADABLE: (
        "인증번호를 찾지 못했습니다. 화면의 숫자 6자리만 보내 주세요.",
        "No code found. Send only the 6 digits on the screen.",
    ),
}


def answering_text(outcome: ReplyOutcome, *, firm: str, locale: str) -> str | None:
    """What to text back, in Korean unless the locale is `en`; None where an answer would only cost money.

    An unknown sender gets none, or anybody could make the firm pay for texts. An unrelated text gets none either:
    two automatic repliers would never stop.
    """
    sentences = _TEXTS.get(outcome)
    if sentences is None:
        return None
    return f"[{firm}] {sentences[1] if locale == 'en' else sentences[0]}"
