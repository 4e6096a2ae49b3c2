"""Which of a contact's methods the firm's carriers take: a reply, for one, needs a carrier that hands texts in."""

from collections.abc import Iterable

from contacts.models import Contact, ContactMethod, methods_of
from gateway.core.carriers import Reach
from gateway.core.customer_stores import CustomerStore, Remembered
from gateway.core.facts import Allowed
from gateway.core.not_available import refusal_with_what_is_left
from gateway.core.problems import Problem


def usable_methods(contact: Contact, reach: Reach) -> list[ContactMethod]:
    """What may be used now: what the contact's status allows, and a carrier takes to its number."""
    return [one for one in methods_of(contact) if reach.carries(one, contact.number)]


class Coverage:
    """Asked before a method is offered, and before it is used."""

    def __init__(self, reach: Reach, customers: CustomerStore) -> None:
        self._reach = reach
        self._customers = customers

    def uncarried(self, contact: Contact, methods: Iterable[ContactMethod]) -> tuple[ContactMethod, ...]:
        """Those of these methods that no carrier takes to the contact's number."""
        return tuple([one for one in methods if not self._reach.carries(one, contact.number)])

    def offers(self, method: ContactMethod, contact: Remembered) -> bool:
        """Whether the status of a remembered contact allows the method, and a carrier takes it to the number."""
        return method in contact.methods and self._reach.carries(method, contact)

    def left(self, contact: Contact, allowed: Allowed) -> list[ContactMethod]:
        """The methods that the status, the policy and the carriers allow."""
        taken = allowed(contact)
        return [one for one in usable_methods(contact, self._reach) if one in taken]

    async def refuse_uncarried(
        self, customer_id: str, contact: Contact, method: ContactMethod, allowed: Allowed
    ) -> None:
        """Raises `Refusal` (`method-not-carried`) with what may be used instead, on this and other contacts."""
        if self._reach.carries(method, contact.number):
            return
        contacts = [stored.contact for stored in await self._customers.contacts(customer_id)]
        left = {each.contact_id: self.left(each, allowed) for each in contacts}
        raise refusal_with_what_is_left(Problem.METHOD_NOT_CARRIED, contact.contact_id, left)
