"""Every method, through the desk's page and the phones' page side by side."""

import asyncio
import re

from playwright.async_api import Browser, Route, expect

from tests.e2e.browser.conftest import Heard
from tests.e2e.browser.pages import HONG, JANG, SUNG, DeskPage, Phones


def another(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def test_a_code_by_sms_typed_wrong_and_then_right_verifies(desk: DeskPage, phones: Phones, heard: Heard) -> None:
    await desk.choose("hong-gildong")
    await desk.request("sms")
    await desk.expect_state("delivered")
    await expect(desk.role("code")).to_have_attribute("autocomplete", "one-time-code")
    code = await phones.of(HONG).texted_code()
    await desk.enter(another(code))
    await expect(desk.role("message")).to_contain_text("4회")
    await expect(desk.role("attempts")).to_have_text("4회")
    await expect(desk.role("code")).to_have_value("")
    await desk.enter(code)
    await desk.expect_verified()
    await expect(desk.role("receipt").locator('[data-claim="customer"]')).to_contain_text("hong-gildong")
    await expect(desk.role("receipt").locator('[data-claim="contact"]')).to_contain_text("010-****-5678")
    await desk.role("redeem").click()
    await expect(desk.role("redeemed")).to_be_focused()
    assert heard.complaints == []
    await desk.role("redeem-again").click()
    await expect(desk.role("problem", slug="receipt-already-redeemed")).to_be_visible()


async def test_an_ars_call_answered_on_the_phone_verifies(desk: DeskPage, phones: Phones, heard: Heard) -> None:
    await desk.choose("jang-bogo", "reissue")
    await desk.request("ars")
    code = await desk.binding_code()
    await desk.expect_state("ringing")
    phone = phones.of(JANG)
    await phone.answer()
    await desk.expect_state("in_progress")
    first_key = (await phone.hear("먼저 ([0-8])번"))[1]
    await phone.press(first_key)
    await phone.hear("여섯 자리")
    await phone.press(code)
    await desk.expect_verified()
    assert heard.complaints == []


async def test_a_call_that_the_customer_denies_is_told_as_denied_and_cannot_be_gone_on_with(
    desk: DeskPage, phones: Phones
) -> None:
    await desk.choose("jang-bogo")
    await desk.request("ars")
    phone = phones.of(JANG)
    await phone.answer()
    await phone.hear("9번")
    await phone.press("9")
    await expect(desk.role("ended", status="denied", reason="denied_by_phone")).to_contain_text("고객센터(1588-0000)")
    await expect(desk.role("start-over")).to_be_visible()
    await expect(desk.role("again")).to_have_count(0)


async def test_a_call_that_the_customer_declines_can_be_requested_again(desk: DeskPage, phones: Phones) -> None:
    await desk.choose("jang-bogo")
    await desk.request("ars")
    await phones.of(JANG).role("reject").click()
    await expect(desk.role("ended", reason="rejected")).to_be_visible()
    await desk.role("again").click()
    await desk.expect_state("ringing")


async def test_a_reply_sent_from_the_phone_verifies(desk: DeskPage, phones: Phones, heard: Heard) -> None:
    await desk.choose("hong-gildong")
    await desk.request("sms_reply")
    code = await desk.binding_code()
    await desk.expect_state("delivered")
    await phones.of(HONG).reply(f"인증번호 {code} 입니다")
    await desk.expect_verified()
    assert heard.complaints == []


async def test_a_password_read_from_a_printed_slip_verifies(desk: DeskPage, heard: Heard, chromium: Browser) -> None:
    await desk.choose("hong-gildong")
    await desk.role("issue-branch-password").click()
    address = await desk.role("slip").get_attribute("href") or ""
    async with await chromium.new_context(locale="ko-KR", java_script_enabled=False) as without_scripts:
        mute = await without_scripts.new_page()
        await mute.goto(address)
        await expect(mute.locator(".note")).to_be_visible()
        await expect(mute.get_by_text("새로 발급해 주세요")).to_be_hidden()
    async with desk.page.context.expect_page() as opening:
        await desk.role("slip").click()
    slip = await opening.value
    password = slip.locator("#password")
    await expect(password).to_have_text(re.compile("^[0-9]{3} [0-9]{3}$"))
    await expect(slip).to_have_url(re.compile("^[^#]+$"))
    digits = (await password.inner_text()).replace(" ", "")
    await desk.request("branch_otp")
    await expect(desk.role("code")).to_have_attribute("autocomplete", "off")
    await desk.enter(digits)
    await desk.expect_verified()
    assert heard.complaints == []


async def test_who_clicks_on_while_the_page_asks_gets_what_it_then_shows(desk: DeskPage, phones: Phones) -> None:
    """The methods that stand there until then are of what was chosen before."""
    may_vouch = asyncio.Event()

    async def answer_late(route: Route) -> None:
        answer = await route.fetch()
        await may_vouch.wait()
        await route.fulfill(response=answer)

    await desk.choose("sung-chunhyang")
    needy = desk.page.locator('[data-contact][data-status="needs_verification"]')
    await expect(needy).to_have_count(1)
    await desk.page.route("**/cases", answer_late)
    await needy.locator('[data-role="vouch"]').click()
    await expect(desk.page.locator("main > [inert]")).to_have_count(1)
    clicking = asyncio.create_task(desk.request("sms"))
    may_vouch.set()
    await clicking
    await desk.enter(await phones.of(SUNG).texted_code())
    await expect(desk.role("contact-note", about="done")).to_be_visible()
    await expect(desk.page.locator("main > [inert]")).to_have_count(0)


async def test_a_slip_that_is_issued_while_the_page_is_drawn_anew_is_there(desk: DeskPage) -> None:
    drawn_anew = asyncio.Event()

    async def answer_late(route: Route) -> None:
        answer = await route.fetch()
        await drawn_anew.wait()
        await route.fulfill(response=answer)

    await desk.page.route("**/branch-passwords", answer_late)
    await desk.page.locator('[data-customer="hong-gildong"]').click()
    await desk.role("issue-branch-password").click()
    await desk.role("next").click()
    await expect(desk.role("request")).to_be_visible()
    drawn_anew.set()
    await expect(desk.role("slip")).to_be_visible()


async def test_another_contact_vouches_for_one_that_needs_verification(desk: DeskPage, phones: Phones) -> None:
    await desk.choose("sung-chunhyang")
    needy = desk.page.locator('[data-contact][data-status="needs_verification"]')
    await needy.locator('[data-role="ownership-check"]').click()
    await expect(desk.role("contact-note", about="ownership-not-confirmed")).to_be_visible()
    await needy.locator('[data-role="vouch"]').click()
    await desk.request("sms")
    await desk.enter(await phones.of(SUNG).texted_code())
    await expect(desk.role("contact-note", about="done")).to_be_visible()
    await expect(needy).to_have_count(0)
    await expect(desk.page.locator('[data-method="ars"] input')).to_be_enabled()
    await expect(desk.page.locator('[data-method="sms"] input')).to_be_disabled()
