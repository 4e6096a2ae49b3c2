"""What every `ApprovalStore` promises: approved once, never by whoever asked, all or nothing."""

import asyncio

import pytest

from contacts.models import Contact
from gateway.core.approvals import (
    ApprovalClosed,
    ApprovalKind,
    ApprovalMissing,
    ApprovalStatus,
    Decider,
    SelfApproval,
)
from gateway.core.stores import CustomerMissing
from gateway.store import keys
from gateway.store.approvals import RedisApprovals
from tests.builders import MOBILE
from tests.contracts.store.approval_requests import (
    CHECKER,
    MAKER,
    REASON,
    audit,
    change_of,
    let_it_expire,
    new,
    read,
)
from tests.contracts.store.servers import LIMITS, Ports


async def test_a_request_waits_as_it_was_made(approvals: RedisApprovals, owned: Contact) -> None:
    asked = await approvals.add(change_of(owned))
    assert asked.status is ApprovalStatus.WAITING
    assert asked.expires_at - asked.requested_at == LIMITS.approval_life * 1000
    assert await approvals.read(asked.approval_id) == asked
    assert await approvals.with_status(ApprovalStatus.WAITING) == [asked]


async def test_a_request_for_nobody_is_not_taken(approvals: RedisApprovals, ports: Ports) -> None:
    with pytest.raises(CustomerMissing):
        await approvals.add(new(ApprovalKind.UNLOCK, {"locked_at": "1"}))
    assert await approvals.with_status(ApprovalStatus.WAITING) == []


@pytest.mark.parametrize(
    "decider",
    [
        Decider(MAKER, "centre-head"),
        Decider("이센터장", MAKER),
        Decider(" 김 상담 ", "centre-head"),
        Decider("이센터장", "김\u3164상담"),
    ],
)
async def test_nobody_approves_their_own_request(
    approvals: RedisApprovals, ports: Ports, owned: Contact, decider: Decider
) -> None:
    asked = await approvals.add(change_of(owned))
    with pytest.raises(SelfApproval):
        await approvals.approve(asked, decider, "확인")
    assert (await ports.stored(owned)).number.e164 == MOBILE
    assert (await read(approvals, asked)).status is ApprovalStatus.WAITING


async def test_of_many_who_approve_at_once_one_carries_it_out(
    approvals: RedisApprovals, ports: Ports, owned: Contact
) -> None:
    asked = await approvals.add(change_of(owned))
    outcomes = await asyncio.gather(
        *(approvals.approve(asked, Decider(f"센터장{number}", "x"), "확인") for number in range(20)),
        return_exceptions=True,
    )
    assert outcomes.count(None) == 1
    assert sum(isinstance(outcome, ApprovalClosed) for outcome in outcomes) == 19
    assert (await ports.stored(owned)).version == owned.version + 1
    assert sum(entry["event"] == "approval.approved" for entry in await audit(ports)) == 1


@pytest.mark.parametrize("over", ["approved", "rejected", "expired"])
async def test_what_is_over_stays_as_it_is(approvals: RedisApprovals, ports: Ports, owned: Contact, over: str) -> None:
    asked = await approvals.add(change_of(owned))
    match over:
        case "approved":
            await approvals.approve(asked, CHECKER, "확인")
        case "rejected":
            await approvals.reject(asked, CHECKER, "본인 확인 실패")
        case _:
            await let_it_expire(ports, asked)
    before = await ports.stored(owned)
    for decide in (approvals.approve, approvals.reject):
        with pytest.raises(ApprovalClosed) as closed:
            await decide(asked, Decider("박센터장", "y"), "확인")
        assert closed.value.status == over
    assert await ports.stored(owned) == before
    assert (await read(approvals, asked)).status == over
    assert await approvals.with_status(ApprovalStatus.WAITING) == []
    assert [one.approval_id for one in await approvals.with_status(ApprovalStatus(over))] == [asked.approval_id]


@pytest.mark.parametrize("looks", [True, False])
async def test_a_request_expires_whether_or_not_somebody_looks_and_the_audit_says_so(
    approvals: RedisApprovals, ports: Ports, owned: Contact, looks: bool
) -> None:
    asked, other = [await approvals.add(change_of(owned)) for _ in range(2)]
    await let_it_expire(ports, asked)
    if not looks:
        await approvals.expire_what_is_due()
        waiting = await ports.store.command("ZRANGE", keys.waiting_approvals(keys.shard_in(other.approval_id)), 0, -1)
        assert waiting == [other.approval_id.encode()]
    assert await approvals.with_status(ApprovalStatus.WAITING) == [other]
    (expired,) = await approvals.with_status(ApprovalStatus.EXPIRED)
    assert (expired.approval_id, expired.decided_by) == (asked.approval_id, "gateway")
    assert (await audit(ports))[-1]["event"] == "approval.expired"


async def test_what_was_decided_is_kept_for_so_long_from_then_on(
    approvals: RedisApprovals, ports: Ports, owned: Contact
) -> None:
    asked = await approvals.add(change_of(owned))
    kept_ms = LIMITS.approvals_kept * 1000
    assert await ports.store.command("PTTL", keys.approval(asked.approval_id)) > kept_ms
    await approvals.reject(asked, CHECKER, REASON)
    assert 0 < await ports.store.command("PTTL", keys.approval(asked.approval_id)) <= kept_ms


async def test_what_is_not_kept_is_missing(approvals: RedisApprovals, ports: Ports, owned: Contact) -> None:
    asked = await approvals.add(change_of(owned))
    await ports.lapse(keys.approval(asked.approval_id))
    assert await approvals.read(asked.approval_id) is None
    assert await approvals.with_status(ApprovalStatus.WAITING) == []
    for decide in (approvals.approve, approvals.reject):
        with pytest.raises(ApprovalMissing):
            await decide(asked, CHECKER, "확인")


async def test_the_audit_names_both_people_and_their_reasons(
    approvals: RedisApprovals, ports: Ports, owned: Contact
) -> None:
    asked = await approvals.add(change_of(owned))
    await approvals.approve(asked, CHECKER, "신분증 확인")
    requested, *_, approved = [entry for entry in await audit(ports) if "approval." in entry["event"]]
    assert requested["by"] == approved["requested_by"] == MAKER
    assert (approved["by"], approved["key_of"]) == (CHECKER.name, CHECKER.key_person)
    of_request, of_approval = await approvals.words.reasons([requested, approved])
    assert of_request == {"request_reason": REASON}
    assert of_approval == {"request_reason": REASON, "decision_reason": "신분증 확인"}
