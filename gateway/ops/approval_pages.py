"""`/ops/approvals`: what waits for a second person, and its decision (R20)."""

import asyncio

from aiohttp import web

from gateway.core.approvals import Approval, Approvals, ApprovalStatus, Decider, person_key
from gateway.core.customer_stores import CustomerStore
from gateway.core.operators import Role
from gateway.http.ids import APPROVAL_ID
from gateway.ops.guard import PREFIX, Guard, Visit
from gateway.ops.rendering import Pages, back_to

_PATH = f"{PREFIX}/approvals"
_SHOWN_DECIDED = 50
_OVER = (ApprovalStatus.APPROVED, ApprovalStatus.REJECTED, ApprovalStatus.EXPIRED)


class ApprovalPages:
    """The queue, and approving and rejecting by the one use case that the API has as well."""

    def __init__(self, approvals: Approvals, customers: CustomerStore, pages: Pages) -> None:
        self._approvals = approvals
        self._customers = customers
        self._pages = pages

    def routes(self, guard: Guard) -> list[web.RouteDef]:
        one = f"{_PATH}/{{approval_id:{APPROVAL_ID}}}"
        return [
            web.get(_PATH, guard.page(self.show)),
            web.post(f"{one}/approve", guard.action(self.approve, Role.APPROVER)),
            web.post(f"{one}/reject", guard.action(self.reject, Role.APPROVER)),
        ]

    async def show(self, visit: Visit) -> web.StreamResponse:
        # Asked in the same tick, they travel together to the store, as the numbers do.
        waiting, *over = await asyncio.gather(*map(self._approvals.with_status, (ApprovalStatus.WAITING, *_OVER)))
        decided = [approval for approvals in over for approval in approvals]
        decided.sort(key=lambda approval: approval.decided_at or approval.expires_at, reverse=True)

        def is_own(approval: Approval) -> bool:
            return person_key(approval.requested_by) == person_key(visit.person)

        return self._pages.show(
            visit.request, visit.locale, "approvals.html", session=visit.session,
            waiting=waiting, numbers=await asyncio.gather(*map(self._masked_number, waiting)),
            decided=decided[:_SHOWN_DECIDED], is_own=is_own,
            may_decide=visit.session.operator.role.may_act_as(Role.APPROVER),
        )  # fmt: skip

    async def _masked_number(self, approval: Approval) -> str | None:
        """Of the contact that the request is about: who decides knows numbers, not ids."""
        if approval.contact_id is None:
            return None
        _, stored = await self._customers.read_with_contact(approval.customer_id, approval.contact_id)
        return stored.contact.number.masked if stored else None

    async def approve(self, visit: Visit) -> web.StreamResponse:
        await self._approvals.approve(_approval_id(visit), _decider(visit), visit.reason)
        return back_to(_PATH, "approved")

    async def reject(self, visit: Visit) -> web.StreamResponse:
        await self._approvals.reject(_approval_id(visit), _decider(visit), visit.reason)
        return back_to(_PATH, "rejected")


def _approval_id(visit: Visit) -> str:
    return visit.request.match_info["approval_id"]


def _decider(visit: Visit) -> Decider:
    return Decider(visit.person, visit.person)
