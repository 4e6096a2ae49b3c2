"""How a contact stops being verifiable, and the evidence of every change of its status (R5, R7)."""

from dataclasses import dataclass
from typing import Protocol

from contacts.models import Contact
from gateway.core.errors import Refusal
from gateway.core.ports import RiskSignal
from gateway.core.problems import Problem


@dataclass(frozen=True, slots=True)
class Evidence:
    """One change of a contact's status, and what it rests on. `at` is ms since the epoch by the store's clock.

    `event` is what the contact became: `verifiable`, `needs_verification` or `released` (a hold lifted early).
    `cause` is an ownership check, a vouch, a carrier's signal, age, another number, another name, or that the contact
    which vouched lost its own status. `reference` is the id of a verification, an approval or a contact, or a word for
    who said so; `person` is whose key was used.
    """

    at: int
    event: str
    cause: str
    reference: str
    person: str
    version: int


class ContactLifeStore(Protocol):
    """Takes a contact's verification back, with everything that rests on it, in one script."""

    async def demote(self, customer_id: str, contact: Contact, reason: str, evidence: str, person: str) -> bool:
        """Whether it took effect: not if the contact has changed since it was read, or was not verifiable.

        Contacts that it vouched for fall with it, and the open verifications of all of them are closed.
        """
        ...

    async def evidence(self, customer_id: str, contact_id: str) -> list[Evidence] | None:
        """Oldest first; None when there is no such contact."""
        ...

    async def is_released(self, customer_id: str, contact_id: str) -> bool:
        """Whether an approved early release is in force for this contact."""
        ...


class ContactLife:
    """Taking a contact's verification back, the evidence of its status, and early releases."""

    def __init__(self, store: ContactLifeStore) -> None:
        self._store = store

    async def demote(self, customer_id: str, contact: Contact, reason: str, person: str = "gateway") -> None:
        """The contact needs verification again, for a `reason` of the carrier's; one that has changed is left alone."""
        await self._store.demote(customer_id, contact, reason, "carrier", person)

    async def is_released(self, customer_id: str, contact_id: str, signal: RiskSignal) -> bool:
        """Only a SIM swap's hold can be lifted early: the customer centre can ask the customer about a new SIM."""
        return signal is RiskSignal.SIM_SWAP and await self._store.is_released(customer_id, contact_id)

    async def evidence(self, customer_id: str, contact_id: str) -> list[Evidence]:
        """Raises `Refusal` when the customer has no such contact."""
        found = await self._store.evidence(customer_id, contact_id)
        if found is None:
            raise Refusal(Problem.CONTACT_NOT_FOUND)
        return found
