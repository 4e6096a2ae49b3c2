"""How a cap is told to a caller."""

from gateway.core.errors import Refusal
from gateway.core.problems import Problem
from gateway.core.stores import Capped


def too_many(capped: Capped) -> Refusal:
    """`retry_after` is whole seconds, at least one."""
    return Refusal(
        Problem.TOO_MANY_REQUESTS,
        values={"cap": capped.cap},
        retry_after=max(1, -(-capped.retry_after_ms // 1000)),
    )
