"""The policy as people read it: aligned text, Korean first; and as plain JSON values."""

from collections.abc import Sequence
from typing import Any
from unicodedata import east_asian_width

from contacts.models import CustomerKind
from gateway.core.operations import OPERATION_NAMES
from gateway.core.policy import ExtraAuthentication, OperationRow, Policy, SignalRow

_KINDS = {CustomerKind.INDIVIDUAL: "개인", CustomerKind.CORPORATE: "법인"}
_ANSWERS = {
    ExtraAuthentication.REQUIRED: "필요",
    ExtraAuthentication.NOT_REQUIRED: "불필요",
    ExtraAuthentication.REFUSED: "불가",
}
_OPERATION_COLUMNS = (
    "업무", "operation", "고객", "추가인증", "규칙", "동의", "방법", "예외", "유효(초)", "하루", "제한 시간", "이유",
)  # fmt: skip
_SIGNAL_COLUMNS = ("신호", "보류하는 방법", "시간", "조회 실패", "이유")


def policy_lines(policy: Policy) -> list[str]:
    """The whole policy as lines for a terminal with a font of fixed width."""
    return [
        f"정책 / policy: {policy.version}",
        "",
        *_aligned([_OPERATION_COLUMNS, *map(_operation_cells, policy.rows.values())]),
        "",
        *_aligned([_SIGNAL_COLUMNS, *map(_signal_cells, policy.signals.values())]),
    ]


def policy_document(policy: Policy) -> dict[str, Any]:
    """Plain JSON values, with the names of the columns."""
    return {
        "version": policy.version,
        "operations": [row.model_dump(mode="json") for row in policy.rows.values()],
        "signals": [row.model_dump(mode="json") for row in policy.signals.values()],
    }


def _operation_cells(row: OperationRow) -> tuple[str, ...]:
    return (
        OPERATION_NAMES[row.operation].ko,
        row.operation,
        _KINDS[row.customer],
        _ANSWERS[row.extra_authentication],
        row.rule,
        "필요" if row.online_consent else "-",
        " ".join(row.methods) or "-",
        " ".join(row.exemptions) or "-",
        str(row.valid_for or "-"),
        str(row.per_day or "-"),
        str(row.refused_hours or "-"),
        row.reason,
    )


def _signal_cells(row: SignalRow) -> tuple[str, ...]:
    return (row.signal, " ".join(row.holds), str(row.hours or "-"), row.on_failure, row.reason)


def _aligned(table: Sequence[Sequence[str]]) -> list[str]:
    """Columns as wide as their widest cell; the last one is not padded."""
    widths = [max(map(_width, column)) for column in zip(*table, strict=True)]
    return ["  ".join(map(_padded, cells[:-1], widths)) + f"  {cells[-1]}" for cells in table]


def _padded(cell: str, width: int) -> str:
    return cell + " " * (width - _width(cell))


def _width(text: str) -> int:
    """Terminal columns: Hangul takes two (Unicode Standard Annex #11)."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
