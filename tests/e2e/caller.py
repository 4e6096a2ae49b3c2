"""Who the tests act as: a program that calls the gateway, and a person at a screen with a phone."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import aiohttp
import orjson
from yarl import URL

from demo.api import ApiError
from demo.customer import Customer, until
from tests.e2e.description import Description

JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Answer:
    """What came back, whatever it is."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.content)

    @property
    def events(self) -> list[dict[str, str]]:
        """The fields of each server-sent event; comments are left out."""
        blocks = self.content.decode().removesuffix("\n\n").split("\n\n")
        lines = [[line.split(": ", 1) for line in block.splitlines() if line[0] != ":"] for block in blocks]
        return [dict(fields) for fields in lines if fields]

    @property
    def slug(self) -> str:
        return str(self.json["type"]).removeprefix("/problems/")

    @property
    def fields(self) -> list[str]:
        """The fields that a problem names."""
        return [error["field"] for error in self.json.get("errors", [])]


class Caller:
    """Sends requests and gives back whatever is answered, if it is what the description says of it."""

    def __init__(
        self,
        base_url: str,
        key: str | None = None,
        described: Description | None = None,
        connector: aiohttp.BaseConnector | None = None,
    ) -> None:
        self.base_url = base_url
        self._connector = connector
        self.key = key
        self._described = described
        self._authorization = {"Authorization": f"Bearer {key}"} if key else {}

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(connector=self._connector, timeout=aiohttp.ClientTimeout(total=40))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def raw(self, method: str, path: str, content: bytes | None) -> Answer:
        """The path as it is, whatever a client would make of it."""
        url = URL(self.base_url + path, encoded=True)
        headers = self._authorization | (JSON if content is not None else {})
        async with self._session.request(method, url, data=content, headers=headers) as response:
            return Answer(response.status, response.headers, await response.read())

    async def send(
        self, method: str, path: str, content: object = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """`content` is sent as it is when it is bytes (or a stream of them), else as JSON."""
        given = {**self._authorization}
        if isinstance(content, (dict, list)):
            content, given = orjson.dumps(content), given | JSON
        async with self._session.request(
            method, self.base_url + path, data=content, headers=given | dict(headers or {}), allow_redirects=False
        ) as response:
            answer = Answer(response.status, response.headers, await response.read())
        unsaid = [] if self._described is None else self._described.objections(method, path, answer)
        assert not unsaid, unsaid
        return answer

    async def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        return await self.send("GET", path, headers=headers)

    async def post(self, path: str, content: object = None, headers: Mapping[str, str] | None = None) -> Answer:
        return await self.send("POST", path, {} if content is None else content, headers)

    async def until_the_key_is_known(self) -> None:
        """Gateways look for new keys once a second at most, and whoever asks as often with none is told to wait."""

        async def look() -> bool:
            return (await self.get("/v1/verifications/ver_" + "0" * 22)).status not in (401, 429)

        await until(look)


class Person(Customer):
    """A customer who may also do what customers should not."""

    async def register(self, **changes: object) -> None:
        body = {"kind": "individual", "name": "김시험", "online_consent": True, "birth_date": "1990-01-01"} | changes
        await self.api.call("PUT", f"/v1/customers/{self.customer_id}", body)
        self.contact_id = await self.add_contact(self.number)
        await self.check_ownership(self.contact_id)

    def request(self, method: str, operation: str = "issue", **more: object) -> dict[str, object]:
        """The body that opens a verification."""
        body = {"customer_id": self.customer_id, "method": method, "operation": operation, **more}
        return body if method == "branch_otp" else {"contact_id": self.contact_id, **body}

    async def start(self, method: str, operation: str = "issue", **more: object) -> Any:
        return await self.api.call("POST", "/v1/verifications", self.request(method, operation, **more))

    async def now(self, verification: Any) -> Any:
        return await self.api.call("GET", f"/v1/verifications/{verification['id']}")

    async def verified_by_sms(self, operation: str = "issue", **more: object) -> Any:
        """A verification that went well, with its receipt."""
        before = len(await self.texts())
        opened = await self.start("sms", operation, **more)
        await self.texted(before + 1)
        return await self.check(opened, await self.texted_code())

    async def texted(self, count: int) -> list[str]:
        """All the texts on the phone, once there are so many."""

        async def look() -> list[str] | None:
            texts = await self.texts()
            return texts if len(texts) >= count else None

        return list(await until(look))

    async def slip(self, operation: str = "issue", **more: object) -> Any:
        """What a branch answers that issued a password for this customer."""
        body = {"customer_id": self.customer_id, "operation": operation, "branch": "여의도", "issued_by": "박지점"}
        return await self.api.call("POST", "/v1/branch-passwords", body | more)

    async def on_the_line(self) -> Any:
        """The call as the carrier sees it."""
        calls = await self.carrier.call("GET", f"/control/calls?to=%2B{self.number[1:]}")
        return calls["calls"][-1]

    async def do(self, what: str) -> None:
        """`hangup` or `reject`, as soon as there is a call for it."""

        async def look() -> bool:
            try:
                await self.carrier.call("POST", f"/control/calls/{(await self.on_the_line())['sid']}/{what}", {})
            except (ApiError, IndexError):
                return False
            return True

        await until(look)

    async def states_until_closed(self, verification: Any) -> tuple[list[str], Any]:
        """Every delivery state that a long poll shows, in order, and the closed verification."""
        states: list[str] = []
        while True:
            now = await self.api.call("GET", f"/v1/verifications/{verification['id']}?wait=10")
            if not states or states[-1] != now["delivery"]["state"]:
                states.append(now["delivery"]["state"])
            if now["status"] != "pending":
                return states, now


def another(code: str) -> str:
    """A code that is wrong."""
    return f"{(int(code) + 1) % 1_000_000:06d}"
