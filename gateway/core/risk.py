"""Carrier risk signals before a code leaves: which methods they hold back on a contact now.

The rows of the policy's `signals.csv` say which signals are asked, what each holds back and what a failure does.
The look-ups of one request run at once where they can, and share one deadline: one that is not back by then has failed,
and every failure is counted. A recycled number also takes the contact's verification back (R5, R6).
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence

from contacts.models import Contact, ContactMethod, methods_of
from gateway.core.contact_life import ContactLife
from gateway.core.coverage import Coverage
from gateway.core.customer_stores import CustomerStore
from gateway.core.facts import Allowed, Held
from gateway.core.not_available import refusal_with_what_is_left
from gateway.core.policy import OnFailure, SignalRow
from gateway.core.ports import LookUpFailed, RiskSignal, RiskSignals
from gateway.core.problems import Problem


class RiskCheck:
    """`gateway.core.facts.Holds` by the carriers' signals."""

    def __init__(
        self,
        signals: RiskSignals,
        customers: CustomerStore,
        life: ContactLife,
        rows: Mapping[RiskSignal, SignalRow],
        coverage: Coverage,
        failed: Callable[[RiskSignal], None],
        budget_seconds: float = 3.0,
    ) -> None:
        """`failed` counts a failed look-up; those of one request take `budget_seconds` at most, all together."""
        self._signals = signals
        self._customers = customers
        self._life = life
        self._rows = rows
        self._coverage = coverage
        self._failed = failed
        self._budget_seconds = budget_seconds

    def asks(self, method: str) -> bool:
        return any(method in row.holds for row in self._rows.values())

    async def held(self, customer_id: str, contacts: Sequence[Contact]) -> Mapping[str, tuple[Held, ...]]:
        """By contact id, which of the methods that its status allows are held back."""
        return await self._all_held(customer_id, contacts, self._deadline())

    async def refuse_held(self, customer_id: str, contact: Contact, method: ContactMethod, allowed: Allowed) -> None:
        """Raises `Refusal` (`method-held`) with the signal, and what else may be used on this and other contacts."""
        deadline = self._deadline()
        held = await self._held(customer_id, contact, (method,), deadline)
        if not held:
            return
        contacts = [stored.contact for stored in await self._customers.contacts(customer_id)]
        all_held = await self._all_held(customer_id, contacts, deadline)
        all_held[contact.contact_id] = (*held, *all_held.get(contact.contact_id, ()))
        free = {each.contact_id: self._free(each, all_held[each.contact_id], allowed) for each in contacts}
        raise refusal_with_what_is_left(Problem.METHOD_HELD, contact.contact_id, free, signal=held[0].signal)

    async def _all_held(
        self, customer_id: str, contacts: Sequence[Contact], deadline: float
    ) -> dict[str, tuple[Held, ...]]:
        found = await asyncio.gather(*(self._held(customer_id, each, methods_of(each), deadline) for each in contacts))
        return {each.contact_id: held for each, held in zip(contacts, found, strict=True)}

    async def _held(
        self, customer_id: str, contact: Contact, methods: Sequence[ContactMethod], deadline: float
    ) -> tuple[Held, ...]:
        rows = [row for row in self._rows.values() if any(method in row.holds for method in methods)]
        holds = await asyncio.gather(*(self._is_held(customer_id, contact, row, deadline) for row in rows))
        return tuple(
            Held(method, row.signal)
            for row, holding in zip(rows, holds, strict=True)
            for method in methods
            if holding and method in row.holds
        )

    async def _is_held(self, customer_id: str, contact: Contact, row: SignalRow, deadline: float) -> bool:
        try:
            async with asyncio.timeout_at(deadline):
                raised = await self._signals.is_raised(row.signal, contact.number, contact.verified_at)
        except (LookUpFailed, TimeoutError):
            self._failed(row.signal)
            return row.on_failure is OnFailure.REFUSE
        if not raised or await self._life.is_released(customer_id, contact.contact_id, row.signal):
            return False
        if row.signal is RiskSignal.NUMBER_RECYCLING:
            await self._life.demote(customer_id, contact, row.signal)
        return True

    def _deadline(self) -> float:
        return asyncio.get_running_loop().time() + self._budget_seconds

    def _free(self, contact: Contact, held: Collection[Held], allowed: Allowed) -> list[ContactMethod]:
        """The allowed methods that are not held."""
        gone = {one.method for one in held}
        return [method for method in self._coverage.left(contact, allowed) if method not in gone]
