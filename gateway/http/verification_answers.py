"""A verification as callers see it, written as JSON.

By hand, because these answers are given most, and filling a model in to have it read out again takes several times as
long. What is written fits the models of `gateway.http.schemas`, and holds nothing that they do not name.
"""

from typing import Any

import orjson

from gateway.core.limits import Limits
from gateway.core.verification import TRAITS, Status, Verification
from gateway.http.moments import moment


def verification_answer(
    verification: Verification, limits: Limits, *, binding_code: str | None, receipt: str | None
) -> bytes:
    """A `VerificationAnswer`."""
    fields = _fields(verification, limits)
    if binding_code is not None:
        fields["binding_code"] = binding_code
    if receipt is not None:
        fields["receipt"] = receipt
    return orjson.dumps(fields)


def check_answer(
    verification: Verification, limits: Limits, *, status: Status, wrong_answers: int, receipt: str | None
) -> bytes:
    """A `CheckAnswer`: the verdict of one answer, even when it is told again after a later one changed everything."""
    fields = _fields(verification, limits)
    fields["status"] = status
    fields["attempts_remaining"] = max(0, limits.wrong_answers - wrong_answers)
    if status is Status.PENDING:
        fields["status_reason"] = None
    fields["correct"] = receipt is not None
    if receipt is not None:
        fields["receipt"] = receipt
    return orjson.dumps(fields)


def _fields(verification: Verification, limits: Limits) -> dict[str, Any]:
    """Without those that are left out when there is nothing to say."""
    status = verification.shown_status
    is_open = status is Status.PENDING
    resends_left = max(0, limits.resends + 1 - verification.delivery_number)
    can_resend = is_open and TRAITS[verification.method].can_be_resent and resends_left > 0
    resend_at = verification.resend_at if can_resend else None
    reason = verification.reason or (verification.delivery_reason if is_open else None)
    fields = {
        "id": verification.verification_id,
        "customer_id": verification.customer_id,
        "contact_id": verification.contact_id,
        "method": verification.method,
        "operation": verification.operation,
        "status": status,
        "status_reason": "expired" if status is Status.EXPIRED else reason,
        "delivery": _delivery(verification),
        "attempts_remaining": 0 if verification.locked else max(0, limits.wrong_answers - verification.wrong_answers),
        "resends_remaining": resends_left if can_resend else 0,
        "next_resend_at": None if resend_at is None else moment(resend_at),
        "created_at": moment(verification.created_at),
        "expires_at": moment(verification.expires_at),
    }
    if verification.target_contact_id is not None:
        fields["target_contact_id"] = verification.target_contact_id
    if verification.operation_hash is not None:
        fields["operation_hash"] = verification.operation_hash
    return fields


def _delivery(verification: Verification) -> dict[str, Any] | None:
    if verification.delivery_state is None or verification.delivery_at is None:
        return None
    told = {
        "state": verification.delivery_state,
        "carrier": verification.delivery_carrier,
        "at": moment(verification.delivery_at),
    }
    if verification.delivery_reason is not None:
        told["reason"] = verification.delivery_reason
    return told
