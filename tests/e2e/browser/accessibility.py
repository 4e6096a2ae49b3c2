"""What axe finds to object to on a page, in the light and in the dark."""

from typing import Any

from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Page

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}


async def objections(page: Page) -> list[Any]:
    """What breaks a rule: the rule and the first element that breaks it."""
    found = []
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        # Colours that are inherited follow one frame later.
        await page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        # What still fades in has hardly any contrast.
        await page.evaluate(
            "() => Promise.allSettled(document.getAnimations()"
            ".filter((one) => one.effect.getComputedTiming().endTime !== Infinity).map((one) => one.finished))"
        )
        violations = (await Axe().run(page, options=RULES)).response["violations"]
        found += [(scheme, one["id"], one["nodes"][0]["html"][:200]) for one in violations]
    return found
