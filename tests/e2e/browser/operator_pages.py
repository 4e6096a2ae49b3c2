"""The operations pages as operators use them in a browser."""

import re
from pathlib import Path
from typing import Literal

import pyotp
from playwright.async_api import Locator, Page, expect

ROOT = Path(__file__).parents[3]
ARTEFACTS = ROOT / "tests" / "artefacts"
"""Pictures that CI keeps; git does not."""
PICTURES: tuple[tuple[int, Literal["light", "dark"]], ...] = ((1280, "light"), (390, "dark"))


FOLDED_BELOW = 860
"""px"""
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


UNNAMED_CELLS = """() => [...document.querySelectorAll("table.folds td:not([colspan])")].filter((cell) => {
  const heads = [...cell.closest("table").querySelectorAll("th")].map((head) => head.textContent);
  const named = getComputedStyle(cell, "::before").content;
  return named !== `"${heads[cell.cellIndex]} "`;
}).map((cell) => cell.outerHTML)"""
"""Where a table has no heads any more because it is folded, each cell says of which column it is."""


WIDTH_WITH_A_LONG_NAME = """() => {
  const firm = document.querySelector(".firm");
  const name = firm.textContent;
  firm.textContent = "Consolidated Pan-Asian Investment Securities";
  const width = document.documentElement.scrollWidth;
  firm.textContent = name;
  return width;
}"""


class OpsPages:
    """One operator's browser."""

    def __init__(self, page: Page, base_url: str) -> None:
        self.page = page
        self.base_url = base_url

    async def sign_in(self, key: str, secret: str) -> None:
        await self.page.get_by_label("운영 키").fill(key)
        await self.page.get_by_label(re.compile("인증 앱 번호")).fill(pyotp.TOTP(secret).now())
        await self.page.get_by_role("main").get_by_role("button", name="로그인").click()
        await expect(self.page.locator("h1")).to_have_text("현황")

    async def enrol(self, key: str) -> str:
        """Sign in for the first time; the secret that the QR code holds as well."""
        await self.page.get_by_label("운영 키").fill(key)
        await self.page.get_by_role("main").get_by_role("button", name="로그인").click()
        await expect(self.page.get_by_role("img", name="인증 앱 등록 QR 코드")).to_be_visible()
        await self._expect_nothing_beside_its_card_when_enlarged()
        secret = (await self.page.locator('[data-role="secret"]').inner_text()).replace(" ", "")
        await self.page.get_by_label("인증 앱 번호").fill(pyotp.TOTP(secret).now())
        await self.page.get_by_role("button", name="등록하고 로그인").click()
        await expect(self.page.locator("h1")).to_have_text("현황")
        return secret

    async def _expect_nothing_beside_its_card_when_enlarged(self) -> None:
        """At 320 px, which a window of 1280 has at 400 % (WCAG 1.4.10)."""
        usual = self.page.viewport_size
        assert usual is not None
        await self.page.set_viewport_size({"width": 320, "height": 600})
        right = "(one) => Math.ceil(one.getBoundingClientRect().right)"
        card = await self.page.locator(".card").evaluate(right)
        for inside in await self.page.locator(".card :is(svg, input, button)").all():
            assert await inside.evaluate(right) < card
        await self.page.set_viewport_size(usual)

    async def open(self, path: str) -> None:
        await self.page.goto(self.base_url + path)

    async def until_live(self) -> None:
        """Until the page follows what happens: from then on it listens to keys, too."""
        await expect(self.page.locator("[data-live-on]")).to_be_visible()

    async def find(self, what: str) -> None:
        await self.until_live()
        await self.page.keyboard.press("/")
        await self.page.keyboard.type(what)
        await self.page.keyboard.press("Enter")
        await self.page.wait_for_load_state()

    def event(self, name: str) -> Locator:
        return self.page.locator(f'.timeline [data-event="{name}"]')

    async def act(self, button: str, reason: str, within: Locator | None = None) -> None:
        """Give a reason, and press the button beside it."""
        place = within or self.page.get_by_role("main")
        form = place.locator("form.act", has=self.page.get_by_role("button", name=button))
        await form.get_by_label("사유").fill(reason)
        await form.get_by_role("button", name=button).click()

    async def picture(self, name: str) -> None:
        """What the page looks like, wide in the light and on a phone in the dark; nothing sticks out."""
        ARTEFACTS.mkdir(exist_ok=True)
        for width, scheme in PICTURES:
            await self.page.emulate_media(color_scheme=scheme)
            await self.page.set_viewport_size({"width": width, "height": 900})
            # Charts are drawn again one frame after the window has changed.
            await self.page.evaluate(TWO_FRAMES)
            assert await self.page.evaluate("document.documentElement.scrollWidth") <= width
            assert await self.page.evaluate(WIDTH_WITH_A_LONG_NAME) <= width
            if width < FOLDED_BELOW:
                assert await self.page.evaluate(UNNAMED_CELLS) == []
            await self.page.screenshot(path=ARTEFACTS / f"ops-{name}-{width}-{scheme}.png", full_page=True)
        await self.page.emulate_media(color_scheme="light")
        await self.page.set_viewport_size({"width": PICTURES[0][0], "height": 900})
