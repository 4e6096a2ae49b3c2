"""Redeeming: once, and only for what the receipt was given for."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from contacts.models import CustomerKind
from gateway.core.errors import Refusal
from gateway.core.open_request import OpenRequest
from gateway.core.operations import Operation
from gateway.core.problems import Problem
from gateway.core.receipts import ReceiptSigner
from gateway.core.redeeming import Redeeming
from gateway.core.verification import Channel, Method, Verification
from gateway.store import keys
from gateway.store.fields import FIELDS
from tests.builders import CLIENT, CUSTOMER_ID, individual
from tests.gateway.core.policies import STOPPED, policy_with
from tests.gateway.rooms import Rooms

HASH = "ab" * 32


@pytest.fixture
async def verified(rooms: Rooms) -> Verification:
    contact = await rooms.register()
    asked = OpenRequest(CLIENT, CUSTOMER_ID, Method.SMS, Operation.ISSUE, contact.contact_id, None, HASH, "ko")
    opened = await rooms.opening.open(asked)
    return (await rooms.judge(opened, rooms.code_of(opened))).verification


@pytest.fixture
def receipt(rooms: Rooms, verified: Verification) -> str:
    return rooms.signer.sign(verified)


async def test_a_receipt_is_redeemed_by_one_of_many(rooms: Rooms, receipt: str) -> None:
    asked = (rooms.redeeming.redeem(receipt, Operation.ISSUE, HASH, CUSTOMER_ID, CLIENT) for _ in range(20))
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    refused = [one.problem for one in outcomes if isinstance(one, Refusal)]
    assert refused == [Problem.RECEIPT_ALREADY_REDEEMED] * 19


@pytest.mark.parametrize(
    ("operation", "operation_hash", "customer_id"),
    [
        (Operation.REISSUE, HASH, CUSTOMER_ID),
        (Operation.ISSUE, "cd" * 32, CUSTOMER_ID),
        (Operation.ISSUE, None, CUSTOMER_ID),
        (Operation.ISSUE, HASH, "sung-chunhyang"),
    ],
)
async def test_a_receipt_for_something_else_is_refused_and_stays_good(
    rooms: Rooms, receipt: str, operation: Operation, operation_hash: str | None, customer_id: str
) -> None:
    with pytest.raises(Refusal) as refusal:
        await rooms.redeeming.redeem(receipt, operation, operation_hash, customer_id, CLIENT)
    assert refusal.value.problem is Problem.RECEIPT_MISMATCH
    claims = await rooms.redeeming.redeem(receipt, Operation.ISSUE, HASH, CUSTOMER_ID, CLIENT)
    assert claims.customer_id == CUSTOMER_ID


async def test_an_old_receipt_is_refused(rooms: Rooms, verified: Verification) -> None:
    assert verified.closed_at is not None
    old = rooms.signer.sign(replace(verified, closed_at=verified.closed_at - rooms.limits.receipt_life * 1000))
    with pytest.raises(Refusal) as refusal:
        await rooms.redeeming.redeem(old, Operation.ISSUE, HASH, CUSTOMER_ID, CLIENT)
    assert refusal.value.problem is Problem.RECEIPT_EXPIRED


async def test_a_receipt_is_good_until_its_last_seconds(rooms: Rooms, verified: Verification) -> None:
    assert verified.closed_at is not None
    signed_at = verified.closed_at - (rooms.limits.receipt_life - 60) * 1000
    claims = await rooms.redeeming.redeem(
        rooms.signer.sign(replace(verified, closed_at=signed_at)), Operation.ISSUE, HASH, CUSTOMER_ID, CLIENT
    )
    assert claims.iat == signed_at // 1000


async def test_nothing_is_issued_online_once_consent_was_withdrawn(rooms: Rooms, receipt: str) -> None:
    await rooms.customer_store.put(individual(online_consent=False))
    with pytest.raises(Refusal) as refusal:
        await rooms.redeeming.redeem(receipt, Operation.ISSUE, HASH, CUSTOMER_ID, CLIENT)
    assert refusal.value.problem is Problem.ONLINE_CONSENT_MISSING
    await rooms.customer_store.put(individual())
    claims = await rooms.redeeming.redeem(receipt, Operation.ISSUE, HASH, CUSTOMER_ID, CLIENT)
    assert claims.operation == Operation.ISSUE


async def test_a_denial_is_told_from_a_receipt_that_was_used(
    rooms: Rooms, verified: Verification, receipt: str
) -> None:
    await rooms.redeeming.redeem(receipt, Operation.ISSUE, HASH, CUSTOMER_ID, CLIENT)
    await rooms.redeeming.refuse_denied(receipt)
    await rooms.denials.deny(verified, Channel.REPLY)
    with pytest.raises(Refusal) as again:
        await rooms.redeeming.redeem(receipt, Operation.ISSUE, HASH, CUSTOMER_ID, CLIENT)
    with pytest.raises(Refusal) as repeated:
        await rooms.redeeming.refuse_denied(receipt)
    assert (again.value.problem, repeated.value.problem) == (Problem.RECEIPT_DENIED, Problem.RECEIPT_DENIED)


async def test_nothing_is_issued_while_the_customer_is_locked(
    rooms: Rooms, verified: Verification, receipt: str
) -> None:
    asked = OpenRequest(CLIENT, CUSTOMER_ID, Method.SMS, Operation.ISSUE, verified.contact_id, None, None, "ko")
    for _ in range(rooms.limits.wrong_answers):
        guessed = await rooms.opening.open(asked)
        await rooms.judge(guessed, rooms.another_code(guessed))
    with pytest.raises(Refusal) as refusal:
        await rooms.redeeming.redeem(receipt, Operation.ISSUE, HASH, CUSTOMER_ID, CLIENT)
    assert (refusal.value.problem, refusal.value.members) == (Problem.CUSTOMER_LOCKED, {"attempts_remaining": 0})


@pytest.mark.parametrize("changes", [{"name": "홍길순"}, {"birth_date": "1990-01-01"}])
async def test_nothing_is_issued_to_whom_another_person_was_verified_as(
    rooms: Rooms, receipt: str, changes: dict[str, str]
) -> None:
    await rooms.customer_store.put(individual(**changes))
    await refused_as_outdated(rooms, receipt)


async def test_nothing_is_issued_to_another_person_by_a_slip_of_the_former_one(rooms: Rooms) -> None:
    await rooms.customer_store.put(individual())
    _, password = await rooms.passwords.issue(CUSTOMER_ID, Operation.ISSUE, "여의도", "박지점", None)
    asked = OpenRequest(CLIENT, CUSTOMER_ID, Method.BRANCH_OTP, Operation.ISSUE, None, None, HASH, "ko")
    verified = (await rooms.judge(await rooms.opening.open(asked), password)).verification
    await rooms.customer_store.put(individual(name="홍길순"))
    await refused_as_outdated(rooms, rooms.signer.sign(verified))


async def test_nothing_is_issued_once_the_contact_is_another(
    rooms: Rooms, verified: Verification, receipt: str
) -> None:
    assert verified.contact_id is not None
    contact = keys.contact(CUSTOMER_ID, verified.contact_id)
    await rooms.store.command("HINCRBY", contact, FIELDS["c.version"], 1)
    await refused_as_outdated(rooms, receipt)


@pytest.mark.parametrize(
    ("cells", "problem"),
    [(STOPPED, Problem.OPERATION_REFUSED), ({"methods": "ars"}, Problem.METHOD_NOT_AVAILABLE)],
)
async def test_nothing_is_issued_that_the_firm_has_stopped_since(
    rooms: Rooms, receipt: str, tmp_path: Path, cells: dict[str, str], problem: Problem
) -> None:
    stopped = Redeeming(rooms.receipts, rooms.signer, policy_with(tmp_path, Operation.ISSUE, **cells), rooms.limits)
    with pytest.raises(Refusal) as refusal:
        await stopped.redeem(receipt, Operation.ISSUE, HASH, CUSTOMER_ID, CLIENT)
    assert refusal.value.problem is problem
    assert (await rooms.redeeming.redeem(receipt, Operation.ISSUE, HASH, CUSTOMER_ID, CLIENT)).jti


async def test_who_is_a_firm_by_now_is_told_what_stops_firms_where_individuals_are_stopped_as_well(
    rooms: Rooms, tmp_path: Path
) -> None:
    contact, login = await rooms.register(), Operation.CLOUD_LOGIN
    asked = OpenRequest(CLIENT, CUSTOMER_ID, Method.SMS_REPLY, login, contact.contact_id, None, HASH, "ko")
    opened = await rooms.opening.open(asked)
    verified = (await rooms.judge(opened, rooms.code_of(opened))).verification
    await rooms.customer_store.put(individual(kind=CustomerKind.CORPORATE))
    policy = policy_with(tmp_path, login, **STOPPED, rule="R13")
    stopped = Redeeming(rooms.receipts, rooms.signer, policy, rooms.limits)
    with pytest.raises(Refusal) as refusal:
        await stopped.redeem(rooms.signer.sign(verified), login, HASH, CUSTOMER_ID, CLIENT)
    firms = policy.row(login, CustomerKind.CORPORATE)
    assert refusal.value.problem is Problem.OPERATION_REFUSED
    assert refusal.value.values["reason_en"] == f"Rule {firms.rule}: {firms.reason_en}"


async def test_what_needs_no_extra_authentication_any_more_is_issued_with_it(
    rooms: Rooms, receipt: str, tmp_path: Path
) -> None:
    cells = STOPPED | {"extra_authentication": "not_required"}
    eased = Redeeming(rooms.receipts, rooms.signer, policy_with(tmp_path, Operation.ISSUE, **cells), rooms.limits)
    assert (await eased.redeem(receipt, Operation.ISSUE, HASH, CUSTOMER_ID, CLIENT)).jti


async def refused_as_outdated(rooms: Rooms, receipt: str) -> None:
    with pytest.raises(Refusal) as refusal:
        await rooms.redeeming.redeem(receipt, Operation.ISSUE, HASH, CUSTOMER_ID, CLIENT)
    assert refusal.value.problem is Problem.RECEIPT_OUTDATED


async def test_a_customer_who_was_erased_has_nothing_issued(rooms: Rooms, receipt: str) -> None:
    await rooms.store.command("DEL", keys.customer(CUSTOMER_ID))
    with pytest.raises(Refusal) as refusal:
        await rooms.redeeming.redeem(receipt, Operation.ISSUE, HASH, CUSTOMER_ID, CLIENT)
    assert refusal.value.problem is Problem.CUSTOMER_NOT_FOUND


async def test_both_signatures_of_one_verification_are_one_receipt(
    rooms: Rooms, signer: ReceiptSigner, verified: Verification, receipt: str
) -> None:
    await rooms.redeeming.redeem(receipt, Operation.ISSUE, HASH, CUSTOMER_ID, CLIENT)
    with pytest.raises(Refusal) as refusal:
        await rooms.redeeming.redeem(signer.sign(verified), Operation.ISSUE, HASH, CUSTOMER_ID, CLIENT)
    assert refusal.value.problem is Problem.RECEIPT_ALREADY_REDEEMED
