"""`bonin approvals`: what waits for a second person (R20)."""

import argparse
import re
from typing import Any

from gateway.cli.commands import Commands, failed, readable_name
from gateway.cli.tables import moment, show_facts, show_rows
from gateway.core.approvals import Approval, Approvals, ApprovalStatus, Decider, person_key
from gateway.core.operators import Role
from gateway.http.ids import APPROVAL_ID
from gateway.settings import Settings
from gateway.store import keys
from gateway.wiring.stores import Stores, open_stores


def add_commands(commands: Commands) -> None:
    approvals = commands.group("approvals")
    listing = approvals.add("list", list_approvals)
    listing.add_argument(
        "--status", default=ApprovalStatus.WAITING.value, choices=[one.value for one in ApprovalStatus]
    )
    show = approvals.add("show", show_approval)
    for command in (listing, show):
        command.add_argument("--json", action="store_true", help="as JSON")
    approve, reject = approvals.add("approve", approve_it), approvals.add("reject", reject_it)
    for command in (approve, reject):
        command.add_argument("--by", required=True, type=readable_name, help="the operator who decides: an approver")
        command.add_argument("--reason", required=True, type=readable_name)
    for command in (show, approve, reject):
        command.add_argument("approval_id", type=_approval_id)


def _approval_id(text: str) -> str:
    if re.fullmatch(APPROVAL_ID, text) is None:
        raise argparse.ArgumentTypeError("give the id of a request, apr_…: see `bonin approvals list`")
    return text


async def list_approvals(settings: Settings, arguments: argparse.Namespace) -> int:
    """List requests of one status, the newest first."""
    async with open_stores(settings) as stores:
        found = await _approvals(stores).with_status(ApprovalStatus(arguments.status))
    show_rows(
        [_row(approval) for approval in found], as_json=arguments.json, nothing=f"No request is {arguments.status}."
    )
    return 0


async def show_approval(settings: Settings, arguments: argparse.Namespace) -> int:
    """Show one request."""
    async with open_stores(settings) as stores:
        approval = await _approvals(stores).get(arguments.approval_id)
    show_facts(_row(approval), as_json=arguments.json)
    return 0


async def approve_it(settings: Settings, arguments: argparse.Namespace) -> int:
    """Approve somebody else's request, and carry it out."""
    return await _decide(settings, arguments, approve=True)


async def reject_it(settings: Settings, arguments: argparse.Namespace) -> int:
    """Reject a request: nothing is changed."""
    return await _decide(settings, arguments, approve=False)


async def _decide(settings: Settings, arguments: argparse.Namespace, *, approve: bool) -> int:
    async with open_stores(settings, writes=True) as stores:
        approvers = {
            person_key(operator.person)
            for operator in await stores.operators.entries()
            if operator.role.may_act_as(Role.APPROVER)
        }
        if person_key(arguments.by) not in approvers:
            return failed(f"{arguments.by} is no approver: see `bonin operators list`.")
        decide = _approvals(stores).approve if approve else _approvals(stores).reject
        await decide(arguments.approval_id, Decider(arguments.by, arguments.by), arguments.reason)
    return 0


def _approvals(stores: Stores) -> Approvals:
    return Approvals(stores.approvals, keys.new_approval_id)


def _row(approval: Approval) -> dict[str, Any]:
    number = approval.new_number
    return {
        "approval_id": approval.approval_id,
        "kind": approval.kind.value,
        "status": approval.status.value,
        "customer_id": approval.customer_id,
        "contact_id": approval.contact_id,
        "new_number": None if number is None else number.masked,
        "exempt_from": moment(approval.exempt_from),
        "exempt_until": moment(approval.exempt_until),
        "requested_by": approval.requested_by,
        "reason": approval.reason,
        "requested_at": moment(approval.requested_at),
        "expires_at": moment(approval.expires_at),
        "outdated": approval.outdated,
        "decided_by": approval.decided_by,
        "decision_reason": approval.decision_reason,
    }
