"""An operator at the pages, as a program that keeps cookies and sends forms."""

import re
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import aiohttp
import pyotp
from yarl import URL

from demo.customer import until
from tests.e2e.caller import Person

_SECRET = re.compile('data-role="secret">([A-Z2-7 ]+)<')
_CSRF = re.compile('name="csrf" value="([^"]+)"')


@dataclass(frozen=True)
class Page:
    """What came back, after redirections were followed or not."""

    status: int
    path: str
    location: str | None
    text: str
    cookies: str
    encoding: str | None

    @property
    def csrf(self) -> str:
        found = _CSRF.search(self.text)
        assert found is not None, self.text
        return found[1]


class Operator:
    """One browser."""

    def __init__(
        self, base_url: str, cookie: str | None = None, connector: aiohttp.BaseConnector | None = None
    ) -> None:
        self.base_url = base_url
        self._connector = connector
        self._cookie = cookie

    async def __aenter__(self) -> Self:
        jar = aiohttp.CookieJar(unsafe=True)  # unsafe: cookies of an address without a name
        if self._cookie is not None:
            jar.update_cookies({"bonin_ops": self._cookie}, URL(self.base_url) / "ops")
        self._session = aiohttp.ClientSession(
            connector=self._connector, cookie_jar=jar, timeout=aiohttp.ClientTimeout(total=30)
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    @property
    def cookie(self) -> str:
        """What another browser needs to be this one."""
        return self._session.cookie_jar.filter_cookies(URL(self.base_url) / "ops")["bonin_ops"].value

    async def get(self, path: str, headers: dict[str, str] | None = None, *, follow: bool = False) -> Page:
        return await self._ask("GET", path, None, headers, follow)

    async def head(self, path: str) -> Page:
        return await self._ask("HEAD", path, None, None, False)

    async def post(
        self, path: str, form: dict[str, str], headers: dict[str, str] | None = None, *, follow: bool = False
    ) -> Page:
        return await self._ask("POST", path, form, headers, follow)

    async def act(self, path: str, page: str, *, follow: bool = True, **form: str) -> Page:
        """Send a form that stands on `page`."""
        return await self.post(path, {"csrf": (await self.get(page)).csrf, **form}, follow=follow)

    async def enrol(self, key: str) -> str:
        """Sign in for the first time; the secret of the new authenticator."""
        entered = await self.post("/ops/sign-in", {"key": key, "code": ""})
        assert (entered.status, entered.location) == (303, "/ops/enrol")
        page, secret = await self.enrolment()
        done = await self.post("/ops/enrol", {"csrf": page.csrf, "code": pyotp.TOTP(secret).now()})
        assert (done.status, done.location) == (303, "/ops")
        return secret

    async def enrolment(self) -> tuple[Page, str]:
        """The page for a new authenticator, and the secret that it shows."""
        page = await self.get("/ops/enrol")
        found = _SECRET.search(page.text)
        assert found is not None
        return page, found[1].replace(" ", "")

    async def _ask(
        self, method: str, path: str, form: dict[str, str] | None, headers: dict[str, str] | None, follow: bool
    ) -> Page:
        async with self._session.request(
            method, self.base_url + path, data=form, headers=headers, allow_redirects=follow
        ) as answer:
            cookies = ", ".join(answer.headers.getall("Set-Cookie", []))
            return Page(
                answer.status,
                answer.url.path,
                answer.headers.get("Location"),
                await answer.text(),
                cookies,
                answer.headers.get("Content-Encoding"),
            )


async def a_pending_verification(person: Person) -> str:
    opened = await person.start("sms")
    await person.texted(1)
    return str(opened["id"])


async def seen(browser: Operator, path: str, *words: str) -> Page:
    """The page, as soon as the read model has caught up with these words."""

    async def look() -> Page | None:
        page = await browser.get(path)
        return page if all(word in page.text for word in words) else None

    return await until(look)  # type: ignore[no-any-return]
