"""Registering an exemption (R9): at once by the customer, and by phone only with a second person (R20)."""

from dataclasses import dataclass, field

import pytest

from contacts.exemption import OverseasExemption, Period, RequestedVia
from gateway.core.approvals import ApprovalKind, Approvals
from gateway.core.errors import Refusal
from gateway.core.exemptions import ExemptionRegistrations
from gateway.core.problems import Problem
from gateway.core.stores import CustomerMissing
from tests.builders import CUSTOMER_ID
from tests.gateway.core.waiting_approvals import WaitingApprovals

NOW = 1_790_000_000_000
DAY = 86_400_000
PERIOD = Period(NOW, NOW + 30 * DAY)
NOBODY = "nobody"


@dataclass
class Registered:
    """An `ExemptionStore` that knows one customer."""

    exemptions: dict[str, OverseasExemption] = field(default_factory=dict)
    withdrawn: list[tuple[str, str]] = field(default_factory=list)

    async def put(self, customer_id: str, exemption: OverseasExemption) -> bool:
        if customer_id != CUSTOMER_ID:
            raise CustomerMissing
        first = customer_id not in self.exemptions
        self.exemptions[customer_id] = exemption
        return first

    async def withdraw(self, customer_id: str, withdrawn_by: str) -> None:
        if customer_id != CUSTOMER_ID:
            raise CustomerMissing
        self.withdrawn.append((customer_id, withdrawn_by))

    async def version(self, customer_id: str) -> int:
        return 7 if customer_id == CUSTOMER_ID else 0

    async def now(self) -> int:
        return NOW


def registrations(store: Registered, approvals: WaitingApprovals | None = None) -> ExemptionRegistrations:
    waiting = approvals or WaitingApprovals()
    return ExemptionRegistrations(store, Approvals(waiting, lambda customer_id: f"apr_{customer_id}"), 90)


async def test_a_customer_who_is_logged_in_registers_at_once_and_is_told_whether_it_is_the_first() -> None:
    store = Registered()
    expected = OverseasExemption(PERIOD, RequestedVia.ONLINE, "web", None)
    for first in (True, False):
        assert await registrations(store).register_online(CUSTOMER_ID, PERIOD, "web") == (expected, first)
    assert store.exemptions == {CUSTOMER_ID: expected}


async def test_what_is_asked_for_by_phone_waits_for_a_second_person_and_for_the_registration_as_it_was() -> None:
    store, approvals = Registered(), WaitingApprovals()
    approval = await registrations(store, approvals).request_by_phone(CUSTOMER_ID, PERIOD, "kim")
    assert store.exemptions == {}
    [asked] = approvals.asked
    assert approval.approval_id == asked.approval_id
    assert (asked.kind, asked.customer_id, asked.contact_id) == (ApprovalKind.OVERSEAS_EXEMPTION, CUSTOMER_ID, None)
    assert (asked.requested_by, asked.reason) == ("kim", "해외체류 예외신청 (유선)")
    assert asked.action == {"from": str(PERIOD.start), "until": str(PERIOD.until), "version": "7"}


async def test_withdrawing_needs_nobody_else_and_is_kept_with_who_did_it() -> None:
    store = Registered()
    await registrations(store).withdraw(CUSTOMER_ID, "kim")
    assert store.withdrawn == [(CUSTOMER_ID, "kim")]


async def test_nobody_registers_for_a_customer_who_is_not_there() -> None:
    for refused in (
        registrations(Registered()).register_online(NOBODY, PERIOD, "web"),
        registrations(Registered()).request_by_phone(NOBODY, PERIOD, "kim"),
        registrations(Registered()).withdraw(NOBODY, "kim"),
    ):
        with pytest.raises(Refusal) as refusal:
            await refused
        assert refusal.value.problem is Problem.CUSTOMER_NOT_FOUND


@pytest.mark.parametrize(
    ("period", "field", "ko", "en"),
    [
        (Period(NOW, NOW), "until", "from보다 뒤여야 합니다.", "Give a time after `from`."),
        (Period(NOW - DAY, NOW), "until", "이미 지난 기간입니다.", "This period is over already."),
        (Period(NOW, NOW + 91 * DAY), "until", "90일까지만 등록할 수 있습니다.", "Register at most 90 days."),
        (Period(NOW + 91 * DAY, NOW + 92 * DAY), "from", "90일 안에 시작해야 합니다.", "Begin within 90 days."),
    ],
)
async def test_a_period_that_cannot_be_is_refused_with_the_end_to_correct_however_it_is_asked_for(
    period: Period, field: str, ko: str, en: str
) -> None:
    store, approvals = Registered(), WaitingApprovals()
    for refused in (
        registrations(store, approvals).register_online(CUSTOMER_ID, period, "web"),
        registrations(store, approvals).request_by_phone(CUSTOMER_ID, period, "kim"),
    ):
        with pytest.raises(Refusal) as refusal:
            await refused
        assert refusal.value.problem is Problem.INVALID_FIELDS
        [error] = refusal.value.errors
        assert (error.field, error.problem_ko, error.problem_en) == (field, ko, en)
    assert (store.exemptions, approvals.asked) == ({}, [])
