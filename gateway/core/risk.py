"""Carrier risk signals before a code leaves: which methods a signal holds back on a contact now.

| signal           | holds                                  | and                                         |
|------------------|----------------------------------------|---------------------------------------------|
| sim_swap         | sms, sms_reply                         | until the policy's hours are over           |
| call_forwarding  | ars                                    | for as long as calls go to another number   |
| number_recycling | every method                           | the contact needs verification again (R5)   |

Every look-up of one request has the same deadline, and all that can run at once do. A look-up that fails, or is
not back by then, holds or frees its methods as the policy says for that signal, and is counted either way.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from contacts.models import Contact, ContactMethod, methods_of
from gateway.core.errors import Problem, Refusal
from gateway.core.ports import LookUpFailed, RiskSignal, RiskSignals
from gateway.core.stores import CustomerStore, StoredContact

HELD_BY: Mapping[RiskSignal, frozenset[ContactMethod]] = MappingProxyType(
    {
        RiskSignal.SIM_SWAP: frozenset({ContactMethod.SMS, ContactMethod.SMS_REPLY}),
        RiskSignal.CALL_FORWARDING: frozenset({ContactMethod.ARS}),
        RiskSignal.NUMBER_RECYCLING: frozenset(ContactMethod),
    }
)
"""A method that several signals hold is told with the last of them here: the one that weighs most."""

_RETRY_SECONDS = 30
"""When a look-up that failed is worth another try."""


class OnFailure(StrEnum):
    """What a signal does when its look-up fails."""

    REFUSE = "refuse"
    ALLOW = "allow"


@dataclass(frozen=True, slots=True)
class SignalPolicy:
    """`sim_swap_hours`: for how long a changed SIM holds texts back (1 to 2400, CAMARA sim-swap).

    A forwarded call or a stranger's SIM ends in a stranger's hands, so no answer refuses; a number comes back
    to the market weeks after it was given up, so that signal may wait for its carrier.
    """

    sim_swap_hours: int = 72
    on_failure: Mapping[RiskSignal, OnFailure] = field(
        default_factory=lambda: {
            RiskSignal.SIM_SWAP: OnFailure.REFUSE,
            RiskSignal.CALL_FORWARDING: OnFailure.REFUSE,
            RiskSignal.NUMBER_RECYCLING: OnFailure.ALLOW,
        }
    )


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a method is held back. `raised` is False where the look-up failed and the policy refuses."""

    signal: RiskSignal
    raised: bool


Holds = Mapping[ContactMethod, Hold]


class Releases(Protocol):
    """Holds that a second person lifted before their time (R20)."""

    async def is_released(self, customer_id: str, contact_id: str, signal: RiskSignal) -> bool: ...


class Demotions(Protocol):
    """Takes a contact's verification back."""

    async def demote(self, customer_id: str, contact: Contact, signal: RiskSignal) -> None:
        """The contact needs verification again; one that has changed meanwhile is left alone."""
        ...


class RiskCheck:
    """Asks the carrier what a contact may not be used for now. Without `signals` nothing is ever held."""

    def __init__(
        self,
        signals: RiskSignals | None,
        customers: CustomerStore,
        demotions: Demotions,
        releases: Releases,
        policy: SignalPolicy,
        *,
        failed: Callable[[RiskSignal], None],
        budget_seconds: float = 3.0,
    ) -> None:
        """`failed` counts a look-up that gave nothing; all look-ups of one request share `budget_seconds`."""
        self._signals = signals
        self._customers = customers
        self._demotions = demotions
        self._releases = releases
        self._policy = policy
        self._failed = failed
        self._budget_seconds = budget_seconds

    async def holds(self, customer_id: str, contacts: Sequence[StoredContact]) -> dict[str, Holds]:
        """What is held back on each of these contacts, by contact id."""
        return await self._holds(customer_id, contacts, self._deadline())

    async def refuse_held(self, customer_id: str, stored: StoredContact, method: ContactMethod) -> None:
        """Raises `Refusal` (`method-held`) with what may be used instead, on this contact and on others."""
        deadline = self._deadline()
        hold = (await self._of_contact(customer_id, stored, (method,), deadline)).get(method)
        if hold is None:
            return
        known = await self._customers.contacts(customer_id)
        holds = await self._holds(customer_id, known, deadline)
        offered = {
            each.contact.contact_id: [
                one for one in methods_of(each.contact) if one not in holds[each.contact.contact_id]
            ]
            for each in known
        }
        own = offered.pop(stored.contact.contact_id, [])
        raise Refusal(
            Problem.METHOD_HELD,
            values={"signal": hold.signal, "methods": ", ".join(own) or "–"},
            retry_after=None if hold.raised else _RETRY_SECONDS,
            members={
                "signal": hold.signal,
                "raised": hold.raised,
                "methods": own,
                "contacts": [{"contact_id": other, "methods": free} for other, free in offered.items() if free],
            },
        )

    async def _holds(self, customer_id: str, contacts: Sequence[StoredContact], deadline: float) -> dict[str, Holds]:
        found = await asyncio.gather(
            *(self._of_contact(customer_id, each, methods_of(each.contact), deadline) for each in contacts)
        )
        return {each.contact.contact_id: holds for each, holds in zip(contacts, found, strict=True)}

    async def _of_contact(
        self, customer_id: str, stored: StoredContact, methods: Sequence[ContactMethod], deadline: float
    ) -> Holds:
        signals = [signal for signal, held in HELD_BY.items() if held.intersection(methods)]
        found = await asyncio.gather(*(self._hold(customer_id, stored, signal, deadline) for signal in signals))
        return {
            method: hold for hold in found if hold is not None for method in methods if method in HELD_BY[hold.signal]
        }

    async def _hold(self, customer_id: str, stored: StoredContact, signal: RiskSignal, deadline: float) -> Hold | None:
        if self._signals is None:
            return None
        contact = stored.contact
        try:
            async with asyncio.timeout_at(deadline):
                raised = await self._signals.is_raised(signal, contact.number, contact.verified_at)
        except (LookUpFailed, TimeoutError):
            self._failed(signal)
            return Hold(signal, raised=False) if self._policy.on_failure[signal] is OnFailure.REFUSE else None
        if not raised or await self._releases.is_released(customer_id, contact.contact_id, signal):
            return None
        if signal is RiskSignal.NUMBER_RECYCLING:
            await self._demotions.demote(customer_id, contact, signal)
        return Hold(signal, raised=True)

    def _deadline(self) -> float:
        return asyncio.get_running_loop().time() + self._budget_seconds
