"""Asking for an approval and deciding it: what is handed to the store, and what each of its answers means (R20)."""

from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from gateway.core.approvals import (
    Approval,
    ApprovalClosed,
    ApprovalKind,
    ApprovalMissing,
    ApprovalOutdated,
    Approvals,
    ApprovalStatus,
    Decider,
    NewApproval,
    NumberTaken,
    SelfApproval,
)
from gateway.core.errors import Refusal
from gateway.core.problems import Problem
from tests.builders import CUSTOMER_ID
from tests.gateway.core.waiting_approvals import WaitingApprovals

SENIOR = Decider("이센터장", "key-person")
APPROVAL_ID = f"apr_{CUSTOMER_ID}"
Deciding = Callable[[Approvals, str, Decider], Coroutine[Any, Any, Approval]]


def approve(approvals: Approvals, approval_id: str, decider: Decider) -> Coroutine[Any, Any, Approval]:
    return approvals.approve(approval_id, decider, "본인 확인, 010-1234-5678")


def reject(approvals: Approvals, approval_id: str, decider: Decider) -> Coroutine[Any, Any, Approval]:
    return approvals.reject(approval_id, decider, "본인 확인, 010-1234-5678")


def over(store: WaitingApprovals) -> Approvals:
    return Approvals(store, lambda customer_id: f"apr_{customer_id}")


async def asked_for(approvals: Approvals, customer_id: str = CUSTOMER_ID) -> Approval:
    return await approvals.request(
        ApprovalKind.CONTACT_CHANGE, customer_id, "kim", "새 번호 010-1234-5678", {"number": "+821012345678"}, "con_1"
    )


async def refused(call: Coroutine[Any, Any, object]) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        await call
    return refusal.value


async def test_a_request_is_kept_with_all_that_was_asked_for_and_no_number_in_its_reason() -> None:
    store = WaitingApprovals()
    approval = await asked_for(over(store))
    assert approval.status is ApprovalStatus.WAITING
    assert store.asked == [
        NewApproval(
            approval_id=APPROVAL_ID,
            kind=ApprovalKind.CONTACT_CHANGE,
            customer_id=CUSTOMER_ID,
            contact_id="con_1",
            requested_by="kim",
            reason="새 번호 ***",
            action={"number": "+821012345678"},
        )
    ]


async def test_nothing_is_asked_for_a_customer_who_is_not_there() -> None:
    assert (await refused(asked_for(over(WaitingApprovals()), "nobody"))).problem is Problem.CUSTOMER_NOT_FOUND


async def test_requests_are_listed_by_their_status_and_read_one_by_one() -> None:
    approvals = over(WaitingApprovals())
    approval = await asked_for(approvals)
    assert await approvals.with_status(ApprovalStatus.WAITING) == [approval]
    assert await approvals.with_status(ApprovalStatus.APPROVED) == []
    assert await approvals.get(APPROVAL_ID) == approval
    assert (await refused(approvals.get("apr_other"))).problem is Problem.APPROVAL_NOT_FOUND


@pytest.mark.parametrize(("decide", "status"), [(approve, ApprovalStatus.APPROVED), (reject, ApprovalStatus.REJECTED)])
async def test_a_decision_is_kept_with_who_made_it_and_answers_with_what_became_of_the_request(
    decide: Deciding, status: ApprovalStatus
) -> None:
    store = WaitingApprovals()
    await asked_for(over(store))
    decided = await decide(over(store), APPROVAL_ID, SENIOR)
    assert (decided.status, decided.decided_by) == (status, "이센터장")
    assert store.decided == [(APPROVAL_ID, status, SENIOR, "본인 확인, ***")]


@pytest.mark.parametrize("decide", [approve, reject])
async def test_whoever_decides_has_a_name(decide: Deciding) -> None:
    store = WaitingApprovals()
    await asked_for(over(store))
    refusal = await refused(decide(over(store), APPROVAL_ID, Decider("\u3164 -", "key-person")))
    assert refusal.problem is Problem.INVALID_FIELDS
    [error] = refusal.errors
    assert (error.field, error.problem_ko, error.problem_en) == (
        "approved_by",
        "승인하는 사람의 이름을 적어 주세요.",
        "Name the person who decides.",
    )
    assert store.decided == []


@pytest.mark.parametrize("decide", [approve, reject])
async def test_what_is_not_there_is_not_decided(decide: Deciding) -> None:
    assert (await refused(decide(over(WaitingApprovals()), "apr_other", SENIOR))).problem is Problem.APPROVAL_NOT_FOUND


def test_an_answer_of_the_store_says_in_a_log_what_it_was() -> None:
    assert str(ApprovalClosed(ApprovalStatus.EXPIRED)) == "expired"
    assert ApprovalClosed(ApprovalStatus.EXPIRED).status is ApprovalStatus.EXPIRED
    assert str(NumberTaken("con_9")) == "con_9"
    assert NumberTaken("con_9").contact_id == "con_9"


@pytest.mark.parametrize(
    ("decide", "answer", "problem", "values"),
    [
        (approve, SelfApproval(), Problem.SELF_APPROVAL, {}),
        (approve, ApprovalOutdated(), Problem.APPROVAL_OUTDATED, {}),
        (approve, NumberTaken("con_9"), Problem.CONTACT_ALREADY_REGISTERED, {"contact_id": "con_9"}),
        (
            approve,
            ApprovalClosed(ApprovalStatus.EXPIRED),
            Problem.APPROVAL_CLOSED,
            {"status": ApprovalStatus.EXPIRED, "status_ko": "기한이 지난"},
        ),
        (approve, ApprovalMissing(), Problem.APPROVAL_NOT_FOUND, {}),
        (
            reject,
            ApprovalClosed(ApprovalStatus.APPROVED),
            Problem.APPROVAL_CLOSED,
            {"status": ApprovalStatus.APPROVED, "status_ko": "승인된"},
        ),
        (reject, ApprovalMissing(), Problem.APPROVAL_NOT_FOUND, {}),
    ],
)
async def test_each_answer_of_the_store_is_told_as_its_own_problem(
    decide: Deciding, answer: Exception, problem: Problem, values: dict[str, object]
) -> None:
    store = WaitingApprovals(answer)
    await asked_for(over(store))
    refusal = await refused(decide(over(store), APPROVAL_ID, SENIOR))
    assert refusal.problem is problem
    assert refusal.values.items() >= values.items()
    assert store.decided == []
