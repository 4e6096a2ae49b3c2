"""The refusal for a cap."""

from gateway.core.errors import Refusal
from gateway.core.problems import Problem
from gateway.core.stores import Capped


def too_many(capped: Capped) -> Refusal:
    """`retry_after` is whole seconds, at least one."""
    return Refusal(Problem.TOO_MANY_REQUESTS, values={"cap": capped.cap}, retry_after=seconds_of(capped.retry_after_ms))


def seconds_of(milliseconds: int) -> int:
    """Rounded up, and at least one: whoever waits so long is not too early."""
    return max(1, -(-milliseconds // 1000))
