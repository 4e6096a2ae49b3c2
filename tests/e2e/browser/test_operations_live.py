"""What makes the operations pages quick: that they follow what happens, their keys and their theme."""

import re
from datetime import UTC, datetime, timedelta

from playwright.async_api import Route, expect

from tests.e2e.browser.operator_pages import OpsPages

LOOKED_AT = """(seen) => {
  Object.defineProperty(document, "hidden", { value: !seen, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
"""Headless Chromium takes every tab for one that is looked at."""
MARK_THE_VERDICT = """document.addEventListener("DOMContentLoaded", () => {
  document.querySelector('[data-live="verdict"]').firstChild.isTheSame = true;
})"""


async def as_if_it_had_changed(route: Route) -> None:
    answer = await route.fetch()
    await route.fulfill(response=answer, body=(await answer.text()).replace("완료율", "새 완료율"))


async def test_a_page_that_was_cut_off_does_not_say_that_all_is_well_and_follows_again(manager: OpsPages) -> None:
    """The gateway refuses it for a while, as it does while its store is away."""
    page = manager.page
    verdict, out_of_date = page.locator('.verdict[data-live="verdict"]'), page.get_by_text("갱신 중단")
    await manager.until_live()
    await expect(verdict).to_be_visible()
    await page.route("**/ops/live", lambda route: route.fulfill(status=503))
    await page.reload()
    await expect(out_of_date).to_be_visible(timeout=30_000)
    await expect(verdict).to_be_hidden()
    await page.unroute("**/ops/live")
    await manager.until_live()
    await expect(out_of_date).to_be_hidden()
    await expect(verdict).to_be_visible()


async def test_a_page_that_nobody_looks_at_keeps_no_connection_and_catches_up(manager: OpsPages) -> None:
    """A browser has six for a server over HTTP/1.1: pages in tabs behind must not use them up."""
    page = manager.page
    await manager.until_live()
    async with page.expect_event("requestfailed", lambda request: request.url.endswith("/ops/live")):
        await page.evaluate(LOOKED_AT, False)
    async with page.expect_request("**/ops/live"):
        await page.evaluate(LOOKED_AT, True)
    await manager.until_live()


async def test_a_page_that_nobody_looks_at_ends_with_its_session_all_the_same(manager: OpsPages) -> None:
    page = manager.page
    await page.clock.install()
    await page.reload()
    await manager.until_live()
    await page.evaluate(LOOKED_AT, False)
    await page.context.clear_cookies()
    await page.clock.fast_forward(60_000)
    await expect(page.locator("h1")).to_have_text("운영 화면 로그인")


async def test_the_verdict_changes_in_place_so_that_it_is_read_out(manager: OpsPages) -> None:
    page, verdict = manager.page, manager.page.locator('.verdict[data-live="verdict"]')

    async def as_if_a_carrier_failed(route: Route) -> None:
        answer = await route.fetch()
        await route.fulfill(response=answer, body=(await answer.text()).replace("이상 없음", "통신사 장애"))

    await manager.until_live()
    await expect(verdict).to_contain_text("이상 없음")
    await verdict.evaluate("(one) => (one.isTheSame = true)")
    await page.route("**/ops", as_if_a_carrier_failed)
    for looked_at in (False, True):
        await page.evaluate(LOOKED_AT, looked_at)
    await expect(verdict).to_contain_text("통신사 장애")
    assert await verdict.evaluate("(one) => one.isTheSame")


async def test_what_is_as_it_was_when_the_page_came_stays_where_it_is(manager: OpsPages) -> None:
    page, verdict = manager.page, manager.page.locator('.verdict[data-live="verdict"]')
    await page.add_init_script(MARK_THE_VERDICT)
    await page.reload()
    await manager.until_live()
    await page.route("**/ops", as_if_it_had_changed)
    for looked_at in (False, True):
        await page.evaluate(LOOKED_AT, looked_at)
    await expect(page.locator('[data-live="methods"]')).to_contain_text("새 완료율")
    assert await verdict.evaluate("(one) => one.firstChild.isTheSame")


async def test_a_part_that_has_the_focus_is_left_alone_and_shows_what_it_missed_when_it_is_left(
    manager: OpsPages,
) -> None:
    page, figures = manager.page, manager.page.locator('[data-live="figures"]')
    await manager.until_live()
    await figures.get_by_role("link").first.focus()
    await page.route("**/ops", as_if_it_had_changed)
    for looked_at in (False, True):
        await page.evaluate(LOOKED_AT, looked_at)
    await expect(page.locator('[data-live="methods"]')).to_contain_text("새 완료율")
    await expect(figures).not_to_contain_text("새 완료율")
    await expect(figures.get_by_role("link").first).to_be_focused()
    await page.get_by_role("heading", name="현황").click()
    await expect(figures).to_contain_text("새 완료율")


async def test_whoever_types_or_clicks_stays_signed_in_and_a_page_alone_does_not(manager: OpsPages) -> None:
    page = manager.page
    await page.clock.install()
    await page.reload()
    await manager.until_live()
    await page.evaluate(LOOKED_AT, False)
    for by_itself in (True, False):
        async with page.expect_request(lambda request: request.resource_type == "fetch") as asking:
            if not by_itself:
                await page.clock.set_system_time(datetime.now(UTC) + timedelta(hours=1))
                await page.keyboard.press("Shift")
            await page.clock.fast_forward(60_000)
        assert ("x-refresh" in (await asking.value).headers) is by_itself


async def test_a_page_asks_for_who_clicks_when_the_click_is_over_so_that_nothing_moves_under_it(
    manager: OpsPages,
) -> None:
    page = manager.page
    await page.clock.install()
    await page.reload()
    await manager.until_live()
    await page.evaluate(LOOKED_AT, False)
    await page.clock.fast_forward(10_000)
    await page.clock.set_system_time(datetime.now(UTC) + timedelta(hours=1))
    await page.get_by_role("heading", name="현황").hover()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.mouse.down()
    await page.evaluate("1")
    assert asked == []
    async with page.expect_request(lambda request: "x-refresh" not in request.headers):
        await page.mouse.up()


async def test_the_keyboard_is_enough(manager: OpsPages) -> None:
    page = manager.page
    await manager.until_live()
    await page.keyboard.press("?")
    await expect(page.locator("#keys")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator("#keys")).to_be_hidden()
    await page.keyboard.press("g")
    await page.keyboard.press("v")
    await page.wait_for_url(re.compile("/ops/verifications$"))
    await manager.until_live()
    await page.keyboard.press("j")
    await expect(page.locator("tr[data-picked]")).to_have_count(1)
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile("/ops/verifications/ver_"))


async def test_single_keys_can_be_turned_off_for_who_dictates_or_slips_onto_one(manager: OpsPages) -> None:
    """WCAG 2.1.4."""
    page = manager.page
    await manager.until_live()
    await page.get_by_role("button", name="단축키").click()
    await page.get_by_label("단축키 사용").uncheck()
    await page.get_by_role("button", name="닫기").click()
    await page.reload()
    await manager.until_live()
    for key in ("?", "/", "g", "v"):
        await page.keyboard.press(key)
    await expect(page.locator("#keys")).to_be_hidden()
    assert await page.evaluate("document.activeElement === document.body")
    await page.get_by_role("button", name="단축키").click()
    await page.get_by_label("단축키 사용").check()
    await page.keyboard.press("Escape")
    await page.keyboard.press("g")
    await page.keyboard.press("v")
    await page.wait_for_url(re.compile("/ops/verifications$"))


async def test_a_theme_that_was_chosen_stays(manager: OpsPages) -> None:
    await manager.page.get_by_role("button", name="밝게 / 어둡게").click()
    await manager.open("/ops/alarms")
    assert await manager.page.evaluate("document.documentElement.dataset.theme") == "dark"
    await manager.page.get_by_role("link", name="English").click()
    await expect(manager.page.locator("h1")).to_have_text("Alarms")
