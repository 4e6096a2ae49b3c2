from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession
from playwright.async_api import Page, async_playwright

CHROMIUM = "/usr/bin/chromium"


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield await browser.new_page()
        await browser.close()


async def test_the_page_shows_the_reference_and_asks_no_other_host(page: Page, address: tuple[str, int]) -> None:
    origin = f"http://{address[0]}:{address[1]}"
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(f"{origin}/docs")
    await page.get_by_text("Greet a customer").click()
    await page.get_by_text("customer-not-found", exact=True).wait_for()
    assert complaints == []
    assert [url for url in asked if not url.startswith((origin, "data:"))] == []


async def test_the_vendored_files_carry_their_licence(client: ClientSession) -> None:
    async with client.get("/static/http/swagger/LICENSE") as answer:
        assert "Apache License" in await answer.text()


@pytest.mark.parametrize("path", ["/", "/docs/"])
async def test_the_bare_address_and_a_trailing_slash_lead_to_the_reference(client: ClientSession, path: str) -> None:
    async with client.get(path, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (302, "/docs")
