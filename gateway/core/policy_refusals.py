"""How the policy's no is told to a caller: alike when a verification opens, a slip is issued and a receipt redeemed."""

from gateway.core.deciding import Reason, own_reason
from gateway.core.errors import Refusal
from gateway.core.not_available import method_not_available
from gateway.core.policy import ExtraAuthentication, OperationRow
from gateway.core.problems import Problem
from gateway.core.verification import Method


def operation_refused(why: Reason) -> Refusal:
    return Refusal(Problem.OPERATION_REFUSED, values=_told(why))


def not_required(why: Reason) -> Refusal:
    """Nobody has to prove themselves for it, so nothing is opened."""
    return Refusal(Problem.EXTRA_AUTHENTICATION_NOT_REQUIRED, values=_told(why))


def refusal_by_row(row: OperationRow, method: Method) -> Refusal | None:
    """What the row by itself, whoever asks and whenever, has against a verification by this method."""
    match row.extra_authentication:
        case ExtraAuthentication.REFUSED:
            return operation_refused(own_reason(row))
        case ExtraAuthentication.REQUIRED if method not in row.methods:
            return method_not_available(row.rule, row.methods)
        case _:
            return None


def _told(why: Reason) -> dict[str, str]:
    """With the manual's rule; a column of the firm's table is no number that anybody could look up."""
    told = {"rule": why.rule, "reason_ko": why.detail_ko, "reason_en": why.detail_en}
    if why.rule.startswith("R"):
        told |= {"reason_ko": f"규칙 {why.rule}: {why.detail_ko}", "reason_en": f"Rule {why.rule}: {why.detail_en}"}
    return told
