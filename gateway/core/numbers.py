"""Reading a number that a caller gives, or refusing it with the reason in both languages."""

import re

from contacts.number_refusals import NumberRefused
from contacts.phone_numbers import NumberPlan, PhoneNumber, parse_phone_number
from gateway.core.errors import FieldError, Refusal
from gateway.core.problems import Problem

_WITHOUT_PUNCTUATION = str.maketrans("", "", " .()-")
_WITH_TRUNK_ZERO = re.compile("0[1-9][0-9]+")


def read_number(number: str, plan: NumberPlan) -> PhoneNumber:
    """The number as it is kept. Raises `Refusal` when it is no number, or the plan does not allow it."""
    try:
        return parse_phone_number(number, plan)
    except NumberRefused as refused:
        reason = refused.reason
        error = FieldError("number", reason.sentence_ko, reason.sentence_en)
        raise Refusal(Problem.NUMBER_REFUSED, errors=(error,)) from None


def as_written_in_korea(number: str) -> str:
    """A number as people write it in Korea, 010-1234-5678, in E.164; of any other only the punctuation is removed."""
    digits = number.translate(_WITHOUT_PUNCTUATION)
    return f"+82{digits[1:]}" if _WITH_TRUNK_ZERO.fullmatch(digits) else digits
