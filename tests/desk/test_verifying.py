"""A customer's way through the desk, as its server sees it."""

from typing import Any

import orjson

from demo.api import Api
from demo.customer import until
from demo.running import Demo
from tests.desk.browser import Browser
from tests.desk.phone import HONG, SUNG, another, texted_code


async def test_a_wrong_code_leaves_four_tries_and_the_right_one_verifies(browser: Browser, carrier: Api) -> None:
    opened = await browser.open("sms", "hong-gildong")
    code = await texted_code(carrier, HONG)
    wrong = (await browser.check(opened, another(code), "first")).json
    assert (wrong["correct"], wrong["attempts_remaining"]) == (False, 4)
    right = (await browser.check(opened, code, "second")).json
    assert (right["correct"], right["status"]) == (True, "verified")


async def test_an_attempt_that_is_sent_twice_counts_once(browser: Browser, carrier: Api) -> None:
    opened = await browser.open("sms", "hong-gildong")
    wrong = another(await texted_code(carrier, HONG))
    answers = [(await browser.check(opened, wrong, "same")).json for _ in range(2)]
    assert [answer["attempts_remaining"] for answer in answers] == [4, 4]


async def test_a_receipt_is_redeemed_once(browser: Browser, carrier: Api) -> None:
    begun = await browser.post("/cases", {"customer_id": "hong-gildong", "operation": "issue"})
    opened = await browser.open("sms", "hong-gildong", case_id=begun.json["case_id"])
    path = f"/verifications/{opened['id']}/redeem"
    early = await browser.post(path)
    assert (early.status, early.slug) == (409, "not-verified")
    await browser.check(opened, await texted_code(carrier, HONG))
    redeemed = await browser.post(path)
    assert redeemed.status == 200
    assert redeemed.json["verification_id"] == opened["id"]
    assert redeemed.json["operation_hash"] == opened["operation_hash"]
    again = await browser.post(path)
    assert (again.status, again.slug) == (409, "receipt-already-redeemed")


async def test_every_verification_is_bound_to_a_request_of_its_own(browser: Browser) -> None:
    opened = [await browser.open("branch_otp", "hong-gildong") for _ in range(2)]
    assert opened[0]["operation_hash"] != opened[1]["operation_hash"]


async def test_the_changes_of_a_verification_are_told_as_they_happen(browser: Browser, carrier: Api) -> None:
    opened = await browser.open("sms", "hong-gildong")
    code = await texted_code(carrier, HONG)
    await browser.check(opened, code)
    events = await browser.get(f"/desk/api/verifications/{opened['id']}/events")
    assert events.headers["Content-Type"].startswith("text/event-stream")
    told = [line for line in events.content.splitlines() if line.startswith(b"data: ")]
    assert orjson.loads(told[-1].removeprefix(b"data: "))["status"] == "verified"


async def test_a_stream_of_changes_has_no_head_that_would_never_end(browser: Browser) -> None:
    opened = await browser.open("sms", "hong-gildong")
    assert (await browser.head(f"/desk/api/verifications/{opened['id']}/events")).status == 405


async def test_a_contact_that_passed_its_ownership_check_vouches_for_another(browser: Browser, carrier: Api) -> None:
    [target] = [one for one in await browser.contacts("sung-chunhyang") if one["status"] == "needs_verification"]
    more = {"operation": "vouch", "target_contact_id": target["contact_id"]}
    opened = await browser.open("sms", "sung-chunhyang", **more)
    await browser.check(opened, await texted_code(carrier, SUNG))
    vouched = (await browser.post(f"/verifications/{opened['id']}/vouch")).json
    assert (vouched["contact_id"], vouched["status"]) == (target["contact_id"], "verifiable")
    assert (vouched["verified_by"], vouched["methods"]) == ("vouch", ["ars"])


async def test_a_mobile_in_somebody_elses_name_is_not_confirmed(browser: Browser) -> None:
    [target] = [one for one in await browser.contacts("sung-chunhyang") if one["status"] == "needs_verification"]
    answer = await browser.post(f"/customers/sung-chunhyang/contacts/{target['contact_id']}/ownership-check")
    assert (answer.status, answer.slug) == (409, "ownership-not-confirmed")


async def test_an_outage_of_the_carrier_is_told_as_one(browser: Browser) -> None:
    [contact] = await browser.contacts("im-kkeokjeong")
    answer = await browser.post(f"/customers/im-kkeokjeong/contacts/{contact['contact_id']}/ownership-check")
    assert (answer.status, answer.slug) == (503, "ownership-check-unavailable")


async def test_a_branch_password_is_in_the_slips_fragment_only(browser: Browser, demo: Demo) -> None:
    asked = {"customer_id": "hong-gildong", "operation": "issue", "branch": "여의도", "issued_by": "박지점"}
    issued = (await browser.post("/branch-passwords", asked)).json
    assert set(issued) == {"slip_url", "expires_at"}
    address, _, password = issued["slip_url"].partition("#")
    assert address.startswith(f"{demo.base_url}/slips/")
    opened = await browser.open("branch_otp", "hong-gildong")
    assert (await browser.check(opened, password)).json["status"] == "verified"


async def test_a_verification_can_be_canceled(browser: Browser) -> None:
    opened = await browser.open("sms_reply", "hong-gildong")
    canceled = (await browser.post(f"/verifications/{opened['id']}/cancel")).json
    assert (canceled["status"], canceled["status_reason"]) == ("canceled", "canceled_by_caller")


async def test_a_text_is_not_sent_again_at_once(browser: Browser) -> None:
    opened = await browser.open("sms", "hong-gildong")
    early = await browser.post(f"/verifications/{opened['id']}/resend")
    assert (early.status, early.slug) == (429, "too-many-requests")
    assert early.json["retry_after"] > 0


async def test_what_the_gateway_refuses_is_told_in_the_pages_language(browser: Browser) -> None:
    [contact] = await browser.contacts("hanbit-trading")
    asked = {
        "customer_id": "hanbit-trading",
        "method": "ars",
        "operation": "issue",
        "contact_id": contact["contact_id"],
    }
    korean = await browser.post("/verifications", asked)
    english = await browser.post("/verifications", asked, {"Accept-Language": "en"})
    assert korean.slug == english.slug == "extra-authentication-not-required"
    assert korean.json["title"] == "추가인증 대상이 아닙니다"
    assert english.json["title"] == "No extra authentication is needed"


async def test_the_text_and_the_call_speak_the_language_of_the_page(browser: Browser, carrier: Api) -> None:
    [contact] = await browser.contacts("jang-bogo")
    asked = {"customer_id": "jang-bogo", "method": "sms", "operation": "issue", "contact_id": contact["contact_id"]}
    await browser.post("/verifications", asked, {"Accept-Language": "en"})

    async def texts() -> Any:
        return (await carrier.call("GET", "/control/messages?to=%2B821045678901"))["messages"]

    [text] = await until(texts)
    assert "Bonin Securities" in text["body"]
