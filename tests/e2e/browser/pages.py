"""The two pages as people use them: the desk's, and the phones' of the local carrier."""

import re

from playwright.async_api import Locator, Page, expect

HONG = "+821012345678"
SUNG = "+821098765432"
JANG = "+821045678901"


class DeskPage:
    """The issuance desk."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def role(self, role: str, **data: str) -> Locator:
        """An element by `data-role`, and by other `data-*` attributes."""
        more = "".join(f'[data-{name}="{value}"]' for name, value in data.items())
        return self.page.locator(f'[data-role="{role}"]{more}')

    async def choose(self, customer_id: str, operation: str = "issue") -> None:
        await self.page.locator(f'[data-customer="{customer_id}"]').click()
        await self.page.locator(f'[data-operation="{operation}"]').click()
        await self.role("next").click()

    async def request(self, method: str) -> None:
        await self.page.locator(f'[data-method="{method}"]').click()
        await self.role("request").click()

    async def enter(self, code: str) -> None:
        await self.role("code").fill(code)
        await self.role("check").click()

    async def binding_code(self) -> str:
        code = self.role("binding-code")
        await expect(code).to_have_text(re.compile("^[0-9]{3} [0-9]{3}$"))
        return (await code.inner_text()).replace(" ", "")

    async def expect_state(self, state: str) -> None:
        await expect(self.role("state", state=state)).to_be_visible()

    async def expect_verified(self) -> None:
        await expect(self.role("verified")).to_be_visible()


class Phones:
    """The phones of the customers."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def of(self, number: str) -> "Phone":
        return Phone(self.page.locator(f'[data-phone="{number}"]'))


class Phone:
    """One phone on the page."""

    def __init__(self, root: Locator) -> None:
        self._root = root

    def role(self, role: str) -> Locator:
        return self._root.locator(f'[data-role="{role}"]')

    async def texted_code(self) -> str:
        """The six digits of the text that arrives."""
        code = self.role("messages").locator("mark").last
        await expect(code).to_have_text(re.compile("^[0-9]{6}$"))
        return await code.inner_text()

    async def reply(self, body: str) -> None:
        await self.role("reply").fill(body)
        await self.role("send").click()

    async def answer(self) -> None:
        await self.role("answer").click()

    async def hear(self, words: str) -> "re.Match[str]":
        """Listen until something like `words` (a regular expression) is said, and keys are waited for."""
        captions = self.role("captions")
        await expect(captions).to_contain_text(re.compile(words))
        await expect(self._root.locator('[data-role="talking"][data-listening]')).to_be_visible()
        found = re.search(words, await captions.inner_text())
        assert found is not None
        return found

    async def press(self, keys: str) -> None:
        for key in keys:
            await self._root.locator(f'[data-key="{key}"]').click()
