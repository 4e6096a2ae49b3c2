"""The bodies and answers of what waits for a second person, and of a contact's evidence."""

from typing import Annotated

from pydantic import Field

from gateway.core.approvals import Approval, ApprovalKind, ApprovalStatus
from gateway.core.contact_life import Evidence
from gateway.http.models import Answer, Body, Line, Query, omitted_when_none
from gateway.http.moments import Moment
from gateway.http.schemas import GivenNumber

Reason = Annotated[Line, Field(examples=["고객 요청"])]


class ChangeContact(Body):
    number: GivenNumber
    reason: Reason


class AskWithReason(Body):
    reason: Reason


class DecideApproval(Body):
    approved_by: Line
    reason: Reason


class ApprovalsQuery(Query):
    status: ApprovalStatus = ApprovalStatus.WAITING


class ApprovalAnswer(Answer):
    """`masked_number` is the new number of a contact change; `from` and `until` belong to an overseas exemption. A
    waiting approval that is `outdated` can only be rejected: what it was for has changed since."""

    approval_id: str
    kind: ApprovalKind
    status: ApprovalStatus
    customer_id: str
    contact_id: str | None
    masked_number: str | None = omitted_when_none()
    from_: Moment | None = omitted_when_none(alias="from")
    until: Moment | None = omitted_when_none()
    requested_by: str
    reason: str
    requested_at: Moment
    expires_at: Moment
    outdated: bool
    decided_by: str | None
    decided_at: Moment | None
    decision_reason: str | None

    @classmethod
    def of(cls, approval: Approval) -> "ApprovalAnswer":
        number = approval.new_number
        return cls.model_validate(
            {
                "approval_id": approval.approval_id,
                "kind": approval.kind,
                "status": approval.status,
                "customer_id": approval.customer_id,
                "contact_id": approval.contact_id,
                "masked_number": None if number is None else number.masked,
                "from": approval.exempt_from,
                "until": approval.exempt_until,
                "requested_by": approval.requested_by,
                "reason": approval.reason,
                "requested_at": approval.requested_at,
                "expires_at": approval.expires_at,
                "outdated": approval.outdated,
                "decided_by": approval.decided_by,
                "decided_at": approval.decided_at,
                "decision_reason": approval.decision_reason,
            }
        )


class ApprovalsAnswer(Answer):
    approvals: list[ApprovalAnswer]


class EvidenceEntry(Answer):
    """One change of a contact: what happened, why, on what evidence, and by whose key or approval."""

    at: Moment
    event: str
    cause: str
    reference: str
    person: str
    version: int

    @classmethod
    def of(cls, evidence: Evidence) -> "EvidenceEntry":
        return cls.model_validate(evidence, from_attributes=True)


class EvidenceAnswer(Answer):
    evidence: list[EvidenceEntry]
