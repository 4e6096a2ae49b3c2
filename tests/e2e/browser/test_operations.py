"""The operations pages in a browser: signing in, finding, following a call, a second person, and pausing a carrier."""

import asyncio
import re
from typing import Any

from playwright.async_api import expect

from demo.api import Api
from demo.customer import until
from demo.running import Demo
from tests.e2e.browser.accessibility import objections
from tests.e2e.browser.conftest import Heard
from tests.e2e.browser.operator_pages import OpsPages
from tests.e2e.browser.pages import HONG, DeskPage, Phones


async def test_an_operator_enrols_an_authenticator_and_every_page_is_there_for_everybody(
    colleague: OpsPages, manager: OpsPages, heard: Heard, demo: Demo
) -> None:
    """Every page: whole, without an objection of axe, in the light and in the dark, asking no other host."""
    await manager.open("/ops/customers/hong-gildong")
    pages = {
        "now": "/ops",
        "verifications": "/ops/verifications",
        "customers": "/ops/customers",
        "customer": "/ops/customers/hong-gildong",
        "approvals": "/ops/approvals",
        "carriers": "/ops/carriers",
        "dead-letters": "/ops/dead-letters",
        "audit": "/ops/audit",
        "alarms": "/ops/alarms",
    }
    for name, path in pages.items():
        await manager.open(path)
        await manager.until_live()
        assert (path, await objections(manager.page)) == (path, [])
        await manager.picture(name)
    await manager.page.emulate_media(forced_colors="active")
    borders = "(links) => new Set(links.map((link) => getComputedStyle(link).borderBottomColor)).size"
    assert await manager.page.locator(".sections a").evaluate_all(borders) == 2, "the page that is open looks like all"
    assert heard.origins == {demo.base_url}
    assert heard.complaints == []


async def test_a_sealed_audit_fits_a_phone_in_english_too(manager: OpsPages, heard: Heard) -> None:
    heads = manager.page.locator('[data-live="heads"] tbody tr')

    async def are_there() -> bool:
        await manager.open("/ops/audit?lang=en")
        return await heads.count() > 0

    await until(are_there)
    assert await objections(manager.page) == []
    await manager.picture("audit-sealed")
    assert heard.complaints == []


async def test_a_verification_is_found_by_number_and_its_call_followed_live(
    colleague: OpsPages, desk: DeskPage, phones: Phones, heard: Heard
) -> None:
    await desk.choose("hong-gildong")
    await desk.request("ars")
    phone = phones.of(HONG)
    await phone.role("answer").wait_for()
    await colleague.find("010-1234-5678")
    await expect(colleague.page.locator("h1")).to_contain_text("hong-gildong")
    await expect(colleague.page.get_by_role("main")).not_to_contain_text("홍길동")
    await colleague.page.locator("tr[data-href] a.mono").first.click()
    await expect(colleague.event("delivery.ringing")).to_be_visible()
    await phone.answer()
    await expect(colleague.event("delivery.in_progress")).to_be_visible()
    code = await desk.binding_code()
    digit = await phone.hear("([0-9]) ?번")
    await phone.press(digit[1])
    await phone.hear("여섯 자리|6자리")
    await phone.press(code)
    await desk.expect_verified()
    await expect(colleague.event("verification.verified")).to_be_visible()
    assert await objections(colleague.page) == []
    await colleague.picture("verification")
    assert heard.complaints == []


async def test_a_verification_is_canceled_with_a_reason(
    colleague: OpsPages, desk: DeskPage, phones: Phones, heard: Heard
) -> None:
    await desk.choose("hong-gildong")
    await desk.request("sms")
    await phones.of(HONG).texted_code()
    await colleague.find("hong-gildong")
    await colleague.page.locator("tr[data-href] a.mono").first.click()
    await colleague.act("인증 취소", "고객이 전화로 요청")
    await expect(colleague.event("ops.cancel")).to_contain_text("고객이 전화로 요청")
    await expect(colleague.page.locator('[data-status="canceled"]')).to_be_visible()
    await desk.role("ended").wait_for()
    assert heard.complaints == []


async def test_an_unlock_is_asked_for_by_one_and_approved_by_another(
    colleague: OpsPages, manager: OpsPages, desk: DeskPage, phones: Phones, heard: Heard
) -> None:
    await desk.choose("hong-gildong")
    await desk.request("sms")
    code = await phones.of(HONG).texted_code()
    for left in range(4, 0, -1):
        await desk.enter(f"{(int(code) + 1) % 1_000_000:06d}")
        await expect(desk.page.get_by_role("main")).to_contain_text(f"{left}회")
    await desk.enter(f"{(int(code) + 1) % 1_000_000:06d}")
    await expect(desk.page.get_by_role("main")).to_contain_text("잠겼습니다")
    await colleague.open("/ops/customers")
    await colleague.page.get_by_role("link", name="hong-gildong").click()
    await colleague.act("잠금 해제 요청", "신분증으로 확인")
    await expect(colleague.page.get_by_role("status")).to_contain_text(["다른 사람이 승인해야"])
    await colleague.open("/ops/approvals")
    await expect(colleague.page.get_by_text("본인이 요청한 건은 다른 사람이 승인해야 합니다")).to_be_visible()
    await manager.open("/ops/approvals")
    assert await objections(manager.page) == []
    await manager.picture("approvals-waiting")
    decide = manager.page.get_by_role("main").get_by_role("button", name="승인")
    await expect(decide).to_have_accessible_description("잠금 해제 · hong-gildong")
    await manager.act("승인", "통화로 확인")
    await expect(manager.page.get_by_text("승인하고 적용했습니다")).to_be_focused()
    await manager.picture("approvals-decided")
    await manager.until_live()
    await manager.page.reload()
    await expect(manager.page.get_by_text("승인하고 적용했습니다")).to_have_count(0)
    await colleague.open("/ops/customers")
    await expect(colleague.page.get_by_text("잠긴 고객이 없습니다")).to_be_visible()
    assert heard.complaints == []


async def test_signing_out_ends_an_open_page(manager: OpsPages) -> None:
    await manager.page.get_by_role("button", name="로그아웃").click()
    await manager.open("/ops/audit")
    await expect(manager.page.locator("h1")).to_have_text("운영 화면 로그인")
    assert await objections(manager.page) == []
    await manager.picture("sign-in")


async def goes_through(api: Api, carrier: str) -> bool:
    """Whether a text of now takes this carrier: every process knows of a pause a second or two later.

    A number takes only so many texts, so this looks twice a second.
    """
    await asyncio.sleep(0.5)
    customer = await api.call("GET", "/v1/customers/sung-chunhyang")
    contact = next(one for one in customer["contacts"] if "sms" in one["methods"])
    body = {"method": "sms", "operation": "issue", "contact_id": contact["contact_id"]}
    opened = await api.call("POST", "/v1/verifications", {"customer_id": "sung-chunhyang", **body})

    async def taken() -> Any:
        delivery = (await api.call("GET", f"/v1/verifications/{opened['id']}"))["delivery"]
        return delivery if delivery["carrier"] else None

    return bool((await until(taken))["carrier"] == carrier)


async def test_a_carrier_is_paused_and_traffic_moves_to_the_other_one(
    colleague: OpsPages, desk: DeskPage, phones: Phones, heard: Heard, api: Api
) -> None:
    await colleague.open("/ops/carriers")
    main, backup = (colleague.page.locator(f'[data-carrier="{name}"]') for name in ("twilio", "backup"))
    await colleague.act("사용 중지", "통신사 장애 공지", main)
    await expect(main).to_contain_text("통신사 장애 공지")
    await until(lambda: goes_through(api, "backup"))
    await desk.choose("hong-gildong")
    await desk.request("sms")
    await desk.enter(await phones.of(HONG).texted_code())
    await desk.expect_verified()
    await expect(backup.locator('[data-number="arrived"]')).to_have_text(re.compile("[1-9]"))
    await colleague.picture("carriers-paused")
    await colleague.act("사용 재개", "복구 공지", main)
    await expect(main.get_by_role("button", name="사용 중지")).to_be_visible()
    assert heard.complaints == []
