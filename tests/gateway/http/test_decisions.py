"""Decisions over HTTP, and what opening a verification makes of the policy by itself."""

import asyncio
import base64
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest

from demo.api import Api, ApiError
from demo.customer import Customer
from tests.gateway.core.policies import PACKAGED, with_row

AT_HOME = "203.0.113.7"


async def decide(api: Api, customer_id: str, operation: str = "issue", **fields: Any) -> Any:
    asked = {"customer_id": customer_id, "operation": operation, "client_ip": AT_HOME} | fields
    return await api.call("POST", "/v1/decisions", asked)


def met(decision: Any) -> dict[str, bool]:
    return {reason["rule"]: reason["met"] for reason in decision["reasons"]}


async def refusal(call: Any) -> ApiError:
    with pytest.raises(ApiError) as refused:
        await call
    return refused.value


async def test_an_individual_is_told_what_to_prove_themselves_with_and_why(customer: Customer) -> None:
    decision = await decide(customer.api, customer.customer_id)
    assert decision["outcome"] == "required"
    assert decision["reasons"][0] == {"rule": "R1", "met": True, "detail": decision["reasons"][0]["detail"]}
    assert met(decision) | {"R3": True, "R4": True, "R8": False, "R9": False, "R10": True} == met(decision)
    assert decision["methods"] == ["sms", "ars", "sms_reply"]
    assert [contact["contact_id"] for contact in decision["contacts"]] == [customer.contact_id]
    assert decision["contacts"][0]["methods"] == ["sms", "ars", "sms_reply"]
    assert decision["policy_version"] == PACKAGED.version
    assert customer.number[3:] not in str(decision)


async def test_contacts_are_shown_with_the_methods_that_the_operation_takes(customer: Customer) -> None:
    decision = await decide(customer.api, customer.customer_id, "cloud_login")
    assert decision["methods"] == ["sms_reply"]
    assert decision["contacts"][0]["methods"] == ["sms_reply"]


async def test_a_branch_password_is_offered_while_it_is_in_force(customer: Customer) -> None:
    asked = {"customer_id": customer.customer_id, "operation": "issue", "branch": "여의도", "issued_by": "박지점"}
    issued = await customer.api.call("POST", "/v1/branch-passwords", asked)
    assert "branch_otp" in (await decide(customer.api, customer.customer_id))["methods"]
    assert "branch_otp" not in (await decide(customer.api, customer.customer_id, "reissue"))["methods"]
    await customer.api.call("DELETE", f"/v1/branch-passwords/{issued['branch_password_id']}")
    assert "branch_otp" not in (await decide(customer.api, customer.customer_id))["methods"]


@pytest.mark.usefixtures("people")
async def test_each_person_of_the_demo_gets_the_decision_that_they_stand_for(api: Api) -> None:
    seen = {
        person: await decide(api, person)
        for person in ("hong-gildong", "hanbit-trading", "shim-cheong", "im-kkeokjeong", "jang-bogo")
    }
    assert {person: (one["outcome"], one["reasons"][0]["rule"]) for person, one in seen.items()} == {
        "hong-gildong": ("required", "R1"),
        "hanbit-trading": ("exempt", "R2"),
        "shim-cheong": ("refused", "R10"),
        "im-kkeokjeong": ("required", "R1"),
        "jang-bogo": ("required", "R1"),
    }
    assert met(seen["im-kkeokjeong"])["R5"] is False
    assert seen["im-kkeokjeong"]["methods"] == []


async def test_a_locked_customer_is_refused_until_unlocked(customer: Customer) -> None:
    opened = await customer.open("branch_otp")
    for code in ("000000", "000001", "000002", "000003", "000004"):
        await customer.check(opened, code)
    decision = await decide(customer.api, customer.customer_id)
    assert (decision["outcome"], decision["reasons"][0]["rule"]) == ("refused", "R20")
    assert (await decide(customer.api, customer.customer_id, "revoke"))["outcome"] == "exempt"


async def test_details_are_korean_unless_english_is_asked_for(demo: Any, customer: Customer) -> None:
    headers = {"Authorization": f"Bearer {demo.secrets.api_key}", "Content-Type": "application/json"}
    asked = orjson.dumps({"customer_id": customer.customer_id, "operation": "renew", "client_ip": AT_HOME})
    said = []
    async with aiohttp.ClientSession(demo.base_url, headers=headers) as session:
        for language in ({}, {"Accept-Language": "en"}):
            async with session.post("/v1/decisions", data=asked, headers=language) as response:
                said.append((await response.json())["reasons"][0]["detail"])
    assert said == [
        "갱신은 유효한 인증서로 본인을 확인합니다.",
        "A renewal is proved by the certificate that is still valid.",
    ]


@pytest.mark.parametrize(
    "address", ["", "localhost", "1.2.3", "1.2.3.256", "１.2.3.4", "01.2.3.4", "1.2.3.4/32", "fe80::1%eth0", "::g",
                "1.2.3.4\n", " 1.2.3.4", "1.2.3.4, 5.6.7.8", "9" * 5000],
)  # fmt: skip
async def test_an_address_that_is_none_is_named_and_not_repeated(api: Api, address: str) -> None:
    refused = await refusal(decide(api, "nobody", client_ip=address))
    assert (refused.status, refused.slug) == (422, "invalid-fields")
    assert [error["field"] for error in refused.problem["errors"]] == ["client_ip"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"operation": "issue "}, "operation"),
        ({"operation": ["issue"]}, "operation"),
        ({"operation": None}, "operation"),
        ({"customer_id": "a b"}, "customer_id"),
        ({"customer_id": {"$ne": 1}}, "customer_id"),
        ({"client_ip": 2130706433}, "client_ip"),
        ({"auto_connect_token": ""}, "auto_connect_token"),
        ({"auto_connect_token": "with space"}, "auto_connect_token"),
        ({"outcome": "exempt"}, "outcome"),
    ],
)
async def test_hostile_fields_are_refused_by_name(api: Api, fields: dict[str, Any], field: str) -> None:
    refused = await refusal(decide(api, **{"customer_id": "nobody"} | fields))
    assert refused.status == 422
    assert [error["field"] for error in refused.problem["errors"]] == [field]


async def test_a_customer_nobody_registered_is_not_found(api: Api) -> None:
    refused = await refusal(decide(api, "nobody"))
    assert (refused.status, refused.slug) == (404, "customer-not-found")


async def test_a_receipt_and_the_decision_carry_the_same_policy_version(customer: Customer) -> None:
    opened = await customer.open("sms")
    verified = await customer.check(opened, await customer.texted_code())
    claims = orjson.loads(base64.urlsafe_b64decode(verified["receipt"].split(".")[1] + "=="))
    asked = {"receipt": verified["receipt"], "operation": "issue", "customer_id": customer.customer_id}
    redeemed = await customer.api.call("POST", "/v1/receipts/redeem", asked)
    decision = await decide(customer.api, customer.customer_id)
    assert claims["policy_version"] == redeemed["policy_version"] == decision["policy_version"]


@pytest.mark.parametrize(
    ("method", "operation", "slug", "rule"),
    [
        ("sms", "renew", "extra-authentication-not-required", "R16"),
        ("sms", "copy_to_phone", "extra-authentication-not-required", "R17"),
        ("sms", "cloud_login", "method-not-available", "R13"),
        ("branch_otp", "cloud_register", "method-not-available", "R13"),
    ],
)
async def test_opening_what_the_policy_does_not_allow_is_refused_with_its_rule(
    customer: Customer, method: str, operation: str, slug: str, rule: str
) -> None:
    refused = await refusal(customer.open(method, operation))
    assert (refused.status, refused.slug) == (409, slug)
    assert f"규칙 {rule}:" in refused.problem["detail"]


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("person", "operation", "slug", "rule"),
    [
        ("hanbit-trading", "issue", "extra-authentication-not-required", "R2"),
        ("hanbit-trading", "cloud_login", "operation-refused", "R15"),
        ("shim-cheong", "issue", "online-consent-missing", "R10"),
    ],
)
async def test_opening_for_those_who_may_not_or_need_not_is_refused_with_the_rule(
    api: Api, person: str, operation: str, slug: str, rule: str
) -> None:
    asked = {"customer_id": person, "method": "branch_otp", "operation": operation}
    refused = await refusal(api.call("POST", "/v1/verifications", asked))
    assert (refused.slug, f"규칙 {rule}:" in refused.problem["detail"]) == (slug, True)


@pytest.fixture
def policy_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a policy of the firm's own, which the demo starts with."""
    folder = tmp_path / "policy"
    monkeypatch.setenv("BONIN_POLICY_DIR", str(folder))
    return folder


@pytest.fixture
def two_a_day(policy_folder: Path) -> None:
    with_row(policy_folder, "issue", per_day="2", valid_for="60")


@pytest.fixture
def closed_all_day(policy_folder: Path) -> None:
    with_row(policy_folder, "issue", refused_hours="0-24")


@pytest.mark.usefixtures("two_a_day")
async def test_two_a_day_are_two_whoever_races_and_another_operation_is_free(customer: Customer) -> None:
    opened = await asyncio.gather(*(customer.open("branch_otp") for _ in range(5)), return_exceptions=True)
    refused = [one for one in opened if isinstance(one, ApiError)]
    assert len(refused) == 3
    assert {(one.status, one.slug) for one in refused} == {(429, "too-many-requests")}
    assert all(86_000 < one.problem["retry_after"] <= 86_400 for one in refused)
    decision = await decide(customer.api, customer.customer_id)
    assert (decision["outcome"], decision["reasons"][0]["rule"]) == ("refused", "per_day")
    await customer.open("branch_otp", "reissue")


@pytest.mark.usefixtures("two_a_day")
async def test_the_rows_seconds_are_the_life_of_a_verification(customer: Customer) -> None:
    opened = await customer.open("sms")
    created, expires = (datetime.fromisoformat(opened[name]) for name in ("created_at", "expires_at"))
    assert (expires - created).total_seconds() == 60


@pytest.mark.usefixtures("closed_all_day")
async def test_refused_hours_refuse_the_decision_and_the_verification(customer: Customer) -> None:
    decision = await decide(customer.api, customer.customer_id)
    assert (decision["outcome"], decision["reasons"][0]["rule"]) == ("refused", "refused_hours")
    refused = await refusal(customer.open("sms"))
    assert (refused.status, refused.slug) == (409, "operation-refused")
    assert refused.problem["detail"] == decision["reasons"][0]["detail"]
