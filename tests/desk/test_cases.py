"""What the desk asks before it verifies anybody, and what it tells their phone."""

from typing import Any

import pytest

from demo.api import Api
from demo.customer import until
from desk.cases import DEVICE_COOKIE
from tests.desk.browser import Answer, Browser
from tests.desk.phone import HONG, texted_code

JANG = "+821045678901"


async def begin(browser: Browser, customer_id: str, operation: str = "issue", location: str = "domestic") -> Any:
    asked = {"customer_id": customer_id, "operation": operation, "location": location}
    answer = await browser.post("/cases", asked)
    assert answer.status == 201, answer.content
    return answer.json


async def sign_in_by_reply(browser: Browser, carrier: Api) -> Any:
    """A verified reply to a text, for a sign-in to the cloud."""
    opened = await browser.open("sms_reply", "hong-gildong", operation="cloud_login")

    async def asked_by() -> Any:
        inbox = await carrier.call("GET", f"/control/messages?to=%2B{HONG[1:]}")
        return inbox["messages"][-1]["from"] if inbox["messages"] else None

    reply = {"from": HONG, "to": await until(asked_by), "body": opened["binding_code"]}
    await carrier.call("POST", "/control/messages", reply)
    await until(lambda: verified(browser, opened))
    return opened


async def verified(browser: Browser, opened: Any) -> bool:
    answer = await browser.get(f"/desk/api/verifications/{opened['id']}")
    return bool(answer.json["status"] == "verified")


async def remember(browser: Browser, verification: Any) -> Answer:
    return await browser.post(f"/verifications/{verification['id']}/auto-connect")


async def texts(carrier: Api, number: str, count: int) -> list[str]:
    async def look() -> list[str] | None:
        inbox = await carrier.call("GET", f"/control/messages?to=%2B{number[1:]}")
        return [one["body"] for one in inbox["messages"]] if len(inbox["messages"]) >= count else None

    found: list[str] = await until(look)
    return found


@pytest.mark.parametrize(
    ("customer_id", "operation", "location", "outcome", "rule"),
    [
        ("hong-gildong", "issue", "domestic", "required", "R1"),
        ("hong-gildong", "issue", "foreign", "required", "R1"),
        ("jang-bogo", "issue", "domestic", "required", "R1"),
        ("jang-bogo", "issue", "foreign", "exempt", "R9"),
        ("hanbit-trading", "issue", "domestic", "exempt", "R2"),
        ("hanbit-trading", "cloud_login", "domestic", "refused", "R15"),
        ("hong-gildong", "renew", "domestic", "exempt", "R16"),
        ("shim-cheong", "issue", "domestic", "refused", "R10"),
    ],
)
async def test_a_case_begins_with_a_decision(
    browser: Browser, customer_id: str, operation: str, location: str, outcome: str, rule: str
) -> None:
    decision = (await begin(browser, customer_id, operation, location))["decision"]
    assert (decision["outcome"], decision["reasons"][0]["rule"]) == (outcome, rule)
    assert decision["policy_version"]


async def test_the_decision_speaks_the_language_of_the_page(browser: Browser) -> None:
    asked = {"customer_id": "hanbit-trading", "operation": "issue"}
    answer = await browser.post("/cases", asked, {"Accept-Language": "en"})
    assert "corporate customer" in answer.json["decision"]["reasons"][0]["detail"]


async def test_a_case_that_is_decided_again_is_announced_once(browser: Browser, carrier: Api) -> None:
    case = await begin(browser, "hong-gildong")
    assert case["notice"] == {"kind": "issuance_started", "masked_number": "+8210****5678"}
    again = await browser.post(f"/cases/{case['case_id']}/decision")
    assert again.json["decision"]["outcome"] == "required"
    assert len(await texts(carrier, HONG, 1)) == 1


async def test_a_case_that_was_refused_is_announced_before_anybody_is_verified_for_it(
    browser: Browser, api: Api, carrier: Api
) -> None:
    case = await begin(browser, "shim-cheong")
    assert case["notice"] is None
    named = {"kind": "individual", "name": "심청", "birth_date": "2001-01-31"}
    await api.call("PUT", "/v1/customers/shim-cheong", {**named, "online_consent": True})
    assert (await browser.request("sms", "shim-cheong", case_id=case["case_id"])).status == 404
    again = (await browser.post(f"/cases/{case['case_id']}/decision")).json
    assert (again["decision"]["outcome"], again["notice"]["kind"]) == ("required", "issuance_started")
    assert (await browser.request("sms", "shim-cheong", case_id=case["case_id"])).status == 201
    assert len(await texts(carrier, "+821056789012", 2)) == 2


async def test_a_reissue_warns_of_the_old_certificate(browser: Browser) -> None:
    assert (await begin(browser, "hong-gildong", "reissue"))["notice"]["kind"] == "reissue_warning"


@pytest.mark.parametrize(("customer_id", "operation"), [("hong-gildong", "cloud_login"), ("shim-cheong", "issue")])
async def test_where_nothing_is_issued_nothing_is_announced(browser: Browser, customer_id: str, operation: str) -> None:
    assert (await begin(browser, customer_id, operation))["notice"] is None


async def test_a_customer_without_a_mobile_goes_on_without_the_text(browser: Browser) -> None:
    case = await begin(browser, "hanbit-trading")
    assert case["notice"]["problem"]["type"] == "/problems/no-registered-mobile"
    assert (await browser.post(f"/cases/{case['case_id']}/complete")).status == 200


async def test_an_exempt_case_goes_on_without_a_verification_and_is_told_once(browser: Browser, carrier: Api) -> None:
    case = await begin(browser, "jang-bogo", location="foreign")
    for _ in range(2):
        told = (await browser.post(f"/cases/{case['case_id']}/complete")).json["notice"]
        assert told == {"kind": "issuance_completed", "masked_number": "+8210****8901"}
    assert len(await texts(carrier, JANG, 2)) == 2


async def test_a_case_that_is_exempt_no_longer_does_not_go_on(browser: Browser, api: Api) -> None:
    case = await begin(browser, "jang-bogo", location="foreign")
    assert case["decision"]["outcome"] == "exempt"
    await api.call("DELETE", "/v1/customers/jang-bogo/overseas-exemption")
    answer = await browser.post(f"/cases/{case['case_id']}/complete")
    assert (answer.status, answer.slug) == (409, "not-exempt")


@pytest.mark.parametrize("customer_id", ["hong-gildong", "shim-cheong"])
async def test_a_case_that_is_not_exempt_does_not_go_on_by_itself(browser: Browser, customer_id: str) -> None:
    case = await begin(browser, customer_id)
    answer = await browser.post(f"/cases/{case['case_id']}/complete")
    assert (answer.status, answer.slug) == (409, "not-exempt")


async def test_a_redeemed_receipt_announces_that_it_is_done(browser: Browser, carrier: Api) -> None:
    case = await begin(browser, "hong-gildong")
    await texts(carrier, HONG, 1)
    opened = await browser.open("sms", "hong-gildong", case_id=case["case_id"])
    await texts(carrier, HONG, 2)
    await browser.check(opened, await texted_code(carrier, HONG))
    redeemed = (await browser.post(f"/verifications/{opened['id']}/redeem")).json
    assert redeemed["notice"] == {"kind": "issuance_completed", "masked_number": "+8210****5678"}
    assert len(await texts(carrier, HONG, 3)) == 3


async def test_nothing_is_issued_of_which_the_customer_was_not_told(browser: Browser, carrier: Api) -> None:
    opened = await browser.open("sms", "hong-gildong")
    await browser.check(opened, await texted_code(carrier, HONG))
    refused = await browser.post(f"/verifications/{opened['id']}/redeem")
    assert (refused.status, refused.slug) == (404, "not-found")


async def deny(carrier: Api, number: str) -> None:
    """Answer the newest text with a no, and read what comes back."""
    inbox = (await carrier.call("GET", f"/control/messages?to=%2B{number[1:]}"))["messages"]
    await carrier.call("POST", "/control/messages", {"from": number, "to": inbox[-1]["from"], "body": "아니오"})
    assert "지금 바로 고객센터로" in (await texts(carrier, number, len(inbox) + 1))[-1]


async def test_what_the_customer_denied_in_answer_to_the_notice_is_not_issued_to_whoever_is_exempt(
    browser: Browser, carrier: Api
) -> None:
    case = await begin(browser, "jang-bogo", location="foreign")
    await texts(carrier, JANG, 1)
    await deny(carrier, JANG)
    answer = await browser.post(f"/cases/{case['case_id']}/complete")
    assert (answer.status, answer.slug) == (409, "notice-denied")
    assert len(await texts(carrier, JANG, 2)) == 2, "and nothing says that it was issued"
    another = await begin(browser, "jang-bogo", location="foreign")
    assert (await browser.post(f"/cases/{another['case_id']}/complete")).status == 200, (
        "another case is another request"
    )


async def test_what_the_customer_denied_in_answer_to_the_notice_is_not_issued_by_a_slip(
    browser: Browser, carrier: Api
) -> None:
    case = await begin(browser, "hong-gildong")
    await texts(carrier, HONG, 1)
    slip = {"customer_id": "hong-gildong", "operation": "issue", "branch": "여의도지점", "issued_by": "박지점"}
    issued = await browser.post("/branch-passwords", slip)
    opened = await browser.open("branch_otp", "hong-gildong", case_id=case["case_id"])
    _, _, password = issued.json["slip_url"].partition("#")
    assert (await browser.check(opened, password)).json["status"] == "verified"
    await deny(carrier, HONG)
    refused = await browser.post(f"/verifications/{opened['id']}/redeem")
    assert (refused.status, refused.slug) == (409, "notice-denied")


async def test_a_case_of_another_browser_customer_or_operation_is_not_there(browser: Browser) -> None:
    case = await begin(browser, "hong-gildong")
    async with Browser(browser.origin) as another:
        for verb in ("decision", "complete"):
            assert (await another.post(f"/cases/{case['case_id']}/{verb}")).status == 404
    for customer_id, operation in (("jang-bogo", "issue"), ("hong-gildong", "reissue")):
        more = {"operation": operation, "case_id": case["case_id"]}
        assert (await browser.request("branch_otp", customer_id, **more)).status == 404


async def test_only_the_customers_and_places_of_the_desk_can_be_chosen(browser: Browser) -> None:
    unknown = await browser.post("/cases", {"customer_id": "somebody-else", "operation": "issue"})
    assert (unknown.status, unknown.slug) == (404, "not-found")
    asked = {"customer_id": "jang-bogo", "operation": "issue", "location": "133.11.0.1"}
    assert (await browser.post("/cases", asked)).status == 422


async def test_a_method_that_a_signal_holds_is_not_in_the_decision(browser: Browser) -> None:
    swapped = (await begin(browser, "yu-gwansun"))["decision"]
    assert swapped["methods"] == ["ars"]
    assert {"rule": "sim_swap", "met": False}.items() <= swapped["reasons"][-1].items()
    forwarded = (await begin(browser, "an-changho"))["decision"]
    assert forwarded["methods"] == ["sms", "sms_reply"]


async def test_a_device_that_is_remembered_skips_the_reply_again_and_again(browser: Browser, carrier: Api) -> None:
    opened = await sign_in_by_reply(browser, carrier)
    given = await remember(browser, opened)
    assert given.status == 201
    assert given.json == {}
    cookie = given.headers["Set-Cookie"].split("; ")
    assert cookie[0].startswith(f"{DEVICE_COOKIE}=")
    assert {"HttpOnly", "SameSite=Strict", "Path=/desk"} <= set(cookie)
    assert (await remember(browser, opened)).status == 201
    for _ in range(3):
        case = await begin(browser, "hong-gildong", "cloud_login")
        assert (case["decision"]["outcome"], case["decision"]["reasons"][0]["rule"]) == ("exempt", "R14")
        assert "auto_connect_token" not in case["decision"]
        assert (await browser.post(f"/cases/{case['case_id']}/complete")).status == 200


async def test_another_browser_is_not_remembered(browser: Browser, carrier: Api) -> None:
    await remember(browser, await sign_in_by_reply(browser, carrier))
    async with Browser(browser.origin) as another:
        assert (await begin(another, "hong-gildong", "cloud_login"))["decision"]["outcome"] == "required"


async def test_a_device_is_not_remembered_for_another_kind_of_verification(browser: Browser, carrier: Api) -> None:
    opened = await browser.open("sms", "hong-gildong")
    await browser.check(opened, await texted_code(carrier, HONG))
    refused = await remember(browser, opened)
    assert (refused.status, refused.slug) == (409, "auto-connect-refused")
