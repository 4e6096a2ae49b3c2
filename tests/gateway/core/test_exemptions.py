"""Overseas exemption: nothing but all three conditions makes one, in whatever order things happen (R9)."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from contacts.exemption import OverseasExemption, Period, RequestedVia
from contacts.models import Customer, CustomerKind
from gateway.core.deciding import Outcome, decide
from gateway.core.errors import StoreUnavailable
from gateway.core.exemptions import OverseasExemptions
from gateway.core.facts import ExemptionFacts, Known
from gateway.core.ports import LookUpFailed
from gateway.geo.countries import PACKAGED as PACKAGED_COUNTRIES
from gateway.geo.countries import CountryDatabase
from tests.gateway.core.policies import PACKAGED, facts

NOW = 1_790_000_000_000
HOUR = 3_600_000
IN_FORCE = OverseasExemption(Period(NOW - HOUR, NOW + HOUR), RequestedVia.ONLINE, "kim", None)
ABROAD = "133.11.0.1"
AT_HOME = "168.126.63.1"
NOWHERE = "203.0.113.7"
COUNTRIES = CountryDatabase(PACKAGED_COUNTRIES)
TRAVELLER = Customer(
    customer_id="jang-bogo",
    kind=CustomerKind.INDIVIDUAL,
    name="장보고",
    birth_date="1979-08-15",
    online_consent=True,
    locked=False,
    overseas_exemption=IN_FORCE,
)


@dataclass
class Clock:
    """The part of an `ExemptionStore` that the conditions rest on."""

    at: int = NOW
    lost: bool = False

    async def now(self) -> int:
        if self.lost:
            raise StoreUnavailable("away")
        return self.at

    async def put(self, customer_id: str, exemption: OverseasExemption) -> bool:
        raise NotImplementedError

    async def withdraw(self, customer_id: str, withdrawn_by: str) -> None:
        raise NotImplementedError

    async def version(self, customer_id: str) -> int:
        raise NotImplementedError


async def left() -> bool:
    return True


async def at_home() -> bool:
    return False


async def fails() -> bool:
    raise LookUpFailed


async def hangs() -> bool:
    await asyncio.Event().wait()
    return True


@dataclass
class Ministry:
    """Departure records that do as they are told, and remember who asked for whom."""

    answer: Callable[[], Awaitable[bool]] = left
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    asked_at: list[int] = field(default_factory=list)

    async def has_left(self, customer_id: str, name: str, birth_date: str, now: int) -> bool:
        self.asked.append((customer_id, name, birth_date))
        self.asked_at.append(now)
        return await self.answer()


async def look_up(
    customer: Customer = TRAVELLER,
    client_ip: str = ABROAD,
    ministry: Ministry | None = None,
    clock: Clock | None = None,
    *,
    is_erased: bool = False,
) -> ExemptionFacts:
    async def read_customer(customer_id: str) -> Customer | None:
        return customer if customer_id == customer.customer_id and not is_erased else None

    exemptions = OverseasExemptions(
        clock or Clock(), read_customer, ministry or Ministry(), COUNTRIES, budget_seconds=0.05
    )
    return await exemptions.facts(customer.customer_id, customer.overseas_exemption, client_ip)


async def test_who_is_registered_has_left_and_asks_from_abroad_meets_all_three() -> None:
    assert (await look_up()).all_met


async def test_how_old_a_record_is_goes_by_the_clock_of_the_store() -> None:
    ministry = Ministry()
    await look_up(ministry=ministry, clock=Clock(NOW + 1))
    assert ministry.asked_at == [NOW + 1]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"customer": replace(TRAVELLER, overseas_exemption=None)}, ("not_met", "unknown", "met")),
        ({"clock": Clock(NOW + HOUR)}, ("not_met", "unknown", "met")),
        ({"clock": Clock(NOW - HOUR - 1)}, ("not_met", "unknown", "met")),
        ({"clock": Clock(lost=True)}, ("unknown", "unknown", "met")),
        ({"client_ip": AT_HOME}, ("met", "unknown", "not_met")),
        ({"client_ip": NOWHERE}, ("met", "unknown", "unknown")),
        ({"client_ip": "::ffff:133.11.0.1"}, ("met", "unknown", "unknown")),
        ({"client_ip": "not an address"}, ("met", "unknown", "unknown")),
        ({"customer": replace(TRAVELLER, birth_date=None)}, ("met", "unknown", "met")),
        ({"is_erased": True}, ("met", "unknown", "met")),
        ({"ministry": Ministry(at_home)}, ("met", "not_met", "met")),
        ({"ministry": Ministry(fails)}, ("met", "unknown", "met")),
        ({"ministry": Ministry(hangs)}, ("met", "unknown", "met")),
    ],
)
async def test_each_way_to_miss_a_condition_is_told_apart(
    change: dict[str, object], expected: tuple[str, str, str]
) -> None:
    found = await look_up(**change)  # type: ignore[arg-type]
    assert (found.registered, found.departed, found.foreign_address) == expected
    assert not found.all_met


@pytest.mark.parametrize(
    ("customer", "client_ip"),
    [
        (replace(TRAVELLER, overseas_exemption=None), ABROAD),
        (TRAVELLER, AT_HOME),
        (TRAVELLER, NOWHERE),
        (replace(TRAVELLER, birth_date=None), ABROAD),
    ],
)
async def test_the_ministry_is_not_asked_about_who_cannot_be_exempt_anyway(customer: Customer, client_ip: str) -> None:
    ministry = Ministry()
    await look_up(customer, client_ip, ministry)
    assert ministry.asked == []


async def test_the_ministry_is_asked_about_the_customer_by_name_and_birth_date() -> None:
    ministry = Ministry()
    await look_up(ministry=ministry)
    assert ministry.asked == [("jang-bogo", "장보고", "1979-08-15")]


async def test_a_caller_who_gives_up_is_not_held_back() -> None:
    task = asyncio.create_task(look_up(ministry=Ministry(hangs)))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def outcome_of(exemption: ExemptionFacts) -> Outcome:
    return decide(PACKAGED, facts(exemption=exemption)).outcome


@given(st.sampled_from(Known), st.sampled_from(Known), st.sampled_from(Known))
def test_a_decision_exempts_by_three_conditions_and_never_by_fewer(
    registered: Known, departed: Known, foreign: Known
) -> None:
    outcome = outcome_of(ExemptionFacts(registered, departed, foreign))
    assert (outcome is Outcome.EXEMPT) == ({registered, departed, foreign} == {Known.MET})


class Journey(RuleBasedStateMachine):
    """A customer registers, withdraws, leaves, comes back and asks from anywhere, while services come and go."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.clock, self.ministry = Clock(), Ministry(at_home)
        self.customer = replace(TRAVELLER, overseas_exemption=None)
        self.client_ip = AT_HOME

    @rule(start=st.integers(-5, 5), hours=st.integers(1, 10))
    def register(self, start: int, hours: int) -> None:
        begins = self.clock.at + start * HOUR
        exemption = replace(IN_FORCE, period=Period(begins, begins + hours * HOUR))
        self.customer = replace(self.customer, overseas_exemption=exemption)

    @rule()
    def withdraw(self) -> None:
        self.customer = replace(self.customer, overseas_exemption=None)

    @rule(hours=st.integers(1, 5))
    def time_passes(self, hours: int) -> None:
        self.clock.at += hours * HOUR

    @rule(lost=st.booleans())
    def store_comes_and_goes(self, lost: bool) -> None:
        self.clock.lost = lost

    @rule(answer=st.sampled_from([left, at_home, fails]))
    def records_change(self, answer: Callable[[], Awaitable[bool]]) -> None:
        self.ministry.answer = answer

    @rule(client_ip=st.sampled_from([ABROAD, AT_HOME, NOWHERE, "10.0.0.1", "2002:850b:1::1", "240e::1", ""]))
    def move(self, client_ip: str) -> None:
        self.client_ip = client_ip

    @invariant()
    def is_exempt_exactly_while_all_three_are_so(self) -> None:
        registered = self.customer.overseas_exemption
        so = (
            registered is not None
            and not self.clock.lost
            and registered.period.start <= self.clock.at < registered.period.until
            and self.ministry.answer is left
            and self.client_ip in (ABROAD, "240e::1")
        )
        found = self.runner.run(look_up(self.customer, self.client_ip, self.ministry, self.clock))
        assert found.all_met is so
        assert (outcome_of(found) is Outcome.EXEMPT) is so

    def teardown(self) -> None:
        self.runner.close()


TestJourney = Journey.TestCase
TestJourney.settings = settings(max_examples=60, stateful_step_count=25)
