"""Requests for approval, and how tests look at what becomes of them."""

from contacts.models import Contact
from gateway.core.approvals import (
    Approval,
    ApprovalKind,
    Decider,
    NewApproval,
)
from gateway.store import keys
from gateway.store.approvals import RedisApprovals
from tests import builders
from tests.audit_events import Event, events
from tests.builders import CUSTOMER_ID
from tests.contracts.store.servers import Ports

MAKER = "김상담"
CHECKER = Decider("이센터장", "centre-head")
NEW_NUMBER = "+821099998888"
REASON = "휴대폰 분실"


def new(kind: ApprovalKind, action: dict[str, str], contact: Contact | None = None) -> NewApproval:
    return NewApproval(
        approval_id=keys.new_approval_id(CUSTOMER_ID),
        kind=kind,
        customer_id=CUSTOMER_ID,
        contact_id=None if contact is None else contact.contact_id,
        requested_by=MAKER,
        reason=REASON,
        action=action,
    )


def change_of(contact: Contact, number: str = NEW_NUMBER) -> NewApproval:
    line_type = builders.contact(number).number.line_type
    action = {"number": number, "line_type": line_type.value, "former": contact.number.e164}
    return new(ApprovalKind.CONTACT_CHANGE, action, contact)


async def locked(ports: Ports, at: int = 1) -> NewApproval:
    """A request to unlock the customer, who is locked."""
    await ports.store.command("HSET", keys.guard(CUSTOMER_ID), "wrong", 5, "wrong_at", at, "locked_at", at)
    return new(ApprovalKind.UNLOCK, {"locked_at": str(at)})


async def read(approvals: RedisApprovals, approval: Approval) -> Approval:
    found = await approvals.read(approval.approval_id)
    assert found is not None
    return found


async def let_it_expire(ports: Ports, approval: Approval) -> None:
    """The request is past its time now."""
    await ports.store.command("HSET", keys.approval(approval.approval_id), "expires_at", 1)
    shard = keys.shard_in(approval.approval_id)
    await ports.store.command("ZADD", keys.waiting_approvals(shard), 1, approval.approval_id)


async def audit(ports: Ports) -> list[Event]:
    return await events(ports.store, CUSTOMER_ID)
