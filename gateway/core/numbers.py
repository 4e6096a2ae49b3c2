"""Reading a number that a caller gives, or saying in both languages what is wrong with it."""

import re

from contacts.number_refusals import NumberRefused
from contacts.phone_numbers import NumberPlan, PhoneNumber, parse_phone_number
from gateway.core.errors import FieldError, Refusal
from gateway.core.problems import Problem

_WITHOUT_PUNCTUATION = str.maketrans("", "", " .()-")
_WITH_TRUNK_ZERO = re.compile("0[1-9][0-9]+")


def read_number(number: str, plan: NumberPlan) -> PhoneNumber:
    """The number as it is kept; `Refusal` when the plan does not allow it or it is none."""
    try:
        return parse_phone_number(number, plan)
    except NumberRefused as refused:
        reason = refused.reason
        error = FieldError("number", reason.sentence_ko, reason.sentence_en)
        raise Refusal(Problem.NUMBER_REFUSED, errors=(error,)) from None


def as_written_in_korea(number: str) -> str:
    """A number that somebody told or typed, 010-1234-5678, as we keep it; any other is left as it is."""
    digits = number.translate(_WITHOUT_PUNCTUATION)
    return f"+82{digits[1:]}" if _WITH_TRUNK_ZERO.fullmatch(digits) else digits
