"""`/ops/customers`: contacts and their evidence, the lock, the exemption, and asking for an unlock."""

import asyncio

from aiohttp import web

from contacts.masking import mask_name
from gateway.core.approvals import Approvals, ApprovalStatus
from gateway.core.carriers import Reach
from gateway.core.contact_life import ContactLife
from gateway.core.coverage import usable_methods
from gateway.core.customer_centre import CustomerCentre
from gateway.core.customers import Customers
from gateway.core.operators import Role
from gateway.core.read_model import ReadModel
from gateway.http.ids import CUSTOMER_ID
from gateway.ops.guard import PREFIX, Guard, Visit
from gateway.ops.rendering import Pages, back_to
from gateway.ops.verification_rows import VerificationRows

_PATH = f"{PREFIX}/customers"
_ROWS = 20


class CustomerPages:
    """One customer on one page; what identifies a person is masked."""

    def __init__(
        self,
        customers: Customers,
        life: ContactLife,
        centre: CustomerCentre,
        approvals: Approvals,
        read_model: ReadModel,
        rows: VerificationRows,
        reach: Reach,
        pages: Pages,
    ) -> None:
        self._customers = customers
        self._life = life
        self._centre = centre
        self._approvals = approvals
        self._read_model = read_model
        self._rows = rows
        self._reach = reach
        self._pages = pages

    def routes(self, guard: Guard) -> list[web.RouteDef]:
        one = f"{_PATH}/{{customer_id:{CUSTOMER_ID}}}"
        return [
            web.get(_PATH, guard.page(self.locked)),
            web.get(one, guard.page(self.show)),
            web.post(f"{one}/unlock", guard.action(self.request_unlock, Role.OPERATOR)),
        ]

    async def locked(self, visit: Visit) -> web.StreamResponse:
        """Who is locked now: what an operator looks for when no name was given."""
        locked = await self._read_model.locked(100)
        return self._pages.show(visit.request, visit.locale, "customers.html", session=visit.session, locked=locked)

    async def show(self, visit: Visit) -> web.StreamResponse:
        customer_id = visit.request.match_info["customer_id"]
        customer, contacts = await self._customers.get(customer_id)
        contact_ids = [contact.contact_id for contact in contacts]
        evidence = await asyncio.gather(*(self._life.evidence(customer_id, each) for each in contact_ids))
        waiting = await self._approvals.with_status(ApprovalStatus.WAITING)
        return self._pages.show(
            visit.request, visit.locale, "customer.html", session=visit.session,
            customer=customer,
            masked_name=mask_name(customer.name),
            contacts=contacts,
            methods_of=lambda contact: usable_methods(contact, self._reach),
            evidence=dict(zip(contact_ids, evidence, strict=True)),
            waiting=[approval for approval in waiting if approval.customer_id == customer_id],
            rows=await self._rows.of_customer(customer_id, _ROWS),
            may_act=visit.session.operator.role.may_act_as(Role.OPERATOR),
        )  # fmt: skip

    async def request_unlock(self, visit: Visit) -> web.StreamResponse:
        customer_id = visit.request.match_info["customer_id"]
        await self._centre.request_unlock(customer_id, visit.reason, visit.person)
        return back_to(f"{_PATH}/{customer_id}", "unlock_requested")
