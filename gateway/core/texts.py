"""The texts that leave for a customer's phone: EUC-KR characters only, within 90 bytes where the names allow it.

Each names the firm, the operation and the minutes left: a customer who asked for nothing sees what is being tried in
their name.
"""

from gateway.core.operations import OPERATION_NAMES, Operation

ONE_TEXT = 90
"""Bytes in EUC-KR that fit one Korean SMS; a longer text goes out as LMS."""

_LONGEST_CHARACTER = 2
"""Bytes of a character in EUC-KR."""


def code_text(firm: str, operation: Operation, code: str, minutes: int, locale: str) -> str:
    """The text of method `sms`."""
    name = OPERATION_NAMES[operation].in_locale(locale)
    if locale == "en":
        return f"[{firm}] {code}: code for {name}, {minutes} min. Never share it."
    return f"[{firm}] {name} 인증번호 {code} ({minutes}분내 입력) 타인에게 절대 알려주지 마세요"


def reply_text(firm: str, operation: Operation, minutes: int, locale: str) -> str:
    """The text of method `sms_reply`. The code is on the screen, not here."""
    name = OPERATION_NAMES[operation].in_locale(locale)
    if locale == "en":
        return f"[{firm}] {name}: text the code on screen, {minutes} min. Not you? NO"
    return f"[{firm}] {name}: 화면 인증번호를 {minutes}분내 답장하세요. 본인이 아니면 '아니오'"


def subject_particle(korean: str) -> str:
    """이 after a final consonant, 가 after a vowel; the word ends in a Korean syllable."""
    # Unicode has the syllables in order, 28 for each pair of first consonant and vowel, the one without a final first.
    has_final_consonant = (ord(korean[-1]) - ord("가")) % 28 != 0
    return "이" if has_final_consonant else "가"


def length_in_euc_kr(text: str) -> int:
    """Bytes of a text in EUC-KR as carriers count them. Raises UnicodeEncodeError for any other character.

    That includes syllables outside KS X 1001, such as 뷁: Python would spell them out in 8 bytes.
    """
    length = len(text.encode("euc_kr"))
    for at, character in enumerate(text):
        if len(character.encode("euc_kr")) > _LONGEST_CHARACTER:
            raise UnicodeEncodeError("euc_kr", text, at, at + 1, "not in KS X 1001")
    return length
