"""Decisions for callers: gathers the facts, decides, and keeps a record."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import field

from contacts.models import Contact, ContactMethod, VerifiedBy, methods_of
from contacts.records import record
from gateway.core.coverage import Coverage
from gateway.core.customer_stores import Applicant, CustomerStore, Subject
from gateway.core.deciding import Decision, Outcome, decide, outcome_of
from gateway.core.decision_stores import DecisionRecords, RecordedDecision
from gateway.core.errors import Refusal
from gateway.core.facts import (
    NOT_ASKED,
    Allowed,
    AutoConnection,
    AutoConnections,
    ContactFacts,
    ExemptionFacts,
    Exemptions,
    Facts,
    Held,
    Holds,
    Known,
)
from gateway.core.operations import Operation
from gateway.core.policy import Exemption, OperationRow, Policy
from gateway.core.problems import Problem


@record()
class DecisionRequest:
    """What a caller asks. `client_ip` is the customer's address as the caller saw it."""

    customer_id: str
    operation: Operation
    client_ip: str
    auto_connect_token: str | None = field(default=None, repr=False)
    device: str | None = None
    """The caller's own id of the device; needed with a token."""


@record()
class Decided:
    """A decision with what a caller needs to act on it: the contacts, each with the methods that may be used now."""

    decision_id: str
    policy_version: str
    decision: Decision
    contacts: tuple[tuple[Contact, tuple[ContactMethod, ...]], ...]
    auto_connect_token: str | None = field(repr=False)
    """Replaces the token that was used."""


_NOTHING_HELD: Mapping[str, tuple[Held, ...]] = {}


class Decisions:
    """Raises `Refusal`."""

    def __init__(
        self,
        policy: Policy,
        customers: CustomerStore,
        records: DecisionRecords,
        exemptions: Exemptions,
        auto_connections: AutoConnections,
        holds: Holds,
        coverage: Coverage,
        new_decision_id: Callable[[str], str],
    ) -> None:
        self._policy = policy
        self._customers = customers
        self._records = records
        self._exemptions = exemptions
        self._auto_connections = auto_connections
        self._holds = holds
        self._coverage = coverage
        self._new_decision_id = new_decision_id

    async def decide(self, request: DecisionRequest) -> Decided:
        """Whether the customer must prove themselves for this operation now, by what, and why."""
        subject = await self._customers.subject(request.customer_id, request.operation)
        if subject is None:
            raise Refusal(Problem.CUSTOMER_NOT_FOUND)
        contacts = [stored.contact for stored in subject.contacts]
        exemption, device, held = NOT_ASKED, AutoConnection(Known.UNKNOWN), _NOTHING_HELD
        outcome, _ = outcome_of(self._policy, facts_of(subject, request.operation))
        if outcome is Outcome.REQUIRED:
            # Only now: no departure is looked up and no token used up where they could change nothing.
            exemption, device, held = await self._look_up(request, subject, contacts)
        usable = tuple(self._usable(request.operation, one, held) for one in contacts)
        facts = facts_of(subject, request.operation, usable, exemption, device.known)
        return await self._kept(request, facts, decide(self._policy, facts), contacts, device.next_token)

    def _usable(self, operation: Operation, contact: Contact, held: Mapping[str, tuple[Held, ...]]) -> ContactFacts:
        methods = _methods_for(operation, contact)
        return ContactFacts(
            contact.contact_id,
            methods,
            held.get(contact.contact_id, ()),
            self._coverage.uncarried(contact, methods),
        )

    async def _look_up(
        self, request: DecisionRequest, subject: Subject, contacts: Sequence[Contact]
    ) -> tuple[ExemptionFacts, AutoConnection, Mapping[str, tuple[Held, ...]]]:
        exemption, device = self._exemption(request, subject), self._device(request, subject)
        held = self._holds.held(request.customer_id, contacts)
        if subject.overseas_exemption is None and request.auto_connect_token is None:
            # Only the carriers are asked, so a task for each of the three would cost more than it saves.
            return await exemption, await device, await held
        return await asyncio.gather(exemption, device, held)

    async def _exemption(self, request: DecisionRequest, subject: Subject) -> ExemptionFacts:
        if Exemption.OVERSEAS not in self._policy.row(request.operation, subject.kind).exemptions:
            return NOT_ASKED
        return await self._exemptions.facts(request.customer_id, subject.overseas_exemption, request.client_ip)

    async def _device(self, request: DecisionRequest, subject: Subject) -> AutoConnection:
        token = request.auto_connect_token
        allowed = self._policy.row(request.operation, subject.kind).exemptions
        if token is None or Exemption.AUTO_CONNECT not in allowed:
            return AutoConnection(Known.NOT_MET)
        return await self._auto_connections.use(request.customer_id, token, request.device)

    async def _kept(
        self,
        request: DecisionRequest,
        facts: Facts,
        decision: Decision,
        contacts: Sequence[Contact],
        next_token: str | None,
    ) -> Decided:
        decision_id, version = self._new_decision_id(request.customer_id), self._policy.version
        record = RecordedDecision(decision_id, version, decision.outcome, decision.reason.rule, decision.methods, facts)
        await self._records.keep(request.customer_id, record)
        by_id = {contact.contact_id: contact for contact in contacts}
        usable = tuple((by_id[one.contact_id], one.methods) for one in decision.contacts)
        return Decided(decision_id, version, decision, usable, next_token)


def facts_of(
    customer: Applicant | Subject,
    operation: Operation,
    contacts: tuple[ContactFacts, ...] = (),
    exemption: ExemptionFacts = NOT_ASKED,
    auto_connected: Known = Known.UNKNOWN,
) -> Facts:
    """What is known of the customer, without personal data."""
    standing = customer.standing
    return Facts(
        operation=operation,
        kind=customer.kind,
        online_consent=customer.online_consent,
        locked=customer.locked,
        exemption=exemption,
        auto_connected=auto_connected,
        contacts=contacts,
        branch_password=standing.branch_password,
        hour=standing.hour,
        opened_today=standing.opened_today,
    )


def taken_by(operation: Operation, row: OperationRow) -> Allowed:
    """Which methods of a contact an operation takes, by the policy's row."""
    of_row: Collection[str] = row.methods

    def taken(contact: Contact) -> tuple[ContactMethod, ...]:
        return tuple([method for method in _methods_for(operation, contact) if method in of_row])

    return taken


def _methods_for(operation: Operation, contact: Contact) -> tuple[ContactMethod, ...]:
    """What the contact's status allows; only a contact that passed its own ownership check vouches (R5)."""
    if operation is Operation.VOUCH and contact.verified_by is not VerifiedBy.OWNERSHIP:
        return ()
    return methods_of(contact)
