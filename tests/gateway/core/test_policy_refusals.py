"""How the policy's no is told."""

import pytest

from gateway.core.deciding import Reason
from gateway.core.policy_refusals import operation_refused
from gateway.http.problems import problem_document


@pytest.mark.parametrize(
    ("rule", "korean", "english"),
    [
        ("R16", "규칙 R16: 할 수 없습니다.", "Rule R16: It is refused."),
        ("refused_hours", "할 수 없습니다.", "It is refused."),
        ("per_day", "할 수 없습니다.", "It is refused."),
    ],
)
def test_a_rule_of_the_manual_is_named_and_a_column_of_the_table_is_not(rule: str, korean: str, english: str) -> None:
    refusal = operation_refused(Reason(rule, False, "할 수 없습니다.", "It is refused."))
    told = [problem_document(refusal, locale, "id")["detail"] for locale in ("ko", "en")]
    assert told == [korean, english]
