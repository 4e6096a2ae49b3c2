"""What an operator may do, with a reason, and what only another person may."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.e2e.caller import Person, another
from tests.e2e.ops.operator import Operator, a_pending_verification, seen


async def test_an_operator_cancels_with_a_reason_that_stays(operator: Operator, person: Person) -> None:
    verification_id = await a_pending_verification(person)
    path = f"/ops/verifications/{verification_id}"
    came_from = {"Referer": f"{operator.base_url}{path}"}
    form = {"csrf": (await operator.get(path)).csrf, "reason": ""}
    refused = await operator.post(f"{path}/cancel", form, came_from)
    assert (refused.status, f'<a class="button" href="{path}">' in refused.text) == (422, True)
    from_elsewhere = await operator.post(f"{path}/cancel", form, {"Referer": f"https://evil.example{path}"})
    assert (from_elsewhere.status, '<a class="button" href="/ops">' in from_elsewhere.text) == (422, True)
    done = await operator.act(f"{path}/cancel", path, reason="고객이 전화로 요청 01012345678")
    assert done.status == 200
    page = await seen(operator, path, 'data-event="ops.cancel"', 'data-event="verification.canceled"')
    assert "고객이 전화로 요청 ***" in page.text
    assert (await person.now({"id": verification_id}))["status_reason"] == "canceled_by_operator"


async def test_a_viewer_changes_nothing(viewer: Operator, person: Person) -> None:
    verification_id = await a_pending_verification(person)
    path = f"/ops/verifications/{verification_id}"
    assert "/cancel" not in (await viewer.get(path)).text
    for action in ("cancel", "resend"):
        refused = await viewer.act(f"{path}/{action}", "/ops", reason="x")
        assert (refused.status, "&#39;운영&#39; 역할" in refused.text) == (403, True)
    unlock = f"/ops/customers/{person.customer_id}/unlock"
    assert (await viewer.act(unlock, "/ops", reason="x")).status == 403
    assert (await viewer.act("/ops/alarms/clear", "/ops", reason="x", kind="denied", subject="x")).status == 403
    assert (await person.now({"id": verification_id}))["status"] == "pending"


async def lock(person: Person) -> None:
    """Five wrong answers."""
    opened = await person.start("sms")
    await person.texted(1)
    wrong = another(await person.texted_code())
    for _ in range(5):
        await person.check(opened, wrong)


async def waiting_for(browser: Operator, customer: str) -> str:
    """The id of the request that waits for this customer."""
    waiting = await browser.get("/ops/approvals")
    approval = re.search(rf'data-approval="(apr_\w+)">\s*<h2[^>]*>[^<]*<a href="{customer}"', waiting.text)
    assert approval is not None
    return approval[1]


async def test_an_unlock_takes_an_operator_and_another_person(
    operator: Operator, approver: Operator, person: Person
) -> None:
    await lock(person)
    customer = f"/ops/customers/{person.customer_id}"
    assert (await operator.act(f"{customer}/unlock", customer, reason="신분증 확인")).status == 200
    decide = f"/ops/approvals/{await waiting_for(approver, customer)}/approve"
    assert (await operator.act(decide, "/ops", reason="확인")).status == 403
    assert (await approver.act(decide, "/ops/approvals", reason="확인")).status == 200
    assert (await person.start("sms"))["status"] == "pending"


async def test_what_is_outdated_is_shown_so_and_only_to_be_rejected(approver: Operator, person: Person) -> None:
    path = f"/contacts/{person.contact_id}/change"
    first, second = [
        await person.ask_centre(path, {"number": number, "reason": "고객 요청"})
        for number in ("+821077776667", "+821077776668")
    ]
    decide = "/ops/approvals/{}/{}"
    page = await approver.get("/ops/approvals")
    assert decide.format(second["approval_id"], "approve") in page.text
    assert "상황 변경됨" not in page.text
    approve = decide.format(first["approval_id"], "approve")
    assert (await approver.act(approve, "/ops/approvals", reason="확인")).status == 200
    page = await approver.get("/ops/approvals")
    assert "상황 변경됨" in page.text
    assert decide.format(second["approval_id"], "approve") not in page.text
    reject = decide.format(second["approval_id"], "reject")
    assert (await approver.act(reject, "/ops/approvals", reason="다시 요청")).status == 200
    customer = (await approver.get(f"/ops/customers/{person.customer_id}")).text
    assert "연락처 변경 승인" in customer
    assert "number_changed" not in customer


async def test_who_approves_sees_what(approver: Operator, person: Person) -> None:
    change = await person.ask_centre(
        f"/contacts/{person.contact_id}/change", {"number": "+821077776666", "reason": "고객 요청"}
    )
    [asked] = [
        one for one in (await approver.get("/ops/approvals")).text.split("<article") if change["approval_id"] in one
    ]
    assert f"+8210****{person.number[-4:]} " in asked
    start = datetime.now(UTC)
    await person.register_abroad("call_center", start, start + timedelta(days=40))
    page = (await approver.get("/ops/approvals")).text
    assert change["masked_number"] in page
    assert person.contact_id in page
    assert "7777" not in page
    until = (start + timedelta(days=40)).astimezone(ZoneInfo("Asia/Seoul"))
    assert f"{until:%Y-%m-%d %H:%M}" in page


async def test_nobody_approves_their_own_request(approver: Operator, person: Person) -> None:
    await lock(person)
    customer = f"/ops/customers/{person.customer_id}"
    await approver.act(f"{customer}/unlock", customer, reason="신분증 확인")
    refused = await approver.act(
        f"/ops/approvals/{await waiting_for(approver, customer)}/approve", "/ops", reason="확인"
    )
    assert refused.status == 403
