"""Customers and their contacts: registering them, and making a contact verifiable (R5, R6)."""

from collections.abc import Callable

from contacts.models import Contact, ContactStatus, Customer, VerifiedBy
from contacts.models import ContactLabel as Label
from contacts.phone_numbers import NumberPlan, PhoneNumber
from contacts.vouching import may_vouch
from gateway.core.callers import Caller
from gateway.core.contact_life import ContactLife
from gateway.core.customer_stores import ContactDuplicate, CustomerStore, StoredContact, TooManyContacts
from gateway.core.errors import Refusal
from gateway.core.limits import Limits
from gateway.core.numbers import read_number
from gateway.core.operations import Operation
from gateway.core.ownership_checks import OwnershipChecks
from gateway.core.problems import Problem
from gateway.core.receipts import ReceiptSigner
from gateway.core.redeeming import refuse_unless_redeemed
from gateway.core.stores import ContactChanged, CustomerMissing, ReceiptStore


class Customers:
    """The use cases of customers and contacts. Raises `Refusal`."""

    def __init__(
        self,
        store: CustomerStore,
        life: ContactLife,
        receipts: ReceiptStore,
        signer: ReceiptSigner,
        ownership: OwnershipChecks,
        number_plan: NumberPlan,
        limits: Limits,
        new_contact_id: Callable[[], str],
    ) -> None:
        self._store = store
        self._life = life
        self._receipts = receipts
        self._signer = signer
        self._ownership = ownership
        self._number_plan = number_plan
        self._limits = limits
        self._new_contact_id = new_contact_id

    async def put(self, customer: Customer, person: str) -> tuple[Customer, list[Contact], bool]:
        """The customer as registered now, the contacts, and whether the customer is new; `person` did it."""
        created = await self._store.put(customer, person)
        registered, contacts = await self.get(customer.customer_id)
        return registered, contacts, created

    async def get(self, customer_id: str) -> tuple[Customer, list[Contact]]:
        customer = await self._store.read(customer_id)
        if customer is None:
            raise Refusal(Problem.CUSTOMER_NOT_FOUND)
        return customer, [stored.contact for stored in await self._store.contacts(customer_id)]

    async def add_contact(self, customer_id: str, number: str, label: Label, person: str = "gateway") -> Contact:
        """Register a number; it needs verification before it can be used (R5)."""
        contact = new_contact(read_number(number, self._number_plan), label, self._new_contact_id())
        try:
            await self._store.add_contact(customer_id, contact, person)
        except CustomerMissing:
            raise Refusal(Problem.CUSTOMER_NOT_FOUND) from None
        except ContactDuplicate as duplicate:
            raise Refusal(Problem.CONTACT_ALREADY_REGISTERED, values={"contact_id": duplicate.contact_id}) from None
        except TooManyContacts:
            raise Refusal(Problem.TOO_MANY_CONTACTS, values={"limit": self._limits.contacts}) from None
        return contact

    async def check_ownership(self, customer_id: str, contact_id: str, person: str) -> Contact:
        """Ask the carrier whether the mobile is in the customer's own name; R6: any other can never pass.

        If the carrier confirmed it before and no longer does, the contact loses its status.
        """
        customer, stored = await read_contact(self._store, customer_id, contact_id)
        contact = stored.contact
        try:
            await self._ownership.confirm(customer, stored)
        except Refusal as refusal:
            if refusal.problem is Problem.OWNERSHIP_NOT_CONFIRMED and contact.verified_by is VerifiedBy.OWNERSHIP:
                await self._life.demote(customer_id, contact, "ownership_not_confirmed", person)
            raise
        try:
            await self._store.make_verifiable(
                customer_id, contact, VerifiedBy.OWNERSHIP, "carrier", None, person=person
            )
        except ContactChanged:
            raise Refusal(Problem.CONTACT_NOT_FOUND) from None
        return (await read_contact(self._store, customer_id, contact_id))[1].contact

    async def vouch(
        self, customer_id: str, contact_id: str, receipt: str, caller: Caller, known_as: bytes = b""
    ) -> Contact:
        """Make a contact verifiable by a verification of another one, made for this purpose just now (추가인증, R5)."""
        claims = self._signer.read(receipt)
        if await self._receipts.now() >= (claims.iat + self._limits.vouch_receipt_life) * 1000:
            raise Refusal(Problem.RECEIPT_EXPIRED)
        _, stored = await read_contact(self._store, customer_id, contact_id)
        target = stored.contact
        made_for = (claims.operation, claims.customer_id, claims.target_contact_id)
        if claims.contact_id is None or made_for != (Operation.VOUCH, customer_id, contact_id):
            raise Refusal(Problem.VOUCH_REFUSED)
        _, voucher = await self._store.read_with_contact(customer_id, claims.contact_id)
        if voucher is None or not may_vouch(voucher.contact, claims.customer_id, target, customer_id):
            raise Refusal(Problem.VOUCH_REFUSED)
        redemption = await self._receipts.redeem(claims, caller.client, known_as=known_as)
        refuse_unless_redeemed(redemption, self._limits)
        try:
            await self._store.make_verifiable(
                customer_id,
                target,
                VerifiedBy.VOUCH,
                claims.verification_id,
                voucher.contact,
                person=caller.person,
            )
        except ContactChanged:
            raise Refusal(Problem.VOUCH_REFUSED) from None
        return (await read_contact(self._store, customer_id, contact_id))[1].contact


async def read_contact(store: CustomerStore, customer_id: str, contact_id: str) -> tuple[Customer, StoredContact]:
    """Raises `Refusal` when there is no such customer, or the customer has no such contact."""
    customer, stored = await store.read_with_contact(customer_id, contact_id)
    if customer is None:
        raise Refusal(Problem.CUSTOMER_NOT_FOUND)
    if stored is None:
        raise Refusal(Problem.CONTACT_NOT_FOUND)
    return customer, stored


def new_contact(number: PhoneNumber, label: Label, contact_id: str) -> Contact:
    """A contact as it is registered: it needs verification before it can be used (R5)."""
    return Contact(
        contact_id=contact_id,
        number=number,
        label=label,
        status=ContactStatus.NEEDS_VERIFICATION,
        verified_by=None,
        verified_at=None,
        version=1,
    )
