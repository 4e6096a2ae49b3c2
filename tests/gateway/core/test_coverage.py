"""A method is offered only where a carrier takes it; what is refused says what may be used instead."""

from collections.abc import Collection
from dataclasses import replace

import orjson
import pytest

from contacts.models import Contact, ContactMethod, VerifiedBy
from gateway.core.carriers import Capability
from gateway.core.deciding import decide
from gateway.core.errors import Refusal
from gateway.core.facts import ContactFacts, Facts
from gateway.core.operations import Operation
from gateway.core.policy_files import load_policy
from gateway.core.problems import Problem
from gateway.core.verification import Method
from gateway.methods.breaker import Outcome
from gateway.store import keys
from gateway.store.fields import FIELDS
from tests.builders import CLIENT, CUSTOMER_ID, LANDLINE
from tests.gateway.core.policies import facts
from tests.gateway.rooms import Rooms, line

SMS, ARS, SMS_REPLY = ContactMethod.SMS, ContactMethod.ARS, ContactMethod.SMS_REPLY
ALL = tuple(ContactMethod)


@pytest.fixture
async def contact(rooms: Rooms) -> Contact:
    return await rooms.register()


def can(rooms: Rooms, *capabilities: Capability) -> None:
    """The only carrier does this, and no more."""
    rooms.carriers.lines = (line(rooms.carrier, frozenset(capabilities)),)


@pytest.mark.parametrize(
    ("capabilities", "method", "left"),
    [
        ((Capability.SMS, Capability.VOICE), Method.SMS_REPLY, ["sms", "ars"]),
        ((Capability.SMS, Capability.INBOUND), Method.ARS, ["sms", "sms_reply"]),
        ((Capability.VOICE,), Method.SMS, ["ars"]),
        ((Capability.VOICE,), Method.SMS_REPLY, ["ars"]),
    ],
)
async def test_what_no_carrier_takes_is_refused_with_what_may_be_used(
    rooms: Rooms, contact: Contact, capabilities: tuple[Capability, ...], method: Method, left: list[str]
) -> None:
    at_home = await rooms.add(CUSTOMER_ID, LANDLINE, VerifiedBy.VOUCH)
    can(rooms, *capabilities)
    with pytest.raises(Refusal) as refused:
        await rooms.open(method, contact)
    assert refused.value.problem is Problem.METHOD_NOT_CARRIED
    elsewhere = [{"contact_id": at_home.contact_id, "methods": ["ars"]}] if Capability.VOICE in capabilities else []
    assert refused.value.members == {"methods": left, "contacts": elsewhere}
    assert rooms.carrier.asked == 0


async def test_a_paused_carrier_is_none_and_a_breaker_that_is_open_is_one(rooms: Rooms, contact: Contact) -> None:
    (only,) = rooms.carriers.lines
    while (permit := only.health[Capability.SMS].breaker.enter()) is not None:
        only.health[Capability.SMS].breaker.settle(permit, Outcome.FAILED)
    one = await rooms.open(Method.SMS, contact)
    rooms.paused.add(only.name)
    for attempt in (rooms.open(Method.SMS, contact), _resend(rooms, one.verification_id)):
        with pytest.raises(Refusal) as refused:
            await attempt
        assert refused.value.problem is Problem.METHOD_NOT_CARRIED
        assert refused.value.members["methods"] == []
        assert refused.value.values["methods_ko"] == "없음"


async def _resend(rooms: Rooms, verification_id: str) -> object:
    await rooms.store.command("HSET", keys.verification(verification_id), FIELDS["v.resend_at"], 1)
    return await rooms.verifications.resend(verification_id, CLIENT)


async def test_a_refusal_by_a_rule_names_only_what_is_carried(rooms: Rooms) -> None:
    await rooms.register()
    at_home = await rooms.add(CUSTOMER_ID, LANDLINE, VerifiedBy.VOUCH)
    can(rooms, Capability.SMS)
    with pytest.raises(Refusal) as refused:
        await rooms.open(Method.SMS, at_home)
    assert (refused.value.problem, refused.value.members["methods"]) == (Problem.METHOD_NOT_AVAILABLE, [])


def _with(uncarried: Collection[ContactMethod]) -> Facts:
    return replace(facts(Operation.ISSUE), contacts=(ContactFacts("con_1", ALL, uncarried=tuple(uncarried)),))


def test_a_decision_does_not_offer_what_no_carrier_takes_and_says_so() -> None:
    decided = decide(load_policy(), _with([SMS_REPLY]))
    assert Method.SMS_REPLY not in decided.methods
    assert {Method.SMS, Method.ARS} <= set(decided.methods)
    assert [one.methods for one in decided.contacts] == [(SMS, ARS)]
    told = [reason for reason in decided.reasons if reason.rule == "carrier"]
    assert [(reason.met, "문자 답장" in reason.detail_ko) for reason in told] == [(False, True)]
    assert [reason for reason in decide(load_policy(), _with([])).reasons if reason.rule == "carrier"] == []


def test_a_decision_with_no_carrier_at_all_offers_no_contact() -> None:
    decided = decide(load_policy(), _with(ALL))
    assert (set(decided.methods) - {Method.BRANCH_OTP}, decided.contacts) == (set(), ())


def test_facts_that_are_recorded_keep_what_no_carrier_takes() -> None:
    given = _with([ARS])
    assert Facts.from_record(orjson.loads(orjson.dumps(given))) == given
