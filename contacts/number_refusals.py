"""Why a number is refused, in both languages."""

from enum import StrEnum
from typing import Final

E164_DIGITS: Final = 15
"""The most digits an international number has, country code included (ITU-T E.164, 6.2.1)."""


class NumberRefusal(StrEnum):
    """Why a number is refused, with a sentence for the field that held it, which never repeats the number."""

    NOT_A_NUMBER = "not_a_number"
    UNEXPECTED_CHARACTER = "unexpected_character"
    NOT_E164 = "not_e164"
    TRUNK_ZERO = "trunk_zero"
    TOO_LONG = "too_long"
    NOT_VALID = "not_valid"
    MOBILE = "mobile"
    LANDLINE = "landline"
    VOIP = "voip"
    PREMIUM_RATE = "premium_rate"
    TOLL_FREE = "toll_free"
    SPECIAL_SERVICE = "special_service"
    PERSONAL = "personal"
    FOREIGN = "foreign"
    COSTLY = "costly"

    @property
    def sentence_ko(self) -> str:
        return _SENTENCES[self][0]

    @property
    def sentence_en(self) -> str:
        return _SENTENCES[self][1]


_SENTENCES: Final = {
    NumberRefusal.NOT_A_NUMBER: (
        "전화번호를 +821000000000 형식으로 입력해 주세요.",
        "Enter a phone number in the form +821000000000.",
    ),
    NumberRefusal.UNEXPECTED_CHARACTER: (
        "맨 앞의 +와 숫자(0-9)만 쓸 수 있습니다. 공백, 하이픈, 내선번호는 빼 주세요.",
        "Use only a leading + and the digits 0-9: no spaces, hyphens or extensions.",
    ),
    NumberRefusal.NOT_E164: (
        "국가번호로 시작하는 형식으로 입력해 주세요. 예: 010으로 시작하면 +8210으로 바꿉니다.",
        "Start with + and the country code: a number beginning 010 becomes +8210.",
    ),
    NumberRefusal.TRUNK_ZERO: (
        "국가번호 +82 뒤의 0을 빼 주세요. 예: 010으로 시작하면 +8210으로 바꿉니다.",
        "Leave out the 0 after the country code +82: a number beginning 010 becomes +8210.",
    ),
    NumberRefusal.TOO_LONG: (
        f"전화번호는 국가번호를 포함해 {E164_DIGITS}자리까지입니다.",
        f"A phone number has at most {E164_DIGITS} digits, country code included.",
    ),
    NumberRefusal.NOT_VALID: (
        "실제로 쓰이는 전화번호가 아닙니다. 번호를 확인해 주세요.",
        "This is not a number in use. Check its digits.",
    ),
    NumberRefusal.MOBILE: (
        "휴대폰 번호는 등록할 수 없습니다.",
        "Mobile numbers cannot be registered.",
    ),
    NumberRefusal.LANDLINE: (
        "일반 유선번호는 등록할 수 없습니다.",
        "Landline numbers cannot be registered.",
    ),
    NumberRefusal.VOIP: (
        "인터넷전화(070) 번호는 등록할 수 없습니다.",
        "Internet telephone (070) numbers cannot be registered.",
    ),
    NumberRefusal.PREMIUM_RATE: (
        "유료 정보 서비스(060) 번호는 등록할 수 없습니다.",
        "Premium-rate (060) numbers cannot be registered.",
    ),
    NumberRefusal.TOLL_FREE: (
        "수신자 부담(080) 번호는 등록할 수 없습니다.",
        "Toll-free (080) numbers cannot be registered.",
    ),
    NumberRefusal.SPECIAL_SERVICE: (
        "대표번호(15xx, 16xx, 18xx)는 등록할 수 없습니다.",
        "Company-wide numbers (15xx, 16xx, 18xx) cannot be registered.",
    ),
    NumberRefusal.PERSONAL: (
        "개인번호 서비스(050) 번호는 등록할 수 없습니다. 실제 전화번호를 입력해 주세요.",
        "Personal (050) numbers cannot be registered: enter the number they forward to.",
    ),
    NumberRefusal.FOREIGN: (
        "해외 전화번호는 등록할 수 없습니다.",
        "Foreign numbers cannot be registered.",
    ),
    NumberRefusal.COSTLY: (
        "요금이 비싸거나 국제전화 사기에 쓰이는 번호대라서 등록할 수 없습니다.",
        "Numbers of this range cost too much or are used for fraud: they cannot be registered.",
    ),
}


class NumberRefused(ValueError):
    """This text is not a number that may be registered. Holds the reason, never the text."""

    def __init__(self, reason: NumberRefusal) -> None:
        super().__init__(reason.value)
        self.reason = reason
