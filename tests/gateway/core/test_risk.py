"""What the signals hold, what a failure does, and what is offered instead."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import cast

import pytest

from contacts.models import Contact, ContactLabel, ContactMethod, ContactStatus, VerifiedBy
from contacts.phone_numbers import LineType, PhoneNumber
from gateway.core.carriers import Destination
from gateway.core.contact_life import ContactLife
from gateway.core.coverage import Coverage
from gateway.core.customer_stores import CustomerStore, StoredContact
from gateway.core.errors import Refusal
from gateway.core.policy import OnFailure, SignalRow
from gateway.core.ports import LookUpFailed, RiskSignal
from gateway.core.problems import Problem
from gateway.core.risk import RiskCheck
from gateway.core.verification import Method
from tests.builders import CUSTOMER_ID

SMS, ARS, SMS_REPLY = ContactMethod.SMS, ContactMethod.ARS, ContactMethod.SMS_REPLY
HOLDS = {
    RiskSignal.SIM_SWAP: (SMS, SMS_REPLY),
    RiskSignal.CALL_FORWARDING: (ARS,),
    RiskSignal.NUMBER_RECYCLING: (SMS, ARS, SMS_REPLY),
}


def everything(_: Contact) -> tuple[ContactMethod, ...]:
    return tuple(ContactMethod)


MOBILE = "+821012345678"
OTHER = "+821023456789"
VERIFIED_AT = datetime(2026, 3, 1, tzinfo=UTC)


def contact(contact_id: str, number: str = MOBILE) -> Contact:
    return Contact(
        contact_id=contact_id,
        number=PhoneNumber(number, LineType.MOBILE),
        label=ContactLabel.MOBILE,
        status=ContactStatus.VERIFIABLE,
        verified_by=VerifiedBy.OWNERSHIP,
        verified_at=VERIFIED_AT,
        version=1,
    )


def rows(
    on_failure: OnFailure = OnFailure.REFUSE, signals: Collection[RiskSignal] = tuple(RiskSignal)
) -> dict[RiskSignal, SignalRow]:
    alike = {"on_failure": on_failure, "reason": "시험", "reason_en": "test"}
    cells = {
        signal: {"holds": " ".join(HOLDS[signal]), "hours": "72" if signal is RiskSignal.SIM_SWAP else ""}
        for signal in signals
    }
    return {signal: SignalRow.model_validate({"signal": signal, **cells[signal], **alike}) for signal in signals}


@dataclass
class Operator:
    """Knows of each number which signals are raised; fails or hangs where it is told to."""

    raised: dict[str, set[RiskSignal]] = field(default_factory=dict)
    failing: set[RiskSignal] = field(default_factory=set)
    hanging: set[RiskSignal] = field(default_factory=set)
    asked: list[tuple[RiskSignal, str]] = field(default_factory=list)
    since: set[datetime | None] = field(default_factory=set)

    async def is_raised(self, signal: RiskSignal, number: PhoneNumber, since: datetime | None) -> bool:
        self.asked.append((signal, number.e164))
        self.since.add(since)
        await asyncio.sleep(0)  # nobody's operator answers at once
        if signal in self.hanging:
            await asyncio.Event().wait()
        if signal in self.failing:
            raise LookUpFailed
        return signal in self.raised.get(number.e164, set())


@dataclass
class World:
    """The contacts of `CUSTOMER_ID`, and what became of them. Nobody else has any."""

    contacts: Sequence[Contact]
    operator: Operator = field(default_factory=Operator)
    released: set[str] = field(default_factory=set)
    demoted: list[tuple[str, str, str]] = field(default_factory=list)
    failures: list[RiskSignal] = field(default_factory=list)
    uncarried: Sequence[tuple[ContactMethod, PhoneNumber]] = ()
    budget_seconds: float = 5.0

    def carries(self, method: ContactMethod, to: Destination) -> bool:
        return (method, to) not in self.uncarried

    def check(self, table: dict[RiskSignal, SignalRow] | None = None) -> RiskCheck:
        world = self

        class Life:
            async def is_released(self, customer_id: str, contact_id: str, signal: RiskSignal) -> bool:
                return signal is RiskSignal.SIM_SWAP and customer_id == CUSTOMER_ID and contact_id in world.released

            async def demote(self, customer_id: str, contact: Contact, reason: str) -> None:
                world.demoted.append((customer_id, contact.contact_id, reason))

        class Customers:
            async def contacts(self, customer_id: str) -> list[StoredContact]:
                return [StoredContact(one, ("",)) for one in world.contacts if customer_id == CUSTOMER_ID]

        return RiskCheck(
            self.operator,
            cast(CustomerStore, Customers()),
            cast(ContactLife, Life()),
            rows() if table is None else table,
            Coverage(self, cast(CustomerStore, Customers())),
            self.failures.append,
            self.budget_seconds,
        )


async def held(world: World, table: dict[RiskSignal, SignalRow] | None = None) -> set[tuple[ContactMethod, RiskSignal]]:
    found = await world.check(table).held(CUSTOMER_ID, world.contacts)
    return {(one.method, one.signal) for one in found[world.contacts[0].contact_id]}


@pytest.mark.parametrize("signal", RiskSignal)
async def test_each_signal_holds_its_own_methods(signal: RiskSignal) -> None:
    world = World([contact("a")])
    world.operator.raised = {MOBILE: {signal}}
    assert await held(world) == {(method, signal) for method in HOLDS[signal]}
    taken_back = [(CUSTOMER_ID, "a", RiskSignal.NUMBER_RECYCLING)]
    assert world.demoted == (taken_back if signal is RiskSignal.NUMBER_RECYCLING else [])


async def test_an_operator_is_asked_what_happened_since_the_contact_was_verified() -> None:
    world = World([contact("a")])
    await held(world)
    assert world.operator.since == {VERIFIED_AT}


async def test_without_a_raised_signal_nothing_is_held() -> None:
    assert await held(World([contact("a")])) == set()


async def test_a_signal_that_the_policy_does_not_name_is_not_asked() -> None:
    world = World([contact("a")])
    assert await held(world, rows(signals=[RiskSignal.CALL_FORWARDING])) == set()
    assert {signal for signal, _ in world.operator.asked} == {RiskSignal.CALL_FORWARDING}


@pytest.mark.parametrize("signal", RiskSignal)
def test_it_is_known_beforehand_about_which_methods_an_operator_is_asked(signal: RiskSignal) -> None:
    check = World([contact("a")]).check(rows(signals=[signal]))
    assert {method.value for method in Method if check.asks(method)} == {method.value for method in HOLDS[signal]}
    assert not any(World([]).check({}).asks(method) for method in Method)


async def test_a_contact_that_may_be_used_for_nothing_is_not_looked_up() -> None:
    needs = Contact(
        "a", PhoneNumber(MOBILE, LineType.MOBILE), ContactLabel.MOBILE, ContactStatus.NEEDS_VERIFICATION, None, None, 1
    )
    world = World([needs])
    assert await held(world) == set()
    assert world.operator.asked == []


@pytest.mark.parametrize("signal", RiskSignal)
@pytest.mark.parametrize("how", ["failing", "hanging"])
async def test_a_look_up_that_fails_does_what_the_policy_says_and_is_counted(signal: RiskSignal, how: str) -> None:
    for on_failure, expected in ((OnFailure.REFUSE, HOLDS[signal]), (OnFailure.ALLOW, ())):
        world = World([contact("a")], budget_seconds=0.05 if how == "hanging" else 5.0)
        getattr(world.operator, how).add(signal)
        assert await held(world, rows(on_failure)) == {(method, signal) for method in expected}
        assert world.failures == [signal]
        assert world.demoted == []


async def test_all_look_ups_of_a_request_share_one_time_budget() -> None:
    world = World([contact(str(number)) for number in range(20)], budget_seconds=0.1)
    world.operator.hanging = set(RiskSignal)
    async with asyncio.timeout(2):
        await held(world)
    assert len(world.failures) == 60


async def test_an_early_release_frees_the_texts_of_a_changed_sim_and_nothing_else() -> None:
    world = World([contact("a")], released={"a"})
    world.operator.raised = {MOBILE: {RiskSignal.SIM_SWAP, RiskSignal.CALL_FORWARDING}}
    assert await held(world) == {(ARS, RiskSignal.CALL_FORWARDING)}


async def test_a_method_that_was_freed_early_is_not_refused_and_is_offered_of_another_contact() -> None:
    world = World([contact("a"), contact("b", OTHER)], released={"a", "b"})
    world.operator.raised = {MOBILE: {RiskSignal.SIM_SWAP, RiskSignal.CALL_FORWARDING}, OTHER: {RiskSignal.SIM_SWAP}}
    await world.check().refuse_held(CUSTOMER_ID, world.contacts[0], SMS, everything)
    with pytest.raises(Refusal) as refused:
        await world.check().refuse_held(CUSTOMER_ID, world.contacts[0], ARS, everything)
    assert refused.value.members["contacts"] == [{"contact_id": "b", "methods": [SMS, ARS, SMS_REPLY]}]


async def test_an_early_release_does_not_speak_for_a_carrier_that_cannot_be_asked() -> None:
    world = World([contact("a")], released={"a"})
    world.operator.failing = {RiskSignal.SIM_SWAP}
    assert await held(world) == {(SMS, RiskSignal.SIM_SWAP), (SMS_REPLY, RiskSignal.SIM_SWAP)}


async def test_a_free_method_is_not_refused_and_only_its_signals_are_asked() -> None:
    world = World([contact("a"), contact("b", OTHER)])
    world.operator.raised = {MOBILE: {RiskSignal.SIM_SWAP}}
    await world.check().refuse_held(CUSTOMER_ID, world.contacts[0], ARS, everything)
    assert set(world.operator.asked) == {(RiskSignal.CALL_FORWARDING, MOBILE), (RiskSignal.NUMBER_RECYCLING, MOBILE)}


async def test_a_held_method_is_refused_with_what_may_be_used_here_and_elsewhere() -> None:
    world = World([contact("a"), contact("b", OTHER)])
    world.operator.raised = {MOBILE: {RiskSignal.SIM_SWAP}, OTHER: {RiskSignal.CALL_FORWARDING}}
    with pytest.raises(Refusal) as refused:
        await world.check().refuse_held(CUSTOMER_ID, world.contacts[0], SMS, everything)
    assert refused.value.problem is Problem.METHOD_HELD
    assert refused.value.members == {
        "signal": RiskSignal.SIM_SWAP,
        "methods": [ARS],
        "contacts": [{"contact_id": "b", "methods": [SMS, SMS_REPLY]}],
    }


@pytest.mark.parametrize(
    ("raised", "ko", "en"),
    [
        ({RiskSignal.CALL_FORWARDING}, "sms, sms_reply", "sms, sms_reply"),
        ({RiskSignal.CALL_FORWARDING, RiskSignal.NUMBER_RECYCLING}, "없음", "nothing"),
    ],
)
async def test_the_sentence_of_a_refusal_names_the_signal_and_what_is_left(
    raised: set[RiskSignal], ko: str, en: str
) -> None:
    world = World([contact("a")])
    world.operator.raised = {MOBILE: raised}
    with pytest.raises(Refusal) as refused:
        await world.check().refuse_held(CUSTOMER_ID, world.contacts[0], ARS, everything)
    values = refused.value.values
    assert values["signal"] == RiskSignal.CALL_FORWARDING
    assert (values["methods_ko"], values["methods_en"]) == (ko, en)


async def test_a_contact_that_is_gone_meanwhile_is_refused_with_what_is_left_elsewhere() -> None:
    gone, left = contact("a"), contact("b", OTHER)
    world = World([left])
    world.operator.raised = {MOBILE: {RiskSignal.SIM_SWAP}}
    with pytest.raises(Refusal) as refused:
        await world.check().refuse_held(CUSTOMER_ID, gone, SMS, everything)
    assert refused.value.members["methods"] == []
    assert refused.value.members["contacts"] == [{"contact_id": "b", "methods": [SMS, ARS, SMS_REPLY]}]


async def test_a_refusal_takes_no_more_than_the_time_budget_either() -> None:
    world = World([contact("a"), contact("b", OTHER)], budget_seconds=0.05)
    world.operator.hanging = set(RiskSignal)
    with pytest.raises(Refusal) as refused:
        async with asyncio.timeout(5):
            await world.check().refuse_held(CUSTOMER_ID, world.contacts[0], SMS, everything)
    assert refused.value.members["contacts"] == []


async def test_what_the_operation_does_not_allow_is_not_offered() -> None:
    world = World([contact("a"), contact("b", OTHER)])
    world.operator.raised = {MOBILE: {RiskSignal.SIM_SWAP}}
    with pytest.raises(Refusal) as refused:
        await world.check().refuse_held(CUSTOMER_ID, world.contacts[0], SMS_REPLY, lambda _: ("sms_reply",))
    assert refused.value.members["methods"] == []
    assert refused.value.members["contacts"] == [{"contact_id": "b", "methods": [SMS_REPLY]}]


async def test_a_method_held_by_a_passing_failure_is_not_offered_in_the_same_answer() -> None:
    world = World([contact("a")])
    world.operator.failing = {RiskSignal.SIM_SWAP}
    check = world.check()
    original = world.operator.is_raised

    async def recovers(signal: RiskSignal, number: PhoneNumber, since: datetime | None) -> bool:
        try:
            return await original(signal, number, since)
        finally:
            world.operator.failing.discard(signal)

    world.operator.is_raised = recovers  # type: ignore[method-assign]
    with pytest.raises(Refusal) as refused:
        await check.refuse_held(CUSTOMER_ID, world.contacts[0], SMS, everything)
    assert SMS not in cast(list[ContactMethod], refused.value.members["methods"])
