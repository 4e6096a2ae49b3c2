"""What the desk's page shows and keeps, in both languages and on wide and narrow screens."""

import re
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from demo.running import Demo
from gateway.core.delivery import DeliveryReason, DeliveryState
from gateway.core.operations import Operation
from gateway.core.ports import RiskSignal
from gateway.core.problems import Problem
from ivr.state import EndReason
from tests.e2e.browser.conftest import Heard
from tests.e2e.browser.operator_pages import TWO_FRAMES
from tests.e2e.browser.pages import HONG, DeskPage, Phones

OPENING_REFUSES = (
    Problem.CUSTOMER_LOCKED,
    Problem.EXTRA_AUTHENTICATION_NOT_REQUIRED,
    Problem.METHOD_HELD,
    Problem.METHOD_NOT_AVAILABLE,
    Problem.ONLINE_CONSENT_MISSING,
    Problem.OPERATION_REFUSED,
    Problem.TOO_MANY_REQUESTS,
)

LONG_NAMES = {"ko": "한국글로벌미래투자금융증권주식회사", "en": "Consolidated Pan-Asian Investment Securities"}
"""Of firms."""

WORDS = """async () => {
  const { ko } = await import("/desk/static/js/words/ko.js");
  const { en } = await import("/desk/static/js/words/en.js");
  return { ko, en };
}"""


def shape(words: Any) -> Any:
    """The keys of a table of words, and how many texts each holds."""
    if isinstance(words, dict):
        return {key: shape(value) for key, value in words.items()}
    return len(words) if isinstance(words, list) else "text"


async def overflows(page: Page) -> bool:
    return bool(await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


@pytest.mark.parametrize(("locale", "width"), [("ko-KR", 1440), ("ko-KR", 390), ("en-US", 320), ("de-DE", 1440)])
async def test_the_page_is_quiet_asks_nobody_else_and_fits_the_screen(
    chromium: Browser, demo: Demo, people: None, locale: str, width: int
) -> None:
    async with await chromium.new_context(locale=locale, viewport={"width": width, "height": 844}) as context:
        heard = Heard()
        heard.listen_to(context)
        desk = DeskPage(await context.new_page())
        await desk.page.goto(demo.desk_url)
        language = "en" if locale == "en-US" else "ko"
        await expect(desk.role("firm")).to_have_text("Bonin Securities" if language == "en" else "본인증권")
        await expect(desk.page.locator("html")).to_have_attribute("lang", language)
        assert not await overflows(desk.page)
        await desk.choose("hong-gildong", "reissue")
        await expect(desk.role("warning")).to_be_visible()
        assert not await overflows(desk.page)
        await desk.request("sms_reply")
        await desk.binding_code()
        assert not await overflows(desk.page)
        assert await desk.page.screenshot(full_page=True)
        await desk.role("firm").evaluate("(firm, name) => (firm.textContent = name)", LONG_NAMES[language])
        assert not await overflows(desk.page)
        await desk.role("cancel").click()
        await expect(desk.role("ended", status="canceled")).to_be_visible()
        await desk.page.goto(demo.desk_url)
        await desk.choose("an-changho")
        await expect(desk.page.locator("[data-held-method]")).to_be_visible()
        for link in await desk.page.locator("a[target]").all():
            await expect(link).to_have_attribute("title", re.compile("새 창|new window"))
        assert not await overflows(desk.page)
        assert heard.complaints == []
        assert heard.origins == {demo.base_url}


async def test_the_language_changes_in_the_middle_and_keeps_what_was_typed(desk: DeskPage) -> None:
    await desk.choose("hong-gildong")
    await desk.request("sms")
    await desk.role("code").fill("12 ３")
    await desk.page.locator('[data-language="en"]').click()
    await expect(desk.role("check")).to_have_text("Confirm")
    await expect(desk.role("code")).to_have_value("123")
    await desk.page.reload()
    await expect(desk.role("check")).to_have_text("Confirm")


async def test_a_page_that_is_loaded_again_goes_on_with_its_verification(desk: DeskPage, phones: Phones) -> None:
    await desk.choose("hong-gildong")
    await desk.request("sms")
    code = await phones.of(HONG).texted_code()
    await desk.page.reload()
    await desk.enter(code)
    await desk.expect_verified()
    await desk.page.reload()
    await desk.expect_verified()


async def test_back_in_the_browser_leads_back_at_the_desk_and_not_away_from_it(desk: DeskPage, phones: Phones) -> None:
    await desk.choose("hong-gildong")
    await expect(desk.role("request")).to_be_visible()
    await desk.page.go_back()
    await desk.choose("hong-gildong")
    await desk.request("sms")
    await phones.of(HONG).texted_code()
    await desk.page.go_back()
    await expect(desk.role("ended", status="canceled")).to_be_visible()
    await desk.page.go_back()
    await expect(desk.role("request")).to_be_visible()
    await desk.page.go_back()
    await expect(desk.role("next")).to_be_visible()
    await desk.choose("hong-gildong", "reissue")
    await desk.role("back").click()
    await expect(desk.role("next")).to_be_visible()
    assert await desk.page.evaluate("history.state") is None, "the next Back leaves the desk"


async def test_an_outage_of_the_carrier_leaves_the_contact_as_it_was(desk: DeskPage) -> None:
    await desk.choose("im-kkeokjeong")
    await desk.role("ownership-check").press("Enter")
    await expect(desk.role("contact-note", about="ownership-check-unavailable")).to_be_focused()
    await expect(desk.page.locator('[data-contact][data-status="needs_verification"]')).to_have_count(1)
    await expect(desk.page.locator('[data-method="ars"] input')).to_be_disabled()


async def test_five_wrong_codes_lock_and_the_desk_says_who_unlocks(desk: DeskPage) -> None:
    await desk.choose("hong-gildong")
    await desk.request("branch_otp")
    for left in (4, 3, 2, 1):
        await desk.enter("000000")
        await expect(desk.role("attempts")).to_have_text(f"{left}회")
    await desk.enter("000000")
    await expect(desk.role("ended", reason="locked")).to_contain_text("고객센터(1588-0000)")
    await desk.role("start-over").click()
    await desk.role("next").click()
    await expect(desk.role("exempt", exempt="locked")).to_be_visible()


async def test_everything_is_reached_by_keyboard_alone(desk: DeskPage) -> None:
    page = desk.page
    await page.route("**/desk/api/cases", lambda route: route.abort())
    await page.reload()  # Of a page that is there already Chromium may let a request pass.
    await page.locator('[data-customer="hong-gildong"] input').focus()
    await page.keyboard.press("Space")
    await desk.role("next").focus()
    await page.keyboard.press("Enter")
    await expect(desk.role("problem")).to_contain_text("서버에 연결할 수 없습니다")
    await expect(desk.role("next")).to_be_focused()
    await page.unroute("**/desk/api/cases")
    await page.keyboard.press("Enter")
    await page.locator('[data-method="sms"] input').focus()
    await page.keyboard.press("Space")
    await desk.role("request").focus()
    await page.keyboard.press("Enter")
    await expect(desk.role("code")).to_be_focused()
    await expect(page).to_have_title("추가인증 번호 입력 · 공동인증서 발급 · 본인증권")
    await page.keyboard.type("123")
    await page.keyboard.press("Enter")
    await expect(desk.role("message")).to_contain_text("여섯 자리")
    await page.locator('[data-language="en"]').press("Enter")
    await page.evaluate(TWO_FRAMES)
    await expect(page.locator('[data-language="en"]')).to_be_focused()
    await desk.role("code").focus()
    await page.emulate_media(forced_colors="active")
    colour = "(input) => getComputedStyle(input).color"
    assert await desk.role("code").evaluate(colour) == "rgba(0, 0, 0, 0)", "the code is there twice"
    await expect(page.locator(".cell[data-next]")).to_have_css("outline-style", "solid")


async def test_both_languages_have_words_for_every_state_and_every_way_to_end(desk: DeskPage) -> None:
    words = await desk.page.evaluate(WORDS)
    korean = words["ko"]
    assert shape(korean) == shape(words["en"])
    from_calls = {reason.value for reason in EndReason} - {"verified", "denied", "closed"}
    from_carriers = {reason.value for reason in DeliveryReason}
    others = {"denied_by_phone", "denied_by_reply", "canceled_by_caller", "contact_changed", "expired", "locked"}
    others |= {"customer_changed", "consent_withdrawn", "store_changed"}
    assert from_calls | from_carriers | others <= set(korean["reasons"])
    assert {state.value for state in DeliveryState} <= set(korean["text"]) | set(korean["call"])
    assert {operation.value for operation in Operation} <= set(korean["operations"])
    assert set(RiskSignal) | {"refused_hours", "per_day"} == set(korean["decision"]["rules"])
    assert {problem.value.slug for problem in OPENING_REFUSES} <= set(korean["problems"])
    assert {"receipt-denied", "receipt-outdated"} <= set(korean["problems"])
    assert Problem.NO_REGISTERED_MOBILE.value.slug in korean["notice"]
