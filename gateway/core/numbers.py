"""Reading a number that a caller gives, or saying in both languages what is wrong with it."""

from contacts.number_refusals import NumberRefused
from contacts.phone_numbers import NumberPlan, PhoneNumber, parse_phone_number
from gateway.core.errors import FieldError, Refusal
from gateway.core.problems import Problem


def read_number(number: str, plan: NumberPlan) -> PhoneNumber:
    """The number as it is kept; `Refusal` when the plan does not allow it or it is none."""
    try:
        return parse_phone_number(number, plan)
    except NumberRefused as refused:
        reason = refused.reason
        error = FieldError("number", reason.sentence_ko, reason.sentence_en)
        raise Refusal(Problem.NUMBER_REFUSED, errors=(error,)) from None
