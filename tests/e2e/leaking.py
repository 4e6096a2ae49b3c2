"""A life with planted values: everything that bonin offers is used, well and badly, and all that it says is kept."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from itertools import cycle
from typing import Any
from urllib.parse import quote

import aiohttp
import orjson

from demo.api import Api, ApiError
from demo.carriers import SMS_NUMBER
from demo.customer import new_number, until
from tests.e2e.caller import Caller, Person, another
from tests.e2e.hearing import Heard, HeardApi, run_commands
from tests.faults.harness.gateways import environment_of_a_gateway
from tests.faults.harness.installation import Installation
from tests.faults.harness.webhooks import Webhooks
from tests.leaks import planted
from tests.leaks.planted import Planted

NAME, BIRTH_DATE = "남궁비밀", "1987-06-05"
REASON, DEVICE = "할머니께서 휴대폰을 잃어버리심", "pc-of-namgung-4711"
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


class Life:
    """Uses one installation. `planted` grows as values come up."""

    def __init__(
        self, bonin: Installation, settings: dict[str, str], api: HeardApi, carrier: Api, heard: Heard
    ) -> None:
        self.bonin, self.heard = bonin, heard
        self._settings = settings
        self._api, self._carrier = api, carrier
        self.person = Person(api, carrier)
        self.new_number, self.stranger = new_number(), new_number()
        self.planted: list[Planted] = list(self._known_from_the_start())
        self._narrow_key: str | None = None
        self._bare: list[str] = [self.person.number, NAME, BIRTH_DATE]

    def _known_from_the_start(self) -> Iterator[Planted]:
        secrets = self.bonin.secrets
        yield planted.text("name", NAME)
        yield planted.birth_date("birth date", BIRTH_DATE)
        yield planted.text("reason", REASON)
        yield planted.text("device", DEVICE)
        for number in (self.person.number, self.new_number, self.stranger):
            yield planted.number("number", number)
        yield planted.text("API key", self.bonin.key)
        yield planted.private_key("receipt key", secrets.receipt_key)
        yield planted.private_key("audit key", secrets.audit_key)
        for what in ("encryption_key", "index_key", "code_pepper"):
            yield planted.key(what, getattr(secrets, what))
            yield planted.key(f"second {what}", self._settings[f"BONIN_SECOND_{what.upper()}"])
        yield planted.text("carrier's token", secrets.twilio_auth_token)
        yield planted.text("registry's token", secrets.registry_token)
        yield planted.text("departure records' token", secrets.departure_token)

    def came_up(self, what: str, code: str) -> str:
        self.planted.append(planted.code(what, code))
        self._bare.append(code)
        return code

    async def live(self) -> None:
        """Every method, right and wrong; changes and approvals; a remembered device; notices; a stream beside it."""
        person = self.person
        await person.register(name=NAME, birth_date=BIRTH_DATE)
        await self._by_text()
        await self._by_reply_with_a_device()
        await self._by_call()
        await self._by_slip()
        for kind in ("issuance_started", "issuance_completed"):
            await self._call(
                "POST", "/v1/notices", {"customer_id": person.customer_id, "kind": kind, "operation": "issue"}
            )
        await self._call("PUT", f"/v1/customers/{person.customer_id}", {
            "kind": "individual", "name": NAME, "birth_date": BIRTH_DATE, "online_consent": False,
        })  # fmt: skip
        await self._call("GET", f"/v1/customers/{person.customer_id}")
        await self._ask_for_changes()

    async def _by_text(self) -> None:
        opened = await self.person.start("sms")
        following = asyncio.create_task(self._follow(opened["id"]))
        code = self.came_up("code", await self.person.texted_code())
        await self.person.check(opened, another(code))
        done = await self.person.check(opened, code)
        receipt = {"receipt": done["receipt"], "operation": "issue", "customer_id": self.person.customer_id}
        self.planted.append(planted.text("receipt", done["receipt"].rpartition(".")[2]))
        for _ in range(2):
            await self._call("POST", "/v1/receipts/redeem", receipt)
        await following

    async def _follow(self, verification_id: str) -> None:
        async with Caller(self.bonin.gateways[0].url, self.bonin.key) as caller:
            answer = await caller.get(f"/v1/verifications/{verification_id}/events")
            self.heard.note("stream", answer.content)

    async def _by_reply_with_a_device(self) -> None:
        person = self.person
        opened = await person.start("sms_reply", "cloud_login")
        following = asyncio.create_task(self._follow(opened["id"]))
        binding_code = self.came_up("binding code", opened["binding_code"])
        await person.texted(2)
        await person.text(f"인증번호 {another(binding_code)}", to=SMS_NUMBER)
        await person.text(f"{NAME} {binding_code} 입니다", sender=self.stranger, to=SMS_NUMBER)
        await person.text(f"인증번호 {binding_code} 입니다", to=SMS_NUMBER)
        await person.closed(opened)
        await following
        given = {"verification_id": opened["id"], "device": DEVICE}
        token = (await self._call("POST", f"/v1/customers/{person.customer_id}/auto-connects", given))[
            "auto_connect_token"
        ]
        asked = {"customer_id": person.customer_id, "operation": "cloud_login", "client_ip": "203.0.113.7"}
        asked["device"] = DEVICE
        for _ in range(2):
            self.planted.append(planted.text("auto-connect token", token.rpartition(".")[2]))
            decided = await self._call("POST", "/v1/decisions", {**asked, "auto_connect_token": token})
            token = decided["auto_connect_token"]

    async def _by_call(self) -> None:
        opened = await self.person.start("ars")
        binding_code = self.came_up("binding code", opened["binding_code"])
        answered = await self.person.answer_call()
        await answered.press((await answered.hear("먼저 ([0-8])번"))[1])
        await answered.hear("여섯 자리")
        await answered.press(binding_code)
        await self.person.closed(opened)

    async def _by_slip(self) -> None:
        body = {"customer_id": self.person.customer_id, "operation": "issue", "branch": "여의도", "issued_by": "박지점"}
        async with self._caller() as caller:
            answer = await caller.post("/v1/branch-passwords", body, {"Idempotency-Key": "planted-request-1"})
        self.heard.answer("POST", "/v1/branch-passwords", answer)
        password = self.came_up("branch password", answer.json["password"])
        opened = await self.person.start("branch_otp")
        await self.person.check(opened, another(password))
        await self.person.check(opened, password)
        waiting = await self.person.start("sms_reply", "reissue")
        self.came_up("binding code", waiting["binding_code"])

    async def _ask_for_changes(self) -> None:
        customer = f"/v1/customers/{self.person.customer_id}"
        operator_key = await self.command("keys", "create", "--client", "centre", "--person", "lee",
                                          "--scope", "ops:read", "--scope", "ops:write")  # fmt: skip
        self.planted.append(planted.text("operator's key", operator_key.split()[-1]))
        body = {"number": self.new_number, "reason": REASON}
        asked = await self._call("POST", f"{customer}/contacts/{self.person.contact_id}/change", body)
        await self._call("POST", f"{customer}/unlock", {"reason": REASON})
        decided = {"approved_by": "이센터장", "reason": REASON}
        async with HeardApi(self.bonin.gateways[0].url, operator_key.split()[-1], self.heard) as operator:
            await until(lambda: _goes_well(operator, "GET", "/v1/approvals?status=waiting"))
            approving = f"/v1/approvals/{asked['approval_id']}/approve"
            await operator.call("POST", approving, decided)
            assert not await _goes_well(operator, "POST", approving, decided)
            await operator.call("GET", "/v1/approvals?status=approved")

    async def misuse(self) -> None:
        """Every route without a key, with one of another scope, and with one that will do; each time with nonsense."""
        if self._narrow_key is None:
            words = ("keys", "create", "--client", "narrow", "--person", "kim", "--scope", "decide")
            self._narrow_key = (await self.command(*words)).split()[-1]
        async with self._caller(None) as stranger:
            document = (await stranger.get("/openapi.json")).json
        routes = [(method.upper(), path) for path, methods in document["paths"].items() for method in methods]
        for key in (None, self._narrow_key, self.bonin.key):
            async with self._caller(key) as caller:
                await asyncio.gather(*(self._misuse_route(caller, *route) for route in routes))

    async def _misuse_route(self, caller: Caller, method: str, path: str) -> None:
        number, name, birth_date, code = self._bare[:4]
        told = {
            "X-Request-Id": f"request-{number[1:]}",
            "User-Agent": number,
            "Idempotency-Key": f"{code}-{number}",
            "Cookie": code,
        }
        query = f"?wait={code}&number={quote(number)}&status={quote(name)}&{birth_date}={code}"
        bodies: list[bytes | None] = [None]
        if method in ("POST", "PUT"):
            told["Content-Type"] = "application/json"
            known = {"customer_id": number, "code": name, "reason": number, "number": code, "receipt": name}
            cut = f'{{"name": "{name}"'.encode("euc-kr")
            bodies = [orjson.dumps({**known, name: code, "birth_date": birth_date}), orjson.dumps([number, code]), cut]
        for body, value in zip(cycle(bodies), (number, quote(name), code), strict=False):
            with suppress(aiohttp.ClientError):
                answer = await caller.send(method, _PLACEHOLDER.sub(value, path) + query, body, told)
                self.heard.answer(method, path, answer)

    async def webhooks(self) -> None:
        """Signed and forged, whole and bent, about what there is and what there is not."""
        number, code = self.person.number, self._bare[3]
        nobody, turn = "ver_" + "0" * 22, "A" * 16
        async with aiohttp.ClientSession() as session:
            hooks = Webhooks(self.bonin, session)
            for form in (
                hooks.text(number, f"{NAME} {code}"),
                hooks.text(self.stranger, code),
                {**hooks.text(number, code), NAME: code},
                {**hooks.text(number, code), "MessageSid": number},
                hooks.text(NAME, number),
            ):
                for signature in (None, "forged"):
                    self.heard.note("webhook", (await hooks.send("inbound", form, signature=signature)).content)
            for path, form in (
                (f"messages/{nobody}/1", {**hooks.status("failed"), "ErrorMessage": f"{number} {NAME}"}),
                (f"messages/{nobody}/1", {**hooks.status(code), "To": number}),
                (f"calls/{nobody}/1", hooks.call(number, CallStatus="completed")),
                (f"voice/{nobody}/{turn}/keys", hooks.call(number, Digits=code)),
                (f"voice/{nobody}/{turn}/answered", hooks.call(number, CallerName=NAME, AnsweredBy=code)),
            ):
                self.heard.note("webhook", (await hooks.send(path, form)).content)
            bent = await hooks.send(
                "inbound", hooks.text(number, code), body=f"From={quote(number)}&Body=%ED%A0%80{code}"
            )
            self.heard.note("webhook", bent.content)

    async def without_a_carrier(self) -> None:
        """It answers with errors only: texts and calls fail, and what failed is written down."""
        await self.bonin.carrier_faults(error_rate=1.0)
        person = Person(self._api, self._carrier)
        self.planted.append(planted.number("number", person.number))
        with suppress(ApiError):
            await person.register(name=NAME, birth_date=BIRTH_DATE)
        await self.bonin.carrier_faults()
        await self._call("POST", f"/v1/customers/{person.customer_id}/contacts/{person.contact_id}/ownership-check", {})
        await self.bonin.carrier_faults(error_rate=1.0)
        await asyncio.gather(*(self._in_vain(person, method) for method in ("sms", "ars", "sms_reply")))
        await self.bonin.carrier_faults()

    async def _in_vain(self, person: Person, method: str) -> None:
        with suppress(ApiError):
            opened = await person.start(method)
            if code := opened.get("binding_code"):
                self.came_up("binding code", code)
            await self._call("GET", f"/v1/verifications/{opened['id']}?wait=2")

    async def commands(self) -> None:
        """What an administrator types, right and wrong."""
        await self._run(
            "commands",
            ["check-config"], ["policy", "show"], ["keys", "revoke", "0" * 12], ["keys", "rotate", "--check"],
            ["customers", "show", self.person.customer_id], ["customers", "contacts", self.person.customer_id],
            ["customers", "locked"], ["approvals", "list"], ["status"], ["deadletters", "list"], ["operators", "list"],
            ["keys", "create", "--client", NAME, "--person", "kim", "--scope", "nonsense"], ["keys", "list"],
            ["keys", "retire", "0" * 8], ["audit", "verify"],
        )  # fmt: skip

    async def command(self, *words: str) -> str:
        """What `bonin` says to it, on both streams."""
        return await self._run(f"command {' '.join(words[:2])}", list(words))

    async def _run(self, place: str, *commands: list[str]) -> str:
        """One command after the other, in one process: to start one takes longer than what it does."""
        bonin = self.bonin
        assert bonin.store is not None
        environment = environment_of_a_gateway(
            bonin.secrets, bonin.store.url, bonin.directory, bonin.gateways[0].url, bonin.carrier.url, 300
        )
        said, complained = await run_commands(environment | self._settings, commands)
        self.heard.note(place, said + complained)
        return said.decode()

    async def metrics(self) -> None:
        async with self._caller() as caller:
            for path in ("/metrics", "/readyz", "/livez", "/docs", "/.well-known/jwks.json", f"/{quote(NAME)}"):
                self.heard.answer("GET", path, await caller.get(path))

    def _caller(self, key: str | None = "") -> Caller:
        return Caller(self.bonin.gateways[0].url, self.bonin.key if key == "" else key)

    async def _call(self, method: str, path: str, body: object = None) -> Any:
        """The answer, or the refusal: either is kept."""
        try:
            return await self._api.call(method, path, body)
        except ApiError as refused:
            return refused.problem


async def _goes_well(api: Api, method: str, path: str, body: object = None) -> bool:
    try:
        await api.call(method, path, body)
    except ApiError:
        return False
    return True


@asynccontextmanager
async def life_in(bonin: Installation, settings: dict[str, str]) -> AsyncIterator[Life]:
    heard = Heard()
    url = bonin.gateways[0].url
    async with HeardApi(url, bonin.key, heard) as api, Api(bonin.carrier.url) as carrier:
        yield Life(bonin, settings, api, carrier, heard)
