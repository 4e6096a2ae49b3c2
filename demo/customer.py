"""A customer for the walk: somebody new, with a phone of their own at the local carrier."""

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from demo.api import Api

_POLL_SECONDS = 0.02
_PATIENCE_SECONDS = 30.0
_PERSON = {"name": "김걸음", "birth_date": "1990-01-01"}


def new_number() -> str:
    """A mobile number that nobody else in the demo has, from blocks that are in use all through."""
    return f"+8210{secrets.randbelow(30_000_000) + 20_000_000}"


async def until(look: Callable[[], Awaitable[Any]], patience_seconds: float = _PATIENCE_SECONDS) -> Any:
    """What `look` gives as soon as it gives something."""
    async with asyncio.timeout(patience_seconds):
        while True:
            if seen := await look():
                return seen
            await asyncio.sleep(_POLL_SECONDS)


async def texts_on(carrier: Api, number: str) -> list[dict[str, Any]]:
    """The texts that a phone got, newest last."""
    inbox = await carrier.call("GET", f"/control/messages?to=%2B{number[1:]}")
    texts: list[dict[str, Any]] = inbox["messages"]
    return texts


class Customer:
    """Acts as the issuance system, as the customer at the screen, and as the customer with the phone.

    `operator` is the gateway called with the key of whoever approves.
    """

    def __init__(self, api: Api, carrier: Api, operator: Api | None = None) -> None:
        self.api = api
        self.carrier = carrier
        self.operator = operator
        self.customer_id = f"walk-{secrets.token_hex(6)}"
        self.number = new_number()
        self.contact_id = ""

    async def register(self) -> None:
        """Become a customer with one mobile that passed its ownership check."""
        body = {"kind": "individual", "online_consent": True, **_PERSON}
        await self.api.call("PUT", f"/v1/customers/{self.customer_id}", body)
        self.contact_id = await self.add_contact(self.number)
        await self.check_ownership(self.contact_id)

    async def add_contact(self, number: str) -> str:
        path = f"/v1/customers/{self.customer_id}/contacts"
        contact = await self.api.call("POST", path, {"number": number, "label": "mobile"})
        return str(contact["contact_id"])

    async def check_ownership(self, contact_id: str) -> Any:
        path = f"/v1/customers/{self.customer_id}/contacts/{contact_id}/ownership-check"
        return await self.api.call("POST", path, {})

    async def ask_centre(self, path: str, body: dict[str, str]) -> Any:
        """What the customer centre asks for about this customer; it waits for an approval."""
        return await self.api.call("POST", f"/v1/customers/{self.customer_id}{path}", body)

    async def decide(self, asked: Any, approved_by: str, verb: str = "approve") -> Any:
        """What the head of the customer centre (센터장) makes of it."""
        body = {"approved_by": approved_by, "reason": "본인 확인 완료"}
        return await (self.operator or self.api).call("POST", f"/v1/approvals/{asked['approval_id']}/{verb}", body)

    async def decision_on(self, operation: str, client_ip: str = "203.0.113.7") -> Any:
        body = {"customer_id": self.customer_id, "operation": operation, "client_ip": client_ip}
        return await self.api.call("POST", "/v1/decisions", body)

    async def leave_the_country(self) -> None:
        """As the departure records know it from now on."""
        await self.carrier.call("PUT", "/control/departures", {**_PERSON, "departed": True})

    async def register_abroad(self, requested_via: str, start: datetime, until: datetime) -> Any:
        """Ask for the overseas exemption: the registration, or the approval it waits for."""
        path = f"/v1/customers/{self.customer_id}/overseas-exemption"
        period = {"from": start.isoformat(), "until": until.isoformat()}
        return await self.api.call("PUT", path, {**period, "requested_via": requested_via})

    async def open(self, method: str, operation: str = "issue") -> Any:
        body = {"customer_id": self.customer_id, "method": method, "operation": operation}
        if method != "branch_otp":
            body["contact_id"] = self.contact_id
        return await self.api.call("POST", "/v1/verifications", body)

    async def open_by_sms(self) -> tuple[Any, str]:
        """A verification, and the code of the text that it brings, whatever the phone holds already."""
        held = len(await self.texts())
        return await self.open("sms"), await self.texted_code(after=held)

    async def check(self, verification: Any, code: str) -> Any:
        return await self.api.call("POST", f"/v1/verifications/{verification['id']}/check", {"code": code})

    async def cancel(self, verification: Any) -> Any:
        return await self.api.call("POST", f"/v1/verifications/{verification['id']}/cancel", {})

    async def closed(self, verification: Any) -> Any:
        """The verification once it is over, by long poll."""

        async def look() -> Any:
            now = await self.api.call("GET", f"/v1/verifications/{verification['id']}?wait=5")
            return now if now["status"] != "pending" else None

        return await until(look)

    async def texted_code(self, after: int = 0) -> str:
        """The code of the newest text on the phone, once there are more than `after`."""

        async def look() -> Any:
            texts = await self.texts()
            return re.search("[0-9]{6}", texts[-1]) if len(texts) > after else None

        found = await until(look)
        return str(found[0])

    async def text(self, body: str, sender: str | None = None, to: str = "") -> None:
        """Send a text to the firm."""
        given = {"from": sender or self.number, "to": to, "body": body}
        await self.carrier.call("POST", "/control/messages", given)

    async def asked_by_text(self) -> str:
        """The number that the newest text came from."""

        async def look() -> Any:
            return await texts_on(self.carrier, self.number)

        return str((await until(look))[-1]["from"])

    async def texts(self) -> list[str]:
        return [text["body"] for text in await texts_on(self.carrier, self.number)]

    async def answer_call(self) -> "Call":
        """Pick up when the phone rings."""

        async def look() -> Any:
            return next((call for call in reversed(await self.calls()) if call["status"] == "ringing"), None)

        sid = (await until(look))["sid"]
        await self.carrier.call("POST", f"/control/calls/{sid}/answer", {})
        return Call(self, sid)

    async def phone_is(self, **state: object) -> None:
        """Change the phone, as `PUT /control/phones/{number}` takes it."""
        await self.carrier.call("PUT", f"/control/phones/%2B{self.number[1:]}", state)

    async def calls(self) -> Any:
        """The calls to the phone, newest last."""
        return (await self.carrier.call("GET", f"/control/calls?to=%2B{self.number[1:]}"))["calls"]


class Call:
    """A call that the customer has picked up."""

    def __init__(self, customer: Customer, sid: str) -> None:
        self._customer = customer
        self._sid = sid

    async def hear(self, words: str) -> "re.Match[str]":
        """Listen until something like `words` (a regular expression) is said."""

        async def look() -> Any:
            heard = next(call["heard"] for call in await self._customer.calls() if call["sid"] == self._sid)
            return re.search(words, " ".join(heard))

        found: re.Match[str] = await until(look)
        return found

    async def press(self, digits: str) -> None:
        await self._customer.carrier.call("POST", f"/control/calls/{self._sid}/press", {"digits": digits})
