"""Reading a text that a customer typed: a code, a denial, or neither.

The text is whatever somebody sent to a public number. Reading it never raises, takes time in proportion to
its length, and leans to no: a denial beside a code is a denial, and digits that may be a telephone number
are not a code.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Final, TypeAlias

LONGEST_TEXT: Final = 1600
"""Characters: as many as a carrier brings in one text. What is longer is not cut to fit, since a cut can turn
seven digits into six."""


@dataclass(frozen=True, slots=True)
class CodeReply:
    """The text holds one code: six ASCII digits, never shown by `repr`."""

    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class DenialReply:
    """The customer says that it was not them, or that they do not want it."""


@dataclass(frozen=True, slots=True)
class SeveralCodesReply:
    """The text holds different codes: trying each would give a guesser several tries for one text."""


@dataclass(frozen=True, slots=True)
class UnreadableReply:
    """Neither a code nor a denial."""


Reply: TypeAlias = CodeReply | DenialReply | SeveralCodesReply | UnreadableReply


def read_reply(body: str) -> Reply:
    """What the customer meant. Total: any string has an answer."""
    if len(body) > LONGEST_TEXT:
        return UnreadableReply()
    text = _OUR_WORDS.sub(" ", _normalised(body))
    if _DENIAL_KO.search(text) or _DENIAL_EN.search(text) or _DENIAL_ALONE.fullmatch(text):
        return DenialReply()
    codes = _codes_in(text)
    if len(codes) > 1:
        return SeveralCodesReply()
    return CodeReply(codes.pop()) if codes else UnreadableReply()


_OUR_WORDS: Final = re.compile('[“"] *\\[[^”"]*(?:[”"]|$)')
"""A text of ours in quotation marks, recognised by the firm's name in brackets: an iPhone sends it back like this when
its owner reacts to it. What it says of denying is not what the customer says."""

_HARMLESS: Final = "걱정|염려|의심|오해|답장|회신"
"""“Do not …” of these denies nothing: people write it beside a code, and phones in what they answer by themselves."""

_DENIAL_KO: Final = re.compile(
    "아니|아닌|아님|아닙|아뇨|아냐|아녜|아녀|거부|거절|취소|중지|차단|피싱|스팸|도용|해킹|신고|싫"
    # A phone may answer by itself that it takes nothing from 모르는 번호.
    "|모르는(?! ?(?:번호|전화))|적[이은도]? ?없"
    # Not 하지 마음, and not 전화하지 마시고 문자 주세요, which a phone says by itself.
    f"|(?<!{_HARMLESS})(?<!(?:{_HARMLESS})[ 은는을를도])(?<!(?:{_HARMLESS})[은는을를도] )"
    "하지 ?(?:마(?:[세셔셈십요라]|시(?!고)|(?![가-힣]))|말[아라])"
    # Inside a word these say nothing: 복사기, 미안합니다, 편안함.
    "|(?<![가-힣])(?:사기|안 ?[하했함합해할])"
    # Written without the space: 신청안했어요, 저안했는데요.
    "|(?<=[청급증록의저나가전난])안 ?[하했함합해할]"
    # ㄴㄴ as typed: NFKC turns the keyboard's lone consonants into leading ones.
    "|\u1102\u1102"
)
"""Stems, wherever they stand. The customer answers our text with the code on the screen at hand, so a no is hardly
ever about anything else; where it is, opening another verification costs little."""

_DENIAL_EN: Final = re.compile(
    # What an iPhone answers by itself is no denial: "Do Not Disturb", "I'm not receiving notifications".
    "(?<![a-z])(?:no|nope|not(?! (?:disturb|receiving))|never|(?:was|did|do)n.?t|stop|cancel|deny|denied|refuse|reject"
    "|dislike[ds]?|fraud|scam)(?![a-z])"
    "|[👎❌🙅]"
)

_DENIAL_ALONE: Final = re.compile(
    r"[\W_]*(?:n|x|노+|\u1102|stopall|unsubscribe|end|quit|revoke|optout"
    r"|(?:그만|중단|정지|해지) ?(?:요|합니다|하세요|해(?:요| ?줘요?| ?주세요)?|보내(?:세요| ?주세요)?)?)[\W_]*"
)
"""These say no where they are the whole text. Elsewhere they may be anything, such as the name 정지훈. At the English
words carriers stop texting (https://help.twilio.com/articles/223134027)."""

_STRANGE_DIGIT: Final = "\0"
"""Stands for a digit that is not 0-9, such as ١, or not a single one, such as ½: people see a digit, so it counts as
one and never matches."""

_SMALL: Final = ("<super>", "<sub>")
"""How Unicode marks a digit that is set above or below the line: a footnote, or a power."""

_NUMBER: Final = re.compile(r"[0-9\0](?:[ \n-]{0,3}[0-9\0])*")
"""Digits with at most three separators between any two."""

_CODE: Final = re.compile("[0-9]{6}")


def _normalised(body: str) -> str:
    """Full-width to ASCII, lower case, every dash a hyphen; invisible characters gone; line breaks kept."""
    body = "".join(map(_one_digit_or_none, body))
    return "".join(_plain(character) for character in unicodedata.normalize("NFKC", body).lower())


def _one_digit_or_none(character: str) -> str:
    """The character, unless NFKC would make digits of it where nobody would read just one: ½, ², ⑩, ㎡."""
    if character.isascii() or re.search("[0-9]", plain := unicodedata.normalize("NFKC", character)) is None:
        return character
    is_one_digit = len(plain) == 1 and not unicodedata.decomposition(character).startswith(_SMALL)
    # NFKC leaves 〇 as it is, and it is no digit of ours either.
    return character if is_one_digit else "〇"


def _plain(character: str) -> str:
    if character in "\n\r\v\f\u0085\u2028\u2029":
        return "\n"
    if character == "\t":
        return " "
    match unicodedata.category(character):
        case "Zs":
            return " "
        case "Cc" | "Cf":
            return ""
        case "Pd":
            return "-"
        case "Nd" | "Nl" | "No" if not character.isascii():
            return _STRANGE_DIGIT
        case _:
            return character


def _codes_in(text: str) -> set[str]:
    return {code for number in _NUMBER.findall(text) for code in _codes_of(number)}


def _codes_of(number: str) -> list[str]:
    """The codes in one run of digits and separators.

    Six digits in all are a code however they are grouped. Otherwise each line stands for itself, and a line
    holds several codes only when nothing else is on it: `010 123456` is part of a telephone number.
    """
    if code := _as_code(number):
        return [code]
    codes = []
    for line in number.split("\n"):
        groups = [_as_code(group) for group in line.split()]
        if code := _as_code(line):
            codes.append(code)
        elif all(groups):
            codes.extend(code for code in groups if code)
    return codes


def _as_code(number: str) -> str | None:
    digits = re.sub("[ \n-]", "", number)
    return digits if _CODE.fullmatch(digits) else None
