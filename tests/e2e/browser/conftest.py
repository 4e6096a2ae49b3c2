"""One real Chromium, in which the desk and the customers' phones are open side by side."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright, expect

from demo.running import Demo
from tests.conftest import demo_on_free_ports
from tests.e2e.browser.operator_pages import OpsPages
from tests.e2e.browser.pages import DeskPage, Phones

OpenWindow = Callable[[str], Awaitable[Page]]

KOREAN = "ko-KR"
expect.set_options(timeout=30_000)
"""ms; as long as `until` waits for what has no page."""
PEOPLES_SPEED = 1.0
"""A phone waits for keys as long as a real one does: a browser on a busy machine is no faster than people."""


@dataclass
class Heard:
    """What the pages of a context complained of, and whom they asked."""

    origins: set[str] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)

    def listen_to(self, context: BrowserContext) -> None:
        context.on("request", lambda request: self.origins.add("/".join(request.url.split("/")[:3])))
        context.on("console", self._note_console)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    executable = shutil.which("chromium")
    if executable is None:
        pytest.fail("The browser tests need Chromium: install the package `chromium`, so that it is on the PATH.")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield browser
        await browser.close()


@pytest.fixture
async def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Demo]:
    """The demo at the speed at which people use it; its audit is sealed soon, for there to be something to see."""
    monkeypatch.setenv("BONIN_AUDIT_SEALED_AFTER", "1")
    async with demo_on_free_ports(tmp_path / "demo", PEOPLES_SPEED) as demo:
        yield demo


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
async def open_window(chromium: Browser, heard: Heard) -> AsyncIterator[OpenWindow]:
    """Opens a page in a window of its own: in one window, Chromium slows down every tab but the one in front."""
    async with AsyncExitStack() as stack:

        async def open_window(address: str) -> Page:
            context = await chromium.new_context(
                locale=KOREAN, reduced_motion="reduce", viewport={"width": 1440, "height": 900}
            )
            stack.push_async_callback(context.close)
            heard.listen_to(context)
            page = await context.new_page()
            await page.goto(address)
            return page

        yield open_window


@pytest.fixture
async def phones(open_window: OpenWindow, demo: Demo, people: None) -> Phones:
    return Phones(await open_window(f"{demo.carrier_url}/?pace=quick"))


@pytest.fixture
async def desk(open_window: OpenWindow, demo: Demo, people: None) -> DeskPage:
    return DeskPage(await open_window(demo.desk_url))


@pytest.fixture
async def manager(open_window: OpenWindow, demo: Demo, people: None) -> OpsPages:
    """Who decides, signed in."""
    pages = OpsPages(await open_window(f"{demo.base_url}/ops"), demo.base_url)
    await pages.sign_in(demo.secrets.operator_key, demo.secrets.operator_totp)
    return pages


@pytest.fixture
async def colleague(open_window: OpenWindow, demo: Demo, people: None) -> OpsPages:
    """Who acts, signed in for the first time."""
    pages = OpsPages(await open_window(f"{demo.base_url}/ops"), demo.base_url)
    await pages.enrol(demo.secrets.colleague_key)
    return pages
