"""Whether a verification may be opened, and what a refusal says (R2, R3, R4, R5, R10, the lock, the caps)."""

import secrets
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contacts.models import CustomerKind, VerifiedBy
from gateway.core.errors import Refusal
from gateway.core.limits import Cap, Limits
from gateway.core.open_request import OpenRequest
from gateway.core.operations import Operation
from gateway.core.problems import Problem
from gateway.core.receipts import ReceiptSigner
from gateway.core.verification import Method
from gateway.http.problems import problem_document
from gateway.store.connection import Store
from tests import builders
from tests.builders import CLIENT, CUSTOMER_ID, LANDLINE, MOBILE
from tests.gateway.core.policies import STOPPED, policy_with
from tests.gateway.rooms import Rooms

OWNERSHIP, VOUCH, BRANCH = VerifiedBy.OWNERSHIP, VerifiedBy.VOUCH, VerifiedBy.BRANCH
TEXTS = [Method.SMS, Method.SMS_REPLY]


def asking(method: Method = Method.SMS, **changes: Any) -> OpenRequest:
    asked = OpenRequest(CLIENT, CUSTOMER_ID, method, Operation.ISSUE, "con_none", None, None, "ko")
    return replace(asked, **changes)


async def refused(rooms: Rooms, request: OpenRequest) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        await rooms.opening.open(request)
    assert await rooms.verification_store.open_of_customer(request.customer_id) == []
    return refusal.value


def limited(store: Store, signer: ReceiptSigner, **caps: Any) -> Rooms:
    return Rooms(store, replace(Limits(), **caps), signer)


@pytest.mark.parametrize(
    ("number", "by", "methods"),
    [
        (MOBILE, OWNERSHIP, {Method.SMS, Method.ARS, Method.SMS_REPLY}),
        (MOBILE, VOUCH, {Method.ARS}),
        (MOBILE, BRANCH, {Method.ARS}),
        (LANDLINE, VOUCH, {Method.ARS}),
        (LANDLINE, BRANCH, {Method.ARS}),
        (MOBILE, None, set()),
        (LANDLINE, None, set()),
    ],
)
async def test_a_contact_opens_the_methods_it_is_good_for_and_no_other(
    rooms: Rooms, number: str, by: VerifiedBy | None, methods: set[Method]
) -> None:
    await rooms.customer_store.put(builders.individual())
    contact = await rooms.add(CUSTOMER_ID, number, by)
    for method in (*TEXTS, Method.ARS):
        if method in methods:
            assert (await rooms.open(method, contact)).method is method
            continue
        with pytest.raises(Refusal) as refusal:
            await rooms.open(method, contact)
        texts_to_a_landline = method in TEXTS and number == LANDLINE
        rule = "R5" if by is None and not texts_to_a_landline else "R3"
        assert (refusal.value.problem, refusal.value.values["rule"]) == (Problem.METHOD_NOT_AVAILABLE, rule)


@pytest.mark.parametrize(
    ("operation", "left"),
    [(Operation.ISSUE, ["ars"]), (Operation.CLOUD_REGISTER, []), (Operation.CLOUD_LOGIN, []), (Operation.VOUCH, [])],
)
async def test_only_what_the_operation_takes_from_the_contact_is_offered_instead(
    rooms: Rooms, operation: Operation, left: list[str]
) -> None:
    await rooms.customer_store.put(builders.individual())
    contact, target = [await rooms.add(CUSTOMER_ID, number, by) for number, by in ((MOBILE, VOUCH), (LANDLINE, None))]
    vouching = operation is Operation.VOUCH
    request = asking(
        Method.SMS if vouching else Method.SMS_REPLY,
        operation=operation,
        contact_id=contact.contact_id,
        target_contact_id=target.contact_id if vouching else None,
    )
    refusal = await refused(rooms, request)
    assert (refusal.problem, refusal.values["rule"]) == (Problem.METHOD_NOT_AVAILABLE, "R3")
    assert refusal.members["methods"] == left
    told = problem_document(refusal, "ko", "id")["detail"]
    assert told.endswith("ars입니다." if left else "명의인증을 마친 휴대폰이 필요합니다.")


@pytest.mark.parametrize(
    ("changes", "problem", "rule"),
    [
        ({"kind": CustomerKind.CORPORATE}, Problem.EXTRA_AUTHENTICATION_NOT_REQUIRED, "R2"),
        ({"online_consent": False}, Problem.ONLINE_CONSENT_MISSING, "R10"),
    ],
)
@pytest.mark.parametrize("method", [Method.SMS, Method.BRANCH_OTP])
async def test_who_may_not_be_verified_online_is_told_the_rule(
    rooms: Rooms, changes: dict[str, Any], problem: Problem, rule: str, method: Method
) -> None:
    contact = await rooms.register(builders.individual(**changes))
    contact_id = None if method is Method.BRANCH_OTP else contact.contact_id
    refusal = await refused(rooms, asking(method, contact_id=contact_id))
    assert refusal.problem is problem
    assert f"Rule {rule}: " in problem_document(refusal, "en", "id")["detail"]


@pytest.mark.parametrize("rule", ["R10", "R20"])
async def test_an_operation_that_the_firm_stopped_is_refused_as_one_whatever_rule_it_names(
    store: Store, signer: ReceiptSigner, tmp_path: Path, rule: str
) -> None:
    rooms = Rooms(store, Limits(), signer, policy=policy_with(tmp_path, Operation.ISSUE, **STOPPED, rule=rule))
    contact = await rooms.register()
    refusal = await refused(rooms, asking(contact_id=contact.contact_id))
    assert (refusal.problem, refusal.values["rule"]) == (Problem.OPERATION_REFUSED, rule)


async def test_a_locked_customer_opens_nothing_by_any_method(rooms: Rooms) -> None:
    contact = await rooms.register()
    for _ in range(5):
        one = await rooms.open(Method.SMS, contact)
        await rooms.judge(one, rooms.another_code(one))
    for method in Method:
        contact_id = None if method is Method.BRANCH_OTP else contact.contact_id
        refusal = await refused(rooms, asking(method, contact_id=contact_id))
        assert (refusal.problem, refusal.members) == (Problem.CUSTOMER_LOCKED, {"attempts_remaining": 0})


async def test_somebody_unknown_and_somebody_elses_contact_are_not_found(rooms: Rooms) -> None:
    contact = await rooms.register()
    unknown = await refused(rooms, asking(customer_id="nobody"))
    assert unknown.problem is Problem.CUSTOMER_NOT_FOUND
    await rooms.customer_store.put(builders.individual("sung-chunhyang"))
    somebody_elses = asking(customer_id="sung-chunhyang", contact_id=contact.contact_id)
    assert (await refused(rooms, somebody_elses)).problem is Problem.CONTACT_NOT_FOUND


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"contact_id": None}, "contact_id"),
        ({"method": Method.BRANCH_OTP}, "contact_id"),
        ({"operation": Operation.VOUCH}, "target_contact_id"),
        ({"target_contact_id": "con_other"}, "target_contact_id"),
    ],
)
async def test_a_field_that_is_missing_or_too_many_is_named(rooms: Rooms, changes: dict[str, Any], field: str) -> None:
    refusal = await refused(rooms, asking(**changes))
    assert refusal.problem is Problem.INVALID_FIELDS
    assert [error.field for error in refusal.errors] == [field]


async def test_a_vouch_is_for_a_contact_of_the_same_customer(rooms: Rooms) -> None:
    contact = await rooms.register()
    target = await rooms.add(CUSTOMER_ID, LANDLINE, None)
    vouching = asking(contact_id=contact.contact_id, operation=Operation.VOUCH, target_contact_id="con_none")
    assert (await refused(rooms, vouching)).problem is Problem.CONTACT_NOT_FOUND
    opened = await rooms.opening.open(replace(vouching, target_contact_id=target.contact_id))
    assert opened.target_contact_id == target.contact_id


@pytest.mark.parametrize("cap", ["customer", "number", "number_day", "client"])
async def test_more_than_a_cap_allows_is_refused_with_when_to_come_back(
    store: Store, signer: ReceiptSigner, cap: str
) -> None:
    rooms = limited(store, signer, **{f"{cap}_cap": Cap(1, 600)})
    contact = await rooms.register()
    await rooms.open(Method.SMS, contact)
    with pytest.raises(Refusal) as refusal:
        await rooms.open(Method.SMS, contact)
    assert refusal.value.problem is Problem.TOO_MANY_REQUESTS
    assert refusal.value.retry_after is not None
    assert 0 < refusal.value.retry_after <= 600


async def test_a_number_is_spared_whoever_its_customers_are(store: Store, signer: ReceiptSigner) -> None:
    rooms = limited(store, signer, number_cap=Cap(1, 600))
    await rooms.open(Method.SMS, await rooms.register())
    other = await rooms.register(builders.individual("sung-chunhyang"))
    with pytest.raises(Refusal) as refusal:
        await rooms.open(Method.SMS, other, "sung-chunhyang")
    assert refusal.value.problem is Problem.TOO_MANY_REQUESTS


async def test_the_last_code_of_a_call_is_short_of_those_that_begin_with_the_key_that_denies(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    await rooms.customer_store.put(builders.individual())
    contact = await rooms.add(CUSTOMER_ID, MOBILE, OWNERSHIP)
    monkeypatch.setattr(secrets, "randbelow", lambda bound: bound - 1)
    codes = {method: rooms.verifications.code_of(await rooms.open(method, contact)) for method in (Method.ARS, *TEXTS)}
    assert codes == {Method.ARS: "899999", Method.SMS: "999999", Method.SMS_REPLY: "999999"}


async def test_a_branch_password_needs_no_contact_and_has_no_code(rooms: Rooms) -> None:
    await rooms.customer_store.put(builders.individual())
    opened = await rooms.open(Method.BRANCH_OTP)
    assert rooms.verifications.code_of(opened) is None
    assert opened.delivery_state is None


@pytest.mark.parametrize("method", Method)
async def test_the_same_request_again_is_answered_with_what_it_opened(rooms: Rooms, method: Method) -> None:
    contact = None if method is Method.BRANCH_OTP else (await rooms.register()).contact_id
    await rooms.customer_store.put(builders.individual())
    asked = asking(method, contact_id=contact, known_as=bytes(20))
    first, again = [await rooms.opening.open(asked) for _ in range(2)]
    assert again == replace(first, read_at=again.read_at)
    another = await rooms.opening.open(replace(asked, known_as=bytes(range(20))))
    assert another.verification_id != first.verification_id


async def test_a_request_is_not_refused_for_what_it_opened_itself(store: Store, signer: ReceiptSigner) -> None:
    rooms = limited(store, signer, number_cap=Cap(1, 600))
    asked = asking(Method.SMS_REPLY, contact_id=(await rooms.register()).contact_id, known_as=bytes(20))
    first, again = [await rooms.opening.open(asked) for _ in range(2)]
    assert again.verification_id == first.verification_id
    with pytest.raises(Refusal):
        await rooms.opening.open(replace(asked, known_as=b""))
    with pytest.raises(Refusal):
        await rooms.opening.open(replace(asked, known_as=bytes(range(20))))


async def test_the_screen_has_its_code_while_the_verification_is_open_and_no_longer(rooms: Rooms) -> None:
    opened = await rooms.open(Method.ARS, await rooms.register())
    assert rooms.verifications.code_of(opened) is not None
    await rooms.let_life_pass(opened)
    late = await rooms.read(opened)
    assert late.sealed_code is not None
    assert rooms.verifications.code_of(late) is None
