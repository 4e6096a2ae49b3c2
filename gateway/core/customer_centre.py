"""What the customer centre requests after it identified the customer (R7, R20): each waits for a second person."""

from typing import Protocol

from contacts.phone_numbers import NumberPlan
from gateway.core.approvals import Approval, ApprovalKind, Approvals
from gateway.core.customer_stores import CustomerStore
from gateway.core.customers import read_contact
from gateway.core.errors import Refusal
from gateway.core.numbers import read_number
from gateway.core.problems import Problem


class Locks(Protocol):
    async def locked_at(self, customer_id: str) -> int | None:
        """When extra authentication was locked for the customer, in ms; None when it is not."""
        ...


class CustomerCentre:
    """Makes the requests. Nothing changes before they are approved. Raises `Refusal`."""

    def __init__(self, approvals: Approvals, customers: CustomerStore, locks: Locks, number_plan: NumberPlan) -> None:
        self._approvals = approvals
        self._customers = customers
        self._locks = locks
        self._number_plan = number_plan

    async def request_change(
        self, customer_id: str, contact_id: str, number: str, reason: str, requested_by: str
    ) -> Approval:
        """Replace a contact's number; the new one needs verification before it can be used (R7)."""
        _, stored = await read_contact(self._customers, customer_id, contact_id)
        parsed = read_number(number, self._number_plan)
        for other in await self._customers.contacts(customer_id):
            if other.contact.number.e164 == parsed.e164:
                known = other.contact.contact_id
                raise Refusal(Problem.CONTACT_ALREADY_REGISTERED, values={"contact_id": known})
        action = {"number": parsed.e164, "line_type": parsed.line_type.value, "former": stored.contact.number.e164}
        return await self._approvals.request(
            ApprovalKind.CONTACT_CHANGE, customer_id, requested_by, reason, action, contact_id
        )

    async def request_early_release(
        self, customer_id: str, contact_id: str, reason: str, requested_by: str
    ) -> Approval:
        """Lift the hold of a SIM swap on a contact before its hours are over."""
        _, stored = await read_contact(self._customers, customer_id, contact_id)
        action = {"version": str(stored.contact.version)}
        return await self._approvals.request(
            ApprovalKind.EARLY_RELEASE, customer_id, requested_by, reason, action, contact_id
        )

    async def request_unlock(self, customer_id: str, reason: str, requested_by: str) -> Approval:
        """Forget the wrong answers that locked extra authentication."""
        if await self._customers.read(customer_id) is None:
            raise Refusal(Problem.CUSTOMER_NOT_FOUND)
        locked_at = await self._locks.locked_at(customer_id)
        if locked_at is None:
            raise Refusal(Problem.CUSTOMER_NOT_LOCKED)
        action = {"locked_at": str(locked_at)}
        return await self._approvals.request(ApprovalKind.UNLOCK, customer_id, requested_by, reason, action)
