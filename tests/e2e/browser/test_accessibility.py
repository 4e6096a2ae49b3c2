"""What axe finds to object to on the pages that customers and callers see, in the light and in the dark."""

from typing import Any

from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Page

from demo.running import Demo
from tests.e2e.browser.conftest import OpenWindow
from tests.e2e.browser.pages import SUNG, DeskPage, Phones

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}


async def _objections(page: Page) -> list[Any]:
    """What breaks a rule: the rule and the first element that breaks it."""
    found = []
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        # Colours that are inherited follow one frame later.
        await page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        violations = (await Axe().run(page, options=RULES)).response["violations"]
        found += [(scheme, one["id"], one["nodes"][0]["html"][:200]) for one in violations]
    return found


async def test_nobody_is_kept_from_choosing_deciding_and_typing_a_code(desk: DeskPage, phones: Phones) -> None:
    assert await _objections(desk.page) == []
    await desk.choose("sung-chunhyang")
    await desk.role("decision").wait_for()
    assert await _objections(desk.page) == []
    await desk.request("sms")
    await desk.role("code").wait_for()
    assert await _objections(desk.page) == []
    await desk.role("cancel").click()
    await desk.role("ended").wait_for()
    assert await _objections(desk.page) == []
    await desk.role("other").click()
    await desk.request("ars")
    await phones.of(SUNG).role("answer").wait_for()
    assert await _objections(desk.page) == []
    assert await _objections(phones.page) == []


async def test_the_reference_of_the_api_names_all_that_can_be_operated(open_window: OpenWindow, demo: Demo) -> None:
    page = await open_window(f"{demo.base_url}/docs")
    await page.locator(".opblock").first.wait_for()
    violations = (await Axe().run(page, options={"runOnly": ["wcag2a"]})).response["violations"]
    # Swagger UI puts a link into the button that opens an operation: its own, and nothing here can change it.
    assert [one["id"] for one in violations if one["id"] != "nested-interactive"] == []
