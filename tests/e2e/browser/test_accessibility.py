"""What axe finds to object to on the pages that customers and callers see, in the light and in the dark."""

from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]

from demo.running import Demo
from tests.e2e.browser.accessibility import objections
from tests.e2e.browser.conftest import OpenWindow
from tests.e2e.browser.pages import SUNG, DeskPage, Phones


async def test_nobody_is_kept_from_choosing_deciding_and_typing_a_code(desk: DeskPage, phones: Phones) -> None:
    assert await objections(desk.page) == []
    await desk.choose("sung-chunhyang")
    await desk.role("decision").wait_for()
    assert await objections(desk.page) == []
    await desk.request("sms")
    await desk.role("code").wait_for()
    assert await objections(desk.page) == []
    await desk.role("cancel").click()
    await desk.role("ended").wait_for()
    assert await objections(desk.page) == []
    await desk.role("other").click()
    await desk.request("ars")
    await phones.of(SUNG).role("answer").wait_for()
    assert await objections(desk.page) == []
    assert await objections(phones.page) == []


async def test_the_reference_of_the_api_names_all_that_can_be_operated(open_window: OpenWindow, demo: Demo) -> None:
    page = await open_window(f"{demo.base_url}/docs")
    await page.locator(".opblock").first.wait_for()
    violations = (await Axe().run(page, options={"runOnly": ["wcag2a"]})).response["violations"]
    # Swagger UI puts a link into the button that opens an operation: its own, and nothing here can change it.
    assert [one["id"] for one in violations if one["id"] != "nested-interactive"] == []
