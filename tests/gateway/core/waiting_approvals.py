"""An `ApprovalStore` in memory, for the rules that stand before the store: it knows one customer and one answer."""

from dataclasses import dataclass, field, replace

from gateway.core.approvals import Approval, ApprovalStatus, Decider, NewApproval
from gateway.core.stores import CustomerMissing
from tests.builders import CUSTOMER_ID


@dataclass
class WaitingApprovals:
    """`refusal` is what approving and rejecting raise; without one they are carried out."""

    refusal: Exception | None = None
    asked: list[NewApproval] = field(default_factory=list)
    approvals: dict[str, Approval] = field(default_factory=dict)
    decided: list[tuple[str, ApprovalStatus, Decider, str]] = field(default_factory=list)

    async def add(self, new: NewApproval) -> Approval:
        if new.customer_id != CUSTOMER_ID:
            raise CustomerMissing
        self.asked.append(new)
        approval = Approval(
            approval_id=new.approval_id,
            kind=new.kind,
            status=ApprovalStatus.WAITING,
            customer_id=new.customer_id,
            contact_id=new.contact_id,
            requested_by=new.requested_by,
            reason=new.reason,
            requested_at=0,
            expires_at=1,
            action=new.action,
        )
        self.approvals[approval.approval_id] = approval
        return approval

    async def read(self, approval_id: str) -> Approval | None:
        return self.approvals.get(approval_id)

    async def with_status(self, status: ApprovalStatus) -> list[Approval]:
        return [approval for approval in self.approvals.values() if approval.status is status]

    async def approve(self, approval: Approval, decider: Decider, reason: str) -> None:
        self._decide(approval, ApprovalStatus.APPROVED, decider, reason)

    async def reject(self, approval: Approval, decider: Decider, reason: str) -> None:
        self._decide(approval, ApprovalStatus.REJECTED, decider, reason)

    def _decide(self, approval: Approval, status: ApprovalStatus, decider: Decider, reason: str) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.approvals[approval.approval_id] = replace(approval, status=status, decided_by=decider.name)
        self.decided.append((approval.approval_id, status, decider, reason))
