"""What a decision tells people: whole sentences in both languages, about this customer and no other."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contacts.models import ContactMethod, CustomerKind
from gateway.core.deciding import Reason, decide
from gateway.core.facts import ContactFacts, Held, Known
from gateway.core.operations import Operation
from gateway.core.policy import Policy
from gateway.core.ports import RiskSignal
from tests.gateway.core.policies import LANDLINE, MOBILE, PACKAGED, UNVERIFIED, facts, policy_with

CORPORATE = CustomerKind.CORPORATE
KOREAN = re.compile(r"[0-9가-힣].*[가-힣].*\.", re.DOTALL)
ENGLISH = re.compile(r"(?:[A-Z][a-z]|A |[0-9]+ [a-z]).*[a-z0-9]\.", re.DOTALL)
UNTEXTED = ContactFacts(MOBILE.contact_id, MOBILE.methods, uncarried=(ContactMethod.SMS, ContactMethod.SMS_REPLY))


def told(policy: Policy = PACKAGED, operation: Operation = Operation.ISSUE, **changes: Any) -> dict[str, Reason]:
    """Each reason of the decision by its rule; `carrier` stands for the last of its kind."""
    return {reason.rule: reason for reason in decide(policy, facts(operation, **changes)).reasons}


@pytest.mark.parametrize(
    ("rule", "operation", "met", "unmet"),
    [
        ("R10", Operation.ISSUE, {}, {"online_consent": False}),
        ("R20", Operation.ISSUE, {}, {"locked": True}),
        ("R14", Operation.CLOUD_LOGIN, {"auto_connected": Known.MET}, {"auto_connected": Known.NOT_MET}),
        ("R5", Operation.ISSUE, {}, {"contacts": (UNVERIFIED,)}),
        ("R3", Operation.ISSUE, {}, {"contacts": (LANDLINE,)}),
        ("R4", Operation.ISSUE, {}, {"contacts": (UNVERIFIED,)}),
        ("R8", Operation.ISSUE, {"branch_password": True}, {}),
    ],
)
def test_a_rule_that_is_met_is_told_otherwise_than_one_that_is_not_and_both_in_whole_sentences(
    rule: str, operation: Operation, met: dict[str, Any], unmet: dict[str, Any]
) -> None:
    yes, no = told(operation=operation, **met)[rule], told(operation=operation, **unmet)[rule]
    assert (yes.met, no.met) == (True, False)
    assert len({yes.detail_ko, no.detail_ko, yes.detail_en, no.detail_en}) == 4
    for reason in (yes, no):
        assert KOREAN.fullmatch(reason.detail_ko)
        assert ENGLISH.fullmatch(reason.detail_en)


def test_an_individual_is_told_why_extra_authentication_is_for_them_and_nobody_else_is() -> None:
    reason = told()["R2"]
    assert KOREAN.fullmatch(reason.detail_ko)
    assert ENGLISH.fullmatch(reason.detail_en)
    assert "R2" not in told(operation=Operation.RENEW)


def test_what_needs_none_says_so_first_and_that_consent_was_given() -> None:
    assert [(reason.rule, reason.met) for reason in decide(PACKAGED, facts(kind=CORPORATE)).reasons] == [
        ("R2", True),
        ("R10", True),
    ]


@pytest.mark.parametrize(
    ("hour", "ko", "en"),
    [
        (2, "23시부터 다음 날 6시까지는 이용할 수 없습니다.", "It is refused from 23:00 to 6:00 in Seoul."),
        (
            12,
            "이용할 수 없는 시간(23시부터 다음 날 6시까지)이 아닙니다.",
            "The refused hours are from 23:00 to 6:00 in Seoul.",
        ),
    ],
)
def test_refused_hours_are_named(tmp_path: Path, hour: int, ko: str, en: str) -> None:
    reason = told(policy_with(tmp_path, refused_hours="23-6"), hour=hour)["refused_hours"]
    assert (reason.detail_ko, reason.detail_en) == (ko, en)


@pytest.mark.parametrize(
    ("opened", "ko", "en"),
    [
        (2, "하루 인증 3회 가운데 2회를 썼습니다.", "2 of 3 verifications a day were used."),
        (3, "하루 인증 3회를 모두 썼습니다.", "All 3 verifications of the day were used."),
    ],
)
def test_the_verifications_of_a_day_are_counted_out(tmp_path: Path, opened: int, ko: str, en: str) -> None:
    reason = told(policy_with(tmp_path, per_day="3"), opened_today=opened)["per_day"]
    assert (reason.met, reason.detail_ko, reason.detail_en) == (opened < 3, ko, en)


def test_a_raised_signal_is_told_in_the_words_of_the_policy() -> None:
    held = replace(MOBILE, held=(Held(ContactMethod.SMS, RiskSignal.SIM_SWAP),))
    row = PACKAGED.signals[RiskSignal.SIM_SWAP]
    assert told(contacts=(held,))["sim_swap"] == Reason("sim_swap", False, row.reason, row.reason_en)


def test_each_method_that_no_carrier_takes_to_a_contact_is_told() -> None:
    decision = decide(PACKAGED, facts(contacts=(UNTEXTED, LANDLINE)))
    uncarried = [reason for reason in decision.reasons if reason.rule == "carrier"]
    assert [(reason.met, reason.detail_ko, reason.detail_en) for reason in uncarried] == [
        (False, "SMS 인증: 보낼 수 있는 통신사가 없는 연락처가 있습니다.",
         "SMS code: to some of the contacts no carrier takes it."),
        (False, "문자 답장 인증: 보낼 수 있는 통신사가 없는 연락처가 있습니다.",
         "SMS reply: to some of the contacts no carrier takes it."),
    ]  # fmt: skip
    assert decision.methods == ("ars",)


def test_a_contact_that_is_offered_keeps_what_is_held_and_uncarried_of_it() -> None:
    held = (Held(ContactMethod.SMS, RiskSignal.SIM_SWAP),)
    [offered] = decide(PACKAGED, facts(contacts=(replace(UNTEXTED, held=held),))).contacts
    assert (offered.methods, offered.held, offered.uncarried) == (("ars",), held, UNTEXTED.uncarried)


def test_hours_of_one_day_are_told_without_the_next(tmp_path: Path) -> None:
    reason = told(policy_with(tmp_path, refused_hours="9~12"), hour=9)["refused_hours"]
    assert reason.detail_ko == "9시부터 12시까지는 이용할 수 없습니다."
