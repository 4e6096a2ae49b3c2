"""Phone numbers as the carrier sees them: E.164, or nothing."""

import re

import phonenumbers
from phonenumbers import PhoneNumberType

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


def is_e164(text: str) -> bool:
    """Whether this is a number that could exist, written in E.164."""
    if _E164.fullmatch(text) is None:
        return False
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(text))
    except phonenumbers.NumberParseException:
        return False


def read_number(text: str) -> str | None:
    """A number out of a URL, where an unescaped plus has become a space; None if it is none."""
    digits = text.strip().removeprefix("+")
    return f"+{digits}" if is_e164(f"+{digits}") else None


def is_landline(number: str) -> bool:
    """Whether no text can reach this E.164 number."""
    return phonenumbers.number_type(phonenumbers.parse(number)) is PhoneNumberType.FIXED_LINE


def country(number: str) -> str:
    """ISO 3166 code of an E.164 number's country; empty if it has none."""
    return phonenumbers.region_code_for_number(phonenumbers.parse(number)) or ""
