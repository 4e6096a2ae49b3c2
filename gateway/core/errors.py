"""The one error type inside the gateway. A `Refusal` carries a problem and the values of its sentence; only the
HTTP edge turns it into problem+json (RFC 9457).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.core.ops_problems import OpsProblem
from gateway.core.problems import Problem


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field to correct: `field` is a dotted path in the body. The sentences never repeat its value."""

    field: str
    problem_ko: str
    problem_en: str


class Refusal(Exception):
    """The gateway says no, or cannot: `problem` says which, `values` fill its sentence."""

    def __init__(
        self,
        problem: Problem | OpsProblem,
        *,
        values: Mapping[str, object] | None = None,
        errors: tuple[FieldError, ...] = (),
        retry_after: int | None = None,
        members: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(problem.value.slug)
        self.problem = problem
        self.values: Mapping[str, object] = {"retry_after": retry_after, **(values or {})}
        self.errors = errors
        self.retry_after = retry_after
        self.members: Mapping[str, object] = members or {}
        """Extension members of the problem document (RFC 9457 3.2): plain JSON values, no personal data."""
        self.headers: Mapping[str, str] = headers or {}


class StoreUnavailable(Exception):
    """The store did not answer. It may or may not have done what it was asked: nothing is sent to it twice.

    `why` is for the log and for operators: no key, no value, no password.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
