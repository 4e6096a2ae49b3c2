"""Phone numbers: what may be registered, what kind of line it is, and how it is shown.

Numbers come in as E.164 and in no other form. `phonenumbers` knows the numbering plans, but it also reads
`010-CALL-NOW`, the letter O, zero-width characters, other scripts' digits, `;ext=`, `,,123` and
`;phone-context=`, drops a trunk zero, and calls `02-1588-0030` an ordinary landline. So an ASCII allow-list
stands before it, and an exact shape of the Korean numbering plan after it.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumberType

from contacts.costly_ranges import is_costly
from contacts.number_refusals import E164_DIGITS, NumberRefusal, NumberRefused

KOREA: Final = "82"
_REGIONS: Final = {str(code): regions for code, regions in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items()}
"""The regions that share a calling code."""

_E164 = re.compile(rf"\+[1-9][0-9]{{6,{E164_DIGITS - 1}}}")
_USUAL_MOBILE = re.compile(r"\+8210[0-46-9][0-9]{7}")
"""Mobiles that both numbering plans accept, whatever their last digits: nearly all numbers that come.

This takes a tenth of the library's time, and the tests hold it to `read_by_plans`. 0105 is left out, since the library
knows only some of it.
"""
_SOME_DIGIT = re.compile(r"[0-9]")
_ONLY_DIGITS = re.compile(r"[0-9]+")
_DIGITS_AND_PUNCTUATION = re.compile(r"[+0-9() .-]+")


class LineType(StrEnum):
    """`line_type` of the public interface: what a contact's methods depend on (R3, R4)."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    VOIP = "voip"
    OTHER = "other"


class NumberFamily(StrEnum):
    """The groups of numbers that a firm may allow or refuse as a whole."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    VOIP = "voip"
    PREMIUM_RATE = "premium_rate"
    TOLL_FREE = "toll_free"
    SPECIAL_SERVICE = "special_service"
    PERSONAL = "personal"


@dataclass(frozen=True, slots=True)
class NumberPlan:
    """Which numbers a firm accepts; what is not allowed here is refused.

    Korean mobiles and subscriber lines by default. Internet telephones (070) are among them: they are
    subscriber lines in somebody's name, with the same portability as landlines.
    """

    families: frozenset[NumberFamily] = frozenset({NumberFamily.MOBILE, NumberFamily.LANDLINE, NumberFamily.VOIP})
    countries: frozenset[str] = frozenset()
    """ISO 3166 codes of the foreign countries accepted. A calling code would not do: +1 is 25 countries."""


DEFAULT: Final = NumberPlan()


@dataclass(frozen=True, slots=True, repr=False)
class PhoneNumber:
    """An E.164 number and the kind of its line. Prints itself masked: ask for `e164` to see all of it."""

    e164: str
    line_type: LineType

    def __post_init__(self) -> None:
        if not _E164.fullmatch(self.e164):
            raise ValueError("not an E.164 number")

    @property
    def masked(self) -> str:
        """Country code, operator or area code, and the last four, as in `+8210****5678`.

        At least four digits are hidden: a shorter number shows fewer at its end.
        """
        country = _country_code(self.e164)
        digits = self.e164[1 + len(country) :]
        area = _area_code(digits) if country == KOREA and len(digits) > 5 else ""
        subscriber = digits[len(area) :]
        hidden = max(len(subscriber) - 4, 4)
        return f"+{country}{area}{'*' * hidden}{subscriber[hidden:]}"

    @property
    def country(self) -> str | None:
        """ISO 3166-1 alpha-2 of the country whose plan it belongs to; None where the plan is not one country's."""
        regions = _REGIONS.get(_country_code(self.e164), ())
        country: str | None = (
            regions[0]
            if len(regions) == 1
            else phonenumbers.region_code_for_number(phonenumbers.parse(self.e164, None))
        )
        return country if country and country.isalpha() else None

    def prefix(self, digits: int) -> str:
        """The range that the number is in: country code and the first `digits` after it, but never the last four."""
        country = _country_code(self.e164)
        return self.e164[: min(1 + len(country) + digits, len(self.e164) - 4)]

    def __repr__(self) -> str:
        return f"PhoneNumber({self.masked}, {self.line_type})"

    def __str__(self) -> str:
        return self.masked


def parse_phone_number(text: str, plan: NumberPlan = DEFAULT) -> PhoneNumber:
    """Read one E.164 number and classify its line. Nothing is stripped or repaired.

    Raises `NumberRefused`, and nothing else, whatever the text.
    """
    if NumberFamily.MOBILE in plan.families and _USUAL_MOBILE.fullmatch(text):
        return PhoneNumber(text, LineType.MOBILE)
    return read_by_plans(text, plan)


def read_by_plans(text: str, plan: NumberPlan) -> PhoneNumber:
    """What `parse_phone_number` answers for any number, by the numbering plans of the library and of Korea."""
    _check_form(text)
    if text.startswith(f"+{KOREA}0"):
        raise NumberRefused(NumberRefusal.TRUNK_ZERO)
    try:
        parsed = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        raise NumberRefused(NumberRefusal.NOT_VALID) from None
    if str(parsed.country_code) == KOREA:
        kind = _korean_kind(text.removeprefix(f"+{KOREA}"))
    else:
        kind = _foreign_kind(text, parsed, plan)
    if kind is None:
        raise NumberRefused(NumberRefusal.NOT_VALID)
    if kind.family not in plan.families:
        raise NumberRefused(NumberRefusal(kind.family.value))
    # It was not E.164 if the library had to repair it, as by dropping a foreign trunk zero.
    repaired = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) != text
    if repaired or not phonenumbers.is_valid_number(parsed):
        raise NumberRefused(NumberRefusal.NOT_VALID)
    return PhoneNumber(text, kind.line_type)


def _check_form(text: str) -> None:
    """Let nothing but the characters of E.164 reach the library, and say what is wrong with the rest."""
    if _E164.fullmatch(text):
        return
    if not _SOME_DIGIT.search(text):
        raise NumberRefused(NumberRefusal.NOT_A_NUMBER)
    if not _DIGITS_AND_PUNCTUATION.fullmatch(text):
        raise NumberRefused(NumberRefusal.UNEXPECTED_CHARACTER)
    if not text.startswith("+"):
        raise NumberRefused(NumberRefusal.NOT_E164)
    if not _ONLY_DIGITS.fullmatch(text[1:]):
        raise NumberRefused(NumberRefusal.UNEXPECTED_CHARACTER)
    too_long = len(text) > 1 + E164_DIGITS
    raise NumberRefused(NumberRefusal.TOO_LONG if too_long else NumberRefusal.NOT_VALID)


@dataclass(frozen=True, slots=True)
class _Kind:
    family: NumberFamily
    line_type: LineType


_AREA = "(?:2|3[1-3]|4[1-4]|5[1-5]|6[1-4])"

_KOREAN_KINDS: Final = tuple(
    (re.compile(shape), _Kind(family, line_type))
    for shape, family, line_type in (
        ("10[0-9]{8}|1[16-9][0-9]{7,8}", NumberFamily.MOBILE, LineType.MOBILE),
        (f"{_AREA}[2-9][0-9]{{6,7}}", NumberFamily.LANDLINE, LineType.LANDLINE),
        ("70[0-9]{8}", NumberFamily.VOIP, LineType.VOIP),
        ("60[0-9]+", NumberFamily.PREMIUM_RATE, LineType.OTHER),
        ("80[0-9]+", NumberFamily.TOLL_FREE, LineType.OTHER),
        (f"{_AREA}?1[568][0-9]{{6}}", NumberFamily.SPECIAL_SERVICE, LineType.OTHER),
        ("50[0-9]+", NumberFamily.PERSONAL, LineType.OTHER),
    )
)
"""National numbers of Korea (전기통신번호관리세칙), stricter than the library: machine numbers (012) are not
people's, and a company-wide number with an area code before it still reaches the company-wide service."""

_FOREIGN_KINDS: Final = {
    PhoneNumberType.MOBILE: _Kind(NumberFamily.MOBILE, LineType.MOBILE),
    PhoneNumberType.FIXED_LINE: _Kind(NumberFamily.LANDLINE, LineType.LANDLINE),
    # North America does not tell them apart, so R3's "only to a mobile" cannot be held to.
    PhoneNumberType.FIXED_LINE_OR_MOBILE: _Kind(NumberFamily.LANDLINE, LineType.OTHER),
    PhoneNumberType.VOIP: _Kind(NumberFamily.VOIP, LineType.VOIP),
}

_COSTLY_TYPES: Final = frozenset(
    {
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.UAN,
        PhoneNumberType.PERSONAL_NUMBER,
        PhoneNumberType.PAGER,
        PhoneNumberType.VOICEMAIL,
    }
)
"""Refused abroad even to a firm that allows their families at home: there is no way to know what they cost."""


def _foreign_kind(text: str, parsed: phonenumbers.PhoneNumber, plan: NumberPlan) -> _Kind | None:
    if phonenumbers.region_code_for_number(parsed) not in plan.countries:
        raise NumberRefused(NumberRefusal.FOREIGN)
    number_type = phonenumbers.number_type(parsed)
    if is_costly(text) or number_type in _COSTLY_TYPES:
        raise NumberRefused(NumberRefusal.COSTLY)
    return _FOREIGN_KINDS.get(number_type)


def _korean_kind(national: str) -> _Kind | None:
    return next((kind for shape, kind in _KOREAN_KINDS if shape.fullmatch(national)), None)


def _country_code(e164: str) -> str:
    """The calling code that an E.164 number begins with; no calling code begins with another one."""
    for end in (2, 3, 4):
        if e164[1:end] in _REGIONS:
            return e164[1:end]
    return ""


def _area_code(national: str) -> str:
    """`2` for Seoul, else two digits: an area (31), an operator (10) or a service (70)."""
    return national[:1] if national.startswith("2") else national[:2]
