"""The refusals of the policy: the same for opening a verification, issuing a slip and redeeming a receipt."""

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
    """Why the row allows no verification by this method, whoever asks and whenever; None if it does."""
    match row.extra_authentication:
        case ExtraAuthentication.REFUSED:
            return operation_refused(own_reason(row))
        case ExtraAuthentication.REQUIRED if method not in row.methods:
            return method_not_available(row.rule, row.methods)
        case _:
            return None


def _told(why: Reason) -> dict[str, str]:
    """Rules of the manual are named in the sentence; the name of a column would tell a caller nothing."""
    told = {"rule": why.rule, "reason_ko": why.detail_ko, "reason_en": why.detail_en}
    if why.rule.startswith("R"):
        told |= {"reason_ko": f"규칙 {why.rule}: {why.detail_ko}", "reason_en": f"Rule {why.rule}: {why.detail_en}"}
    return told
