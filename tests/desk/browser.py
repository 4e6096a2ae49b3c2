"""A browser as the desk's server sees one: a cookie jar, the headers that browsers send, the page's token."""

from collections.abc import Mapping
from types import TracebackType
from typing import Any, NamedTuple, Self

import orjson
from aiohttp import ClientSession, ClientTimeout, CookieJar


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.content)

    @property
    def slug(self) -> str:
        return str(self.json["type"]).rpartition("/")[2]


class Browser:
    """Opens the desk at `origin` and keeps its session."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.token = ""

    async def __aenter__(self) -> Self:
        self._http = ClientSession(cookie_jar=CookieJar(unsafe=True), timeout=ClientTimeout(total=20))
        self.session = (await self.get("/desk/api/session")).json
        self.token = self.session["csrf_token"]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.close()

    async def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        async with self._http.get(self.origin + path, headers=headers) as response:
            return Answer(response.status, response.headers, await response.read())

    async def head(self, path: str) -> Answer:
        async with self._http.head(self.origin + path) as response:
            return Answer(response.status, response.headers, b"")

    async def post(self, path: str, body: object = None, headers: Mapping[str, str | None] | None = None) -> Answer:
        """`headers` change what the page would send; None leaves one out."""
        given: dict[str, str | None] = {
            "Content-Type": "application/json",
            "Origin": self.origin,
            "Sec-Fetch-Site": "same-origin",
            "X-CSRF-Token": self.token,
            **(headers or {}),
        }
        sent = {name: value for name, value in given.items() if value is not None}
        data = orjson.dumps({} if body is None else body)
        async with self._http.post(self.origin + f"/desk/api{path}", data=data, headers=sent) as response:
            return Answer(response.status, response.headers, await response.read())

    def forget_cookies(self) -> None:
        self._http.cookie_jar.clear()

    async def contacts(self, customer_id: str) -> list[Any]:
        answer = await self.get(f"/desk/api/customers/{customer_id}")
        contacts: list[Any] = answer.json["contacts"]
        return contacts

    async def request(self, method: str, customer_id: str, **more: str) -> Answer:
        """Ask for a verification on the customer's first contact that takes this method."""
        asked = {"customer_id": customer_id, "method": method, "operation": "issue"}
        if method != "branch_otp":
            usable = [one for one in await self.contacts(customer_id) if method in one["methods"]]
            asked["contact_id"] = usable[0]["contact_id"]
        return await self.post("/verifications", asked | more)

    async def open(self, method: str, customer_id: str, **more: str) -> Any:
        answer = await self.request(method, customer_id, **more)
        assert answer.status == 201, answer.content
        return answer.json

    async def check(self, verification: Any, code: str, attempt_id: str = "one") -> Answer:
        return await self.post(f"/verifications/{verification['id']}/check", {"code": code, "attempt_id": attempt_id})
