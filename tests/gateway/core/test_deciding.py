"""The decision: one row for each rule and each way to miss it, and what no order or combination may do."""

from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts.models import ContactMethod, CustomerKind
from gateway.core.deciding import Decision, Outcome, decide, outcome_of
from gateway.core.facts import NOT_ASKED, ContactFacts, ExemptionFacts, Facts, Held, Known
from gateway.core.operations import Operation
from gateway.core.policy import Exemption, ExtraAuthentication
from gateway.core.ports import RiskSignal
from tests.gateway.core.policies import LANDLINE, MOBILE, PACKAGED, UNVERIFIED, facts, policy_with

MET, NOT_MET, UNKNOWN = Known.MET, Known.NOT_MET, Known.UNKNOWN
CORPORATE = CustomerKind.CORPORATE
ABROAD = ExemptionFacts(MET, MET, MET)
REQUIRED, EXEMPT, REFUSED = Outcome.REQUIRED, Outcome.EXEMPT, Outcome.REFUSED


def _met(decision: Decision) -> dict[str, bool]:
    return {reason.rule: reason.met for reason in decision.reasons}


ROWS: list[tuple[str, Operation, dict[str, Any], Outcome, dict[str, bool]]] = [
    ("R1 issuing needs it", Operation.ISSUE, {}, REQUIRED, {"R1": True, "R2": False, "R10": True, "R20": True}),
    ("R1 re-issuing needs it", Operation.REISSUE, {}, REQUIRED, {"R1": True}),
    ("R1 registering another's needs it", Operation.REGISTER_OTHER, {}, REQUIRED, {"R1": True}),
    ("R2 a company needs none", Operation.ISSUE, {"kind": CORPORATE}, EXEMPT, {"R2": True}),
    ("R2 an individual is not exempt", Operation.ISSUE, {}, REQUIRED, {"R2": False}),
    ("R3 an own mobile gets texts", Operation.ISSUE, {}, REQUIRED, {"R3": True}),
    ("R3 a landline gets none", Operation.ISSUE, {"contacts": (LANDLINE,)}, REQUIRED, {"R3": False, "R4": True}),
    ("R4 nobody to call", Operation.ISSUE, {"contacts": ()}, REQUIRED, {"R4": False}),
    ("R5 nothing is verifiable", Operation.ISSUE, {"contacts": (UNVERIFIED,)}, REQUIRED, {"R5": False, "R4": False}),
    ("R5 one is verifiable", Operation.ISSUE, {"contacts": (UNVERIFIED, LANDLINE)}, REQUIRED, {"R5": True}),
    ("R5 vouching needs it", Operation.VOUCH, {}, REQUIRED, {"R5": True}),
    ("R8 a branch password", Operation.ISSUE, {"branch_password": True}, REQUIRED, {"R8": True}),
    ("R8 no branch password", Operation.ISSUE, {}, REQUIRED, {"R8": False}),
    ("R9 all three", Operation.ISSUE, {"exemption": ABROAD}, EXEMPT, {"R9": True, "R1": True}),
    ("R9 not for vouching", Operation.VOUCH, {"exemption": ABROAD}, REQUIRED, {"R5": True}),
    ("R9 not for the cloud", Operation.CLOUD_LOGIN, {"exemption": ABROAD}, REQUIRED, {"R14": False}),
    ("R10 no consent", Operation.ISSUE, {"online_consent": False}, REFUSED, {"R10": False}),
    ("R10 no consent of a company", Operation.ISSUE, {"online_consent": False, "kind": CORPORATE}, REFUSED,
     {"R10": False}),
    ("R10 is before R9", Operation.ISSUE, {"online_consent": False, "exemption": ABROAD}, REFUSED, {"R10": False}),
    ("R10 is not for revoking", Operation.REVOKE, {"online_consent": False}, EXEMPT, {"R16": True}),
    ("R13 the cloud needs a reply", Operation.CLOUD_LOGIN, {}, REQUIRED, {"R13": True, "R14": False}),
    ("R14 an auto-connected device", Operation.CLOUD_LOGIN, {"auto_connected": MET}, EXEMPT, {"R14": True}),
    ("R14 a strange device", Operation.CLOUD_LOGIN, {"auto_connected": NOT_MET}, REQUIRED, {"R14": False}),
    ("R14 a device in doubt", Operation.CLOUD_LOGIN, {"auto_connected": UNKNOWN}, REQUIRED, {"R14": False}),
    ("R14 is not for issuing", Operation.ISSUE, {"auto_connected": MET}, REQUIRED, {"R1": True}),
    ("R15 no cloud for companies", Operation.CLOUD_LOGIN, {"kind": CORPORATE, "auto_connected": MET}, REFUSED,
     {"R15": False}),
    ("R16 a renewal needs none", Operation.RENEW, {}, EXEMPT, {"R16": True}),
    ("R17 a copy needs none", Operation.COPY_TO_PHONE, {}, EXEMPT, {"R17": True}),
    ("R20 locked", Operation.ISSUE, {"locked": True}, REFUSED, {"R20": False}),
    ("R20 is before R9", Operation.ISSUE, {"locked": True, "exemption": ABROAD}, REFUSED, {"R20": False, "R9": True}),
    ("R20 is before R14", Operation.CLOUD_LOGIN, {"locked": True, "auto_connected": MET}, REFUSED, {"R20": False}),
    ("R20 a lock outlives becoming a company", Operation.ISSUE, {"locked": True, "kind": CORPORATE}, REFUSED,
     {"R20": False, "R2": True}),
    ("R20 is not asked of a company", Operation.ISSUE, {"kind": CORPORATE}, EXEMPT, {"R2": True, "R10": True}),
    ("R20 does not keep a company from revoking", Operation.REVOKE, {"locked": True, "kind": CORPORATE}, EXEMPT,
     {"R2": True}),
    ("R20 does not keep from revoking", Operation.REVOKE, {"locked": True}, EXEMPT, {"R16": True}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("operation", "changes", "outcome", "met"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_each_rule_and_each_way_to_miss_it(
    operation: Operation, changes: dict[str, Any], outcome: Outcome, met: dict[str, bool]
) -> None:
    decision = decide(PACKAGED, facts(operation, **changes))
    assert decision.outcome is outcome
    assert _met(decision).items() >= met.items()
    assert outcome_of(PACKAGED, facts(operation, **changes)) == (outcome, decision.reason)


_OTHERWISE = [states for states in product(Known, repeat=3) if set(states) != {MET}]


@pytest.mark.parametrize("states", _OTHERWISE, ids="-".join)
def test_two_conditions_and_a_doubt_are_no_exemption(states: tuple[Known, Known, Known]) -> None:
    decision = decide(PACKAGED, facts(exemption=ExemptionFacts(*states)))
    assert decision.outcome is REQUIRED
    assert _met(decision)["R9"] is False


def test_the_reason_says_which_condition_failed() -> None:
    decision = decide(PACKAGED, facts(exemption=ExemptionFacts(MET, UNKNOWN, NOT_MET)))
    detail = next(reason.detail_en for reason in decision.reasons if reason.rule == "R9")
    assert detail == "Overseas exemption: registration confirmed, departure not known, foreign address no"


def test_the_first_reason_is_the_one_that_decided() -> None:
    assert decide(PACKAGED, facts()).reason.rule == "R1"
    assert decide(PACKAGED, facts(locked=True)).reason.rule == "R20"
    assert decide(PACKAGED, facts(exemption=ABROAD)).reason.rule == "R9"


def test_no_rule_is_told_twice() -> None:
    for operation in Operation:
        reasons = decide(PACKAGED, facts(operation)).reasons
        assert len({reason.rule for reason in reasons}) == len(reasons)


@pytest.mark.parametrize(
    ("contacts", "operation", "methods"),
    [
        ((MOBILE,), Operation.ISSUE, ("sms", "ars", "sms_reply")),
        ((LANDLINE,), Operation.ISSUE, ("ars",)),
        ((UNVERIFIED,), Operation.ISSUE, ()),
        ((MOBILE,), Operation.VOUCH, ("sms", "ars")),
        ((MOBILE, LANDLINE), Operation.CLOUD_LOGIN, ("sms_reply",)),
        ((LANDLINE,), Operation.CLOUD_LOGIN, ()),
    ],
)
def test_methods_are_those_of_the_row_that_a_contact_may_be_used_for(
    contacts: tuple[ContactFacts, ...], operation: Operation, methods: tuple[str, ...]
) -> None:
    assert decide(PACKAGED, facts(operation, contacts=contacts)).methods == methods


def test_a_branch_password_is_offered_while_it_is_in_force() -> None:
    assert "branch_otp" in decide(PACKAGED, facts(branch_password=True)).methods
    assert "branch_otp" not in decide(PACKAGED, facts(branch_password=False)).methods


def test_a_held_method_is_not_offered_and_the_others_are() -> None:
    swapped = (Held(ContactMethod.SMS, RiskSignal.SIM_SWAP), Held(ContactMethod.SMS_REPLY, RiskSignal.SIM_SWAP))
    decision = decide(PACKAGED, facts(contacts=(replace(MOBILE, held=swapped),)))
    assert decision.methods == ("ars",)
    assert decision.contacts[0].methods == ("ars",)
    assert _met(decision)["sim_swap"] is False


def test_a_contact_without_any_method_left_is_not_offered() -> None:
    decision = decide(PACKAGED, facts(contacts=(UNVERIFIED, LANDLINE)))
    assert [contact.contact_id for contact in decision.contacts] == [LANDLINE.contact_id]


@pytest.mark.parametrize("changes", [{"kind": CORPORATE}, {"locked": True}, {"exemption": ABROAD}])
def test_nothing_is_offered_unless_it_is_required(changes: dict[str, Any]) -> None:
    decision = decide(PACKAGED, facts(branch_password=True, **changes))
    assert (decision.methods, decision.contacts) == ((), ())


@pytest.mark.parametrize(
    ("hour", "outcome"), [(22, REQUIRED), (23, REFUSED), (0, REFUSED), (5, REFUSED), (6, REQUIRED)]
)
def test_late_hours_are_refused_where_the_row_says_so(tmp_path: Path, hour: int, outcome: Outcome) -> None:
    decision = decide(policy_with(tmp_path, refused_hours="23-6"), facts(hour=hour))
    assert decision.outcome is outcome
    assert _met(decision)["refused_hours"] is (outcome is REQUIRED)


def test_late_hours_are_before_an_exemption(tmp_path: Path) -> None:
    decision = decide(policy_with(tmp_path, refused_hours="23-6"), facts(hour=2, exemption=ABROAD))
    assert (decision.outcome, decision.reason.rule) == (REFUSED, "refused_hours")


@pytest.mark.parametrize(("opened", "outcome"), [(0, REQUIRED), (2, REQUIRED), (3, REFUSED), (4, REFUSED)])
def test_too_many_in_a_day_are_refused_where_the_row_says_so(tmp_path: Path, opened: int, outcome: Outcome) -> None:
    assert decide(policy_with(tmp_path, per_day="3"), facts(opened_today=opened)).outcome is outcome


_KNOWN = st.sampled_from(Known)
_CONTACTS = st.lists(
    st.builds(
        ContactFacts,
        st.uuids().map(str),
        st.sets(st.sampled_from(ContactMethod)).map(tuple),
        st.lists(st.builds(Held, st.sampled_from(ContactMethod), st.sampled_from(RiskSignal)), max_size=3).map(tuple),
        st.sets(st.sampled_from(ContactMethod)).map(tuple),
    ),
    max_size=4,
).map(tuple)
ANY_FACTS = st.builds(
    Facts,
    operation=st.sampled_from(Operation),
    kind=st.sampled_from(CustomerKind),
    online_consent=st.booleans(),
    locked=st.booleans(),
    exemption=st.builds(ExemptionFacts, _KNOWN, _KNOWN, _KNOWN),
    auto_connected=_KNOWN,
    contacts=_CONTACTS,
    branch_password=st.booleans(),
    hour=st.integers(0, 23),
    opened_today=st.integers(0, 100),
)


@given(ANY_FACTS)
def test_the_outcome_alone_is_that_of_the_whole_decision(some: Facts) -> None:
    whole = decide(PACKAGED, some)
    assert outcome_of(PACKAGED, some) == (whole.outcome, whole.reason)


@given(ANY_FACTS)
def test_nobody_is_exempt_without_a_row_or_an_exemption_that_is_wholly_met(some: Facts) -> None:
    if decide(PACKAGED, some).outcome is EXEMPT:
        row = PACKAGED.row(some.operation, some.kind)
        assert (
            row.extra_authentication is ExtraAuthentication.NOT_REQUIRED
            or (Exemption.OVERSEAS in row.exemptions and some.exemption == ABROAD)
            or (Exemption.AUTO_CONNECT in row.exemptions and some.auto_connected is MET)
        )


@given(ANY_FACTS)
def test_the_locked_and_those_without_consent_are_never_let_through_where_it_is_required(some: Facts) -> None:
    row = PACKAGED.row(some.operation, some.kind)
    if row.extra_authentication is ExtraAuthentication.REQUIRED and some.locked:
        assert decide(PACKAGED, some).outcome is REFUSED
    if row.online_consent and not some.online_consent:
        assert decide(PACKAGED, some).outcome is REFUSED


_TO_BE_PROVED = [one for one in Operation if PACKAGED.row(one, CustomerKind.INDIVIDUAL).methods]
IN_NEED_OF_PROOF = st.builds(
    replace,
    ANY_FACTS,
    operation=st.sampled_from(_TO_BE_PROVED),
    kind=st.just(CustomerKind.INDIVIDUAL),
    online_consent=st.just(True),
    locked=st.just(False),
    exemption=st.just(NOT_ASKED),
    auto_connected=st.just(NOT_MET),
)
"""As hardly any facts are by chance: nothing is offered to whom is refused or exempt."""


def _doubt(known: Known) -> Known:
    return UNKNOWN if known is NOT_MET else known


@given(ANY_FACTS)
def test_unknown_counts_as_not_met(some: Facts) -> None:
    exemption = some.exemption
    doubted = replace(
        some,
        auto_connected=_doubt(some.auto_connected),
        exemption=ExemptionFacts(
            _doubt(exemption.registered), _doubt(exemption.departed), _doubt(exemption.foreign_address)
        ),
    )
    assert decide(PACKAGED, doubted).outcome is decide(PACKAGED, some).outcome
    assert _met(decide(PACKAGED, doubted)) == _met(decide(PACKAGED, some))


@given(IN_NEED_OF_PROOF)
def test_what_is_offered_is_allowed_by_the_row_and_by_a_contact_and_held_by_nothing(some: Facts) -> None:
    decision = decide(PACKAGED, some)
    allowed = set(PACKAGED.row(some.operation, some.kind).methods)
    known = {contact.contact_id: contact for contact in some.contacts}
    assert decision.outcome is REQUIRED
    assert set(decision.methods) <= allowed
    for contact in decision.contacts:
        facts_of_it = known[contact.contact_id]
        gone = {one.method for one in facts_of_it.held} | {*facts_of_it.uncarried}
        assert set(contact.methods) <= (allowed & {*facts_of_it.methods}) - gone


@given(ANY_FACTS)
def test_facts_are_recorded_and_read_again_without_loss(some: Facts) -> None:
    assert Facts.from_record(orjson.loads(orjson.dumps(some))) == some


@pytest.mark.parametrize(("operation", "given"), [(row[1], row[2]) for row in ROWS], ids=[row[0] for row in ROWS])
def test_every_reason_is_told_in_both_languages(operation: Operation, given: dict[str, Any]) -> None:
    for reason in decide(PACKAGED, facts(operation, **given)).reasons:
        assert reason.detail_ko
        assert reason.detail_en
        assert reason.detail_ko != reason.detail_en


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        ({}, REQUIRED),
        ({"online_consent": False}, REFUSED),
        ({"locked": True}, REFUSED),
        ({"exemption": ABROAD}, EXEMPT),
    ],
    ids=["required", "no consent", "locked", "exempt"],
)
def test_whatever_comes_out_all_that_was_looked_at_is_told(given: dict[str, Any], outcome: Outcome) -> None:
    decision = decide(PACKAGED, facts(Operation.ISSUE, **given))
    assert decision.outcome is outcome
    assert {"R1", "R2", "R9", "R10", "R20"} <= _met(decision).keys()
