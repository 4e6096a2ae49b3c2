"""The overseas exemption (R9): registering it, and finding out how its three conditions stand."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from contacts.exemption import OverseasExemption, Period, RequestedVia, fault_of
from contacts.models import Customer
from gateway.core.approvals import Approval, ApprovalKind, Approvals
from gateway.core.errors import FieldError, Refusal, StoreUnavailable
from gateway.core.facts import ExemptionFacts, Known
from gateway.core.ports import Countries, DepartureRecords, LookUpFailed
from gateway.core.problems import Problem
from gateway.core.stores import CustomerMissing

HOME = "KR"
_REASON = "해외체류 예외신청 (유선)"


class ExemptionStore(Protocol):
    """Registered overseas exemptions (R9). `CustomerStore` reads a customer with theirs, until it is over."""

    async def put(self, customer_id: str, exemption: OverseasExemption) -> bool:
        """Whether there was none before. Raises `CustomerMissing`."""
        ...

    async def withdraw(self, customer_id: str, withdrawn_by: str) -> None:
        """Raises `CustomerMissing`; that there was none is success."""
        ...

    async def version(self, customer_id: str) -> int:
        """Grows with every change; an approval asked for at another version is outdated."""
        ...

    async def now(self) -> int: ...


class ExemptionRegistrations:
    """Registers and withdraws exemptions. Raises `Refusal`.

    A customer who is logged in registers at once. A phone call proves less than a login, so what the customer centre
    writes down waits for a second person (R20). Withdrawing one protects the customer, and takes effect at once.
    """

    def __init__(self, store: ExemptionStore, approvals: Approvals, longest_days: int) -> None:
        self._store = store
        self._approvals = approvals
        self._longest_days = longest_days

    async def register_online(
        self, customer_id: str, period: Period, requested_by: str
    ) -> tuple[OverseasExemption, bool]:
        """The exemption, and whether there was none before."""
        await self._check(period)
        exemption = OverseasExemption(period, RequestedVia.ONLINE, requested_by, approved_by=None)
        try:
            return exemption, await self._store.put(customer_id, exemption)
        except CustomerMissing:
            raise Refusal(Problem.CUSTOMER_NOT_FOUND) from None

    async def request_by_phone(self, customer_id: str, period: Period, requested_by: str) -> Approval:
        """The approval to wait for. It is outdated once the registration changes otherwise."""
        await self._check(period)
        action = {
            "from": str(period.start),
            "until": str(period.until),
            "version": str(await self._store.version(customer_id)),
        }
        return await self._approvals.request(
            ApprovalKind.OVERSEAS_EXEMPTION, customer_id, requested_by, _REASON, action
        )

    async def withdraw(self, customer_id: str, withdrawn_by: str) -> None:
        """End the exemption; that there was none is success."""
        try:
            await self._store.withdraw(customer_id, withdrawn_by)
        except CustomerMissing:
            raise Refusal(Problem.CUSTOMER_NOT_FOUND) from None

    async def _check(self, period: Period) -> None:
        fault = fault_of(period, await self._store.now(), self._longest_days)
        if fault is not None:
            days = self._longest_days
            error = FieldError(fault.field, fault.sentence_ko(days), fault.sentence_en(days))
            raise Refusal(Problem.INVALID_FIELDS, errors=(error,))


class OverseasExemptions:
    """`gateway.core.facts.Exemptions`, with `UNKNOWN` for what cannot be found out within `budget_seconds`.

    The ministry is asked only about customers for whom the other two conditions are met.
    """

    def __init__(
        self,
        store: ExemptionStore,
        read_customer: Callable[[str], Awaitable[Customer | None]],
        departures: DepartureRecords,
        countries: Countries,
        budget_seconds: float = 2.0,
    ) -> None:
        self._store = store
        self._read_customer = read_customer
        self._departures = departures
        self._countries = countries
        self._budget_seconds = budget_seconds

    async def facts(self, customer_id: str, exemption: OverseasExemption | None, client_ip: str) -> ExemptionFacts:
        """How registration, departure and address stand now."""
        foreign = self._foreign(client_ip)
        if exemption is None:
            return ExemptionFacts(Known.NOT_MET, Known.UNKNOWN, foreign)
        registered = departed = Known.UNKNOWN
        try:
            async with asyncio.timeout(self._budget_seconds):
                now = await self._store.now()
                registered = Known.MET if exemption.in_force(now) else Known.NOT_MET
                if registered is foreign is Known.MET:
                    departed = await self._departed(customer_id, now)
        except (LookUpFailed, StoreUnavailable, TimeoutError):
            pass
        return ExemptionFacts(registered=registered, departed=departed, foreign_address=foreign)

    def _foreign(self, client_ip: str) -> Known:
        country = self._countries.country_of(client_ip)
        if country is None:
            return Known.UNKNOWN
        return Known.NOT_MET if country == HOME else Known.MET

    async def _departed(self, customer_id: str, now: int) -> Known:
        # Only now: the name and birth date are not unsealed unless the ministry is asked.
        customer = await self._read_customer(customer_id)
        if customer is None or customer.birth_date is None:
            return Known.UNKNOWN
        left = await self._departures.has_left(customer_id, customer.name, customer.birth_date, now)
        return Known.MET if left is True else Known.NOT_MET
