"""Changes that a second person approves (R7, R20), and contacts that lose their verification, as callers see them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path
from typing import Any

import pytest

from demo.api import Api, ApiError
from demo.customer import Customer, new_number, until
from demo.running import PERSON, Demo
from gateway.core.callers import Scope
from gateway.store.api_keys import RedisApiKeys
from gateway.store.connection import Store
from gateway.store.embedded import EmbeddedStore
from tests.e2e.caller import Caller

REASON = "휴대폰 분실"
DECISION = {"approved_by": "이센터장", "reason": "신분증 확인"}


@pytest.fixture
async def colleague(demo: Demo, tmp_path: Path) -> AsyncIterator[Caller]:
    """Somebody else of the customer centre, whose key is for contacts alone."""
    store = Store(EmbeddedStore(tmp_path / "demo" / "data").url)
    await store.open()
    key = await RedisApiKeys(store).create("centre", "한상담", frozenset({Scope.CONTACTS}))
    await store.close()
    async with Caller(demo.base_url, key) as colleague:
        await colleague.until_the_key_is_known()
        yield colleague


@pytest.fixture
async def customer(api: Api, carrier: Api, operator: Api) -> Customer:
    somebody = Customer(api, carrier, operator)
    await somebody.register()
    return somebody


async def asked_for_change(customer: Customer, number: str | None = None) -> Any:
    body = {"number": number or new_number(), "reason": REASON}
    return await customer.ask_centre(f"/contacts/{customer.contact_id}/change", body)


async def contact_of(customer: Customer, contact_id: str | None = None) -> Any:
    listed = await customer.api.call("GET", f"/v1/customers/{customer.customer_id}/contacts")
    return next(one for one in listed["contacts"] if one["contact_id"] == (contact_id or customer.contact_id))


async def refusal(call: Awaitable[Any]) -> tuple[int, str]:
    with pytest.raises(ApiError) as refused:
        await call
    return refused.value.status, refused.value.slug


async def test_a_number_changes_when_a_second_person_approves(customer: Customer) -> None:
    number, before = new_number(), await contact_of(customer)
    opened = await customer.open("sms")
    asked = await asked_for_change(customer, number)
    assert (asked["status"], asked["kind"], asked["requested_by"]) == ("waiting", "contact_change", PERSON)
    assert asked["masked_number"].endswith(number[-4:])
    assert await contact_of(customer) == before
    approved = await customer.decide(asked, "이센터장")
    assert (approved["status"], approved["decided_by"]) == ("approved", "이센터장")
    now = await contact_of(customer)
    assert (now["masked_number"], now["status"], now["methods"]) == (asked["masked_number"], "needs_verification", [])
    assert now["version"] > before["version"]
    over = await customer.closed(opened)
    assert (over["status"], over["status_reason"]) == ("failed", "contact_changed")
    assert await refusal(customer.decide(asked, "이센터장")) == (409, "approval-closed")


async def test_nobody_is_asked_to_approve_a_number_that_the_customer_has_already(
    customer: Customer, operator: Api
) -> None:
    other = new_number()
    await customer.add_contact(other)
    for number in (customer.number, other):
        assert await refusal(asked_for_change(customer, number)) == (409, "contact-already-registered")
    assert (await operator.call("GET", "/v1/approvals"))["approvals"] == []


async def test_a_call_that_rings_for_the_old_number_ends(customer: Customer) -> None:
    await customer.open("ars")
    call = await customer.answer_call()
    await call.hear("먼저 ([0-8])번")
    await customer.decide(await asked_for_change(customer), "이센터장")

    async def over() -> bool:
        calls = await customer.carrier.call("GET", f"/control/calls?to=%2B{customer.number[1:]}")
        return bool(calls["calls"][-1]["status"] == "completed")

    await until(over)


async def test_whoever_asked_approves_nothing_whatever_name_or_key(customer: Customer, operator: Api) -> None:
    asked = await asked_for_change(customer)
    path = f"/v1/approvals/{asked['approval_id']}/approve"
    for name in (PERSON, PERSON.upper(), f" {PERSON} ", "ｄｅｍｏ－operator"):
        assert await refusal(operator.call("POST", path, {**DECISION, "approved_by": name})) == (403, "self-approval")
    # A key that may not approve cannot do so under another name either.
    assert await refusal(customer.api.call("POST", path, DECISION)) == (403, "self-approval")
    assert (await customer.api.call("GET", f"/v1/approvals/{asked['approval_id']}"))["status"] == "waiting"


async def test_a_colleague_of_who_asked_neither_sees_nor_decides_it(
    customer: Customer, operator: Api, colleague: Caller
) -> None:
    asked = await asked_for_change(customer)
    path = f"/v1/approvals/{asked['approval_id']}"
    assert (await colleague.get("/v1/approvals")).json == {"approvals": []}
    assert (await colleague.get(path)).slug == "approval-not-found"
    for verb in ("approve", "reject"):
        answer = await colleague.post(f"{path}/{verb}", DECISION)
        assert (answer.status, answer.slug) == (403, "missing-scope")
    assert (await operator.call("GET", path))["status"] == "waiting"


async def test_a_locked_customer_is_verified_again_after_an_unlock(customer: Customer) -> None:
    assert await refusal(customer.ask_centre("/unlock", {"reason": REASON})) == (409, "customer-not-locked")
    for _ in range(5):
        await customer.check(await customer.open("branch_otp"), "000000")
    assert await refusal(customer.open("sms")) == (423, "customer-locked")
    await customer.decide(await customer.ask_centre("/unlock", {"reason": REASON}), "이센터장")
    verified = await customer.check(await customer.open("sms"), await customer.texted_code())
    assert (verified["status"], verified["attempts_remaining"]) == ("verified", 5)


async def test_a_hold_is_lifted_for_a_while_by_approval(customer: Customer) -> None:
    phone = f"/control/phones/%2B{customer.number[1:]}"
    await customer.carrier.call("PUT", phone, {"sim_swapped_hours_ago": 1})
    assert await refusal(customer.open("sms")) == (409, "method-held")
    asked = await customer.ask_centre(f"/contacts/{customer.contact_id}/early-release", {"reason": "새 유심 확인"})
    assert await refusal(customer.open("sms")) == (409, "method-held")
    await customer.decide(asked, "이센터장")
    assert (await customer.open("sms"))["status"] == "pending"


async def test_operators_see_every_request_and_askers_their_own(customer: Customer, operator: Api) -> None:
    asked = await asked_for_change(customer)
    for caller in (customer.api, operator):
        listed = await caller.call("GET", "/v1/approvals?status=waiting")
        assert asked in listed["approvals"]
        assert await caller.call("GET", "/v1/approvals") == listed
    rejected = await customer.decide(asked, "이센터장", "reject")
    assert (rejected["status"], rejected["decision_reason"]) == ("rejected", "본인 확인 완료")
    assert rejected in (await operator.call("GET", "/v1/approvals?status=rejected"))["approvals"]
    assert (await operator.call("GET", "/v1/approvals?status=waiting"))["approvals"] == []


async def test_a_request_whose_subject_has_changed_is_listed_as_outdated_until_it_is_rejected(
    customer: Customer, operator: Api
) -> None:
    first, second = await asked_for_change(customer), await asked_for_change(customer)
    assert not second["outdated"]
    await customer.decide(first, "이센터장")
    for caller in (customer.api, operator):
        (left,) = (await caller.call("GET", "/v1/approvals?status=waiting"))["approvals"]
        assert (left["approval_id"], left["outdated"]) == (second["approval_id"], True)
    assert await refusal(customer.decide(second, "이센터장")) == (409, "approval-outdated")
    assert not (await customer.decide(second, "이센터장", "reject"))["outdated"]
    assert (await operator.call("GET", "/v1/approvals?status=waiting"))["approvals"] == []


async def test_the_evidence_of_a_contact_is_told_without_its_number(customer: Customer) -> None:
    asked = await asked_for_change(customer)
    await customer.decide(asked, "이센터장")
    path = f"/v1/customers/{customer.customer_id}/contacts/{customer.contact_id}/evidence"
    told = await customer.api.call("GET", path)
    assert [(one["event"], one["cause"], one["person"]) for one in told["evidence"]] == [
        ("verifiable", "ownership", PERSON),
        ("needs_verification", "number_changed", "이센터장"),
        ("changed", "number_changed", "이센터장"),
    ]
    assert told["evidence"][-1]["reference"] == asked["approval_id"]
    assert customer.number[3:] not in str(told)


async def test_a_check_that_is_no_longer_confirmed_takes_the_verification_back(customer: Customer) -> None:
    phone = f"/control/phones/%2B{customer.number[1:]}"
    await customer.carrier.call("PUT", phone, {"owner_name": "이몽룡"})
    assert await refusal(customer.check_ownership(customer.contact_id)) == (409, "ownership-not-confirmed")
    assert (await contact_of(customer))["status"] == "needs_verification"


async def test_what_a_contact_vouched_for_falls_with_its_number(customer: Customer) -> None:
    other = await customer.add_contact(new_number())
    body = {"customer_id": customer.customer_id, "method": "sms", "operation": "vouch"}
    both = {"contact_id": customer.contact_id, "target_contact_id": other}
    opened = await customer.api.call("POST", "/v1/verifications", body | both)
    checked = await customer.check(opened, await customer.texted_code())
    path = f"/v1/customers/{customer.customer_id}/contacts/{other}/vouch"
    assert (await customer.api.call("POST", path, {"receipt": checked["receipt"]}))["verified_by"] == "vouch"
    await customer.decide(await asked_for_change(customer), "이센터장")
    assert (await contact_of(customer, other))["status"] == "needs_verification"


async def test_an_approval_at_once_by_many_is_carried_out_once(customer: Customer) -> None:
    asked, before = await asked_for_change(customer), await contact_of(customer)
    deciding = (customer.decide(asked, f"센터장 {name}") for name in "가나다라마바사아자차")
    outcomes = await asyncio.gather(*deciding, return_exceptions=True)
    assert sum(isinstance(outcome, ApiError) and outcome.slug == "approval-closed" for outcome in outcomes) == 9
    assert (await contact_of(customer))["version"] == before["version"] + 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"number": "0601234567", "reason": REASON}, "number"),
        ({"number": "010-CALL-NOW", "reason": REASON}, "number"),
        ({"number": "０１０１２３４５６７８", "reason": REASON}, "number"),
        ({"number": "01012345678"}, "reason"),
        ({"number": "01012345678", "reason": ""}, "reason"),
        ({"number": "01012345678", "reason": "a\u0000b"}, "reason"),
        ({"number": "01012345678", "reason": "\u202egnirongi"}, "reason"),
        ({"number": "01012345678", "reason": "x" * 201}, "reason"),
        ({"number": "01012345678", "reason": 1}, "reason"),
        ({"number": 1012345678, "reason": REASON}, "number"),
        ({"number": "01012345678", "reason": REASON, "requested_by": "이센터장"}, "requested_by"),
    ],
)
async def test_a_bad_request_names_the_field(customer: Customer, body: dict[str, Any], field: str) -> None:
    path = f"/v1/customers/{customer.customer_id}/contacts/{customer.contact_id}/change"
    with pytest.raises(ApiError) as refused:
        await customer.api.call("POST", path, body)
    assert refused.value.status == 422
    assert [error["field"] for error in refused.value.problem["errors"]] == [field]


@pytest.mark.parametrize("approved_by", ["", "\u3164", "!!!", "\u202e이센터장"])
async def test_nobody_approves_without_a_name(customer: Customer, approved_by: str) -> None:
    asked = await asked_for_change(customer)
    assert (await refusal(customer.decide(asked, approved_by)))[0] == 422


@pytest.mark.parametrize("approval_id", ["apr_00000000000000000000zz", "apr_x", "..%2Fx", "ver_00000000000000000000zz"])
async def test_an_unknown_request_is_not_found(operator: Api, approval_id: str) -> None:
    for verb in ("approve", "reject"):
        assert (await refusal(operator.call("POST", f"/v1/approvals/{approval_id}/{verb}", DECISION)))[0] == 404
    assert (await refusal(operator.call("GET", f"/v1/approvals/{approval_id}")))[0] == 404


async def test_an_unknown_status_or_parameter_is_refused(operator: Api) -> None:
    for query in ("status=open", "status=", "state=waiting", "status=waiting&status=waiting"):
        assert (await refusal(operator.call("GET", f"/v1/approvals?{query}")))[0] == 422


async def test_nothing_is_asked_for_nobody(api: Api) -> None:
    unknown = "/v1/customers/nobody/contacts/con_00000000000000000000"
    for path in ("/change", "/early-release"):
        body = {"reason": REASON} | ({"number": new_number()} if path == "/change" else {})
        assert (await refusal(api.call("POST", unknown + path, body)))[0] == 404
    assert (await refusal(api.call("POST", "/v1/customers/nobody/unlock", {"reason": REASON})))[0] == 404
    assert (await refusal(api.call("GET", f"{unknown}/evidence")))[0] == 404


async def test_an_operators_key_asks_for_nothing(customer: Customer, operator: Api) -> None:
    path = f"/v1/customers/{customer.customer_id}/unlock"
    assert await refusal(operator.call("POST", path, {"reason": REASON})) == (403, "missing-scope")
