"""The refusal for a customer whom too many wrong answers have locked (R20)."""

from gateway.core.errors import Refusal
from gateway.core.problems import Problem


def customer_locked(wrong_answers: int) -> Refusal:
    """`wrong_answers`: how many lock."""
    return Refusal(Problem.CUSTOMER_LOCKED, values={"limit": wrong_answers}, members={"attempts_remaining": 0})
