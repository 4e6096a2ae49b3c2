"""Every sentence of the call, in Korean and English.

No sentence holds an ASCII digit but the first key and the deny key, the first key before the deny key:
nothing else that is said can be taken for a key to press.
"""

from dataclasses import dataclass
from enum import StrEnum


class Language(StrEnum):
    KOREAN = "ko"
    ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Phrases:
    """The call in one language; `{…}` are `str.format` fields."""

    greeting: str
    press_first_key: str
    press_deny_key: str
    keys_count_later: str
    wrong_first_key: str
    nothing_pressed: str
    right_first_key: str
    enter_code: str
    incomplete_code: str
    digits_only: str
    wrong_code: str
    verified: str
    locked: str
    expired: str
    closed: str
    denied: str
    gave_up: str
    tries_in_words: tuple[str, ...]
    """Words for one try and up."""
    many_tries: str

    def tries(self, count: int) -> str:
        """`count` (1 and up) tries in words."""
        return self.tries_in_words[count - 1] if count <= len(self.tries_in_words) else self.many_tries


PHRASES = {
    Language.KOREAN: Phrases(
        greeting=("{firm}입니다. {operation} 추가인증 전화입니다. 직접 요청하지 않으셨다면 인증을 거부해 주세요."),
        press_first_key="본인이 맞으시면 먼저 {first_key}번을 눌러 주세요.",
        press_deny_key="본인이 아니면 {deny_key}번을 눌러 주세요.",
        keys_count_later="안내가 끝난 뒤에 누른 번호만 인정됩니다.",
        wrong_first_key="안내해 드린 번호가 아닙니다.",
        nothing_pressed="누르신 번호가 없습니다.",
        right_first_key="감사합니다.",
        enter_code="화면에 보이는 여섯 자리 숫자를 눌러 주세요.",
        incomplete_code="여섯 자리를 모두 눌러 주셔야 합니다.",
        digits_only="숫자만 눌러 주세요.",
        wrong_code="숫자가 화면과 다릅니다. {tries} 남았습니다.",
        verified="인증되었습니다. 화면에서 계속 진행해 주세요.",
        locked="오류 횟수를 넘어 추가인증이 잠겼습니다. 고객센터에 문의해 주세요.",
        expired="인증 시간이 지났습니다. 화면에서 다시 요청해 주세요.",
        closed="이미 끝난 인증입니다. 화면을 확인해 주세요.",
        denied="인증을 거부했습니다. {firm}에 알렸습니다.",
        gave_up="인증하지 못했습니다. 화면에서 다시 요청해 주세요.",
        tries_in_words=(
            "한 번",
            "두 번",
            "세 번",
            "네 번",
            "다섯 번",
            "여섯 번",
            "일곱 번",
            "여덟 번",
            "아홉 번",
        ),
        many_tries="여러 번",
    ),
    Language.ENGLISH: Phrases(
        greeting=(
            "This is {firm}, calling for the extra authentication of {operation}. "
            "If you did not request it yourself, please deny it."
        ),
        press_first_key="If this is you, first press {first_key}.",
        press_deny_key="If it is not you, press {deny_key}.",
        keys_count_later="Only keys pressed after the announcement count.",
        wrong_first_key="That is not the key we asked for.",
        nothing_pressed="We did not get any key.",
        right_first_key="Thank you.",
        enter_code="Please key in the six digits on your screen.",
        incomplete_code="Please key in all six digits.",
        digits_only="Please press digits only.",
        wrong_code="The digits do not match your screen. You have {tries} left.",
        verified="You are verified. Please continue on your screen.",
        locked="Too many wrong answers: extra authentication is locked. Please call the customer centre.",
        expired="The time is up. Please request it again on your screen.",
        closed="This verification is already over. Please look at your screen.",
        denied="You denied the verification. {firm} has been told.",
        gave_up="We could not verify you. Please request it again on your screen.",
        tries_in_words=(
            "one try",
            "two tries",
            "three tries",
            "four tries",
            "five tries",
            "six tries",
            "seven tries",
            "eight tries",
            "nine tries",
        ),
        many_tries="several tries",
    ),
}
