"""Keys are changed under two gateways that serve all the while: no request notices."""

import asyncio
import secrets
from pathlib import Path
from typing import Any

from demo.customer import until
from demo.secrets_file import DemoSecrets, load_or_make
from tests.e2e.caller import Caller, another
from tests.e2e.hearing import run_commands
from tests.faults.harness.gateways import Gateway
from tests.faults.harness.installation import Installation, installation

CHANGED = ("encryption_key", "index_key", "code_pepper", "receipt_key")


def keys(first: DemoSecrets, second: DemoSecrets | None = None) -> dict[str, str]:
    """Settings in which these keys write, and these are in force beside them."""
    given = {f"BONIN_{name.upper()}": getattr(first, name) for name in CHANGED}
    if second is not None:
        given |= {f"BONIN_SECOND_{name.upper()}": getattr(second, name) for name in CHANGED}
    return given


class Callers:
    """Issuing systems behind a balancer, which knows what is being restarted."""

    def __init__(self, bonin: Installation) -> None:
        self._bonin = bonin
        self._serving = list(bonin.gateways)
        self._at_work: dict[Gateway, int] = dict.fromkeys(bonin.gateways, 0)
        self._stopped = False
        self.finished = 0

    async def work(self) -> None:
        """One customer after another, until stopped; whatever is not as it should be is an AssertionError."""
        while not self._stopped:
            await self._one_customer()
            self.finished += 1

    def stop(self) -> None:
        self._stopped = True

    async def restart(self, gateway: Gateway, environment: dict[str, str]) -> None:
        """As an operator does: out of the balancer, no more requests, other settings, back into it."""
        self._serving.remove(gateway)
        await until(lambda: self._is_idle(gateway))
        await gateway.stop()
        gateway.environment = environment
        await gateway.start()
        self._serving.append(gateway)

    async def has_finished(self, count: int) -> bool:
        return self.finished >= count

    async def _is_idle(self, gateway: Gateway) -> bool:
        return self._at_work[gateway] == 0

    async def _ask(self, method: str, path: str, body: object, status: int, key: str | None = None) -> Any:
        gateway = secrets.choice(self._serving)
        self._at_work[gateway] += 1
        try:
            async with Caller(gateway.url, self._bonin.key) as caller:
                answer = await caller.send(method, path, body, {"Idempotency-Key": key} if key else None)
        finally:
            self._at_work[gateway] -= 1
        assert answer.status == status, (method, path, answer.status, answer.content)
        return answer.json if answer.content else None

    async def _one_customer(self) -> None:
        """Each request goes to whichever gateway, so what one wrote the other reads."""
        customer_id, number = f"rolled-{secrets.token_hex(6)}", f"+8210{20_000_000 + secrets.randbelow(30_000_000)}"
        customer, request = f"/v1/customers/{customer_id}", secrets.token_hex(16)
        person = {"kind": "individual", "name": "김시험", "online_consent": True}
        await self._ask("PUT", customer, person, 201)
        contact = {"number": number, "label": "mobile"}
        contact_id = (await self._ask("POST", f"{customer}/contacts", contact, 201))["contact_id"]
        await self._ask("POST", f"{customer}/contacts", contact, 409)
        await self._ask("POST", f"{customer}/contacts/{contact_id}/ownership-check", {}, 200)
        await self._ask("PUT", customer, person, 200)
        listed = await self._ask("GET", f"{customer}/contacts", None, 200)
        assert [one["status"] for one in listed["contacts"]] == ["verifiable"]

        slip = {"customer_id": customer_id, "operation": "issue", "branch": "여의도", "issued_by": "박지점"}
        issued = await self._ask("POST", "/v1/branch-passwords", slip, 201, request)
        assert await self._ask("POST", "/v1/branch-passwords", slip, 201, request) == issued
        asked = {"customer_id": customer_id, "operation": "issue"}
        opened = await self._ask("POST", "/v1/verifications", {**asked, "method": "branch_otp"}, 201)
        await self._finish(opened["id"], issued["password"], asked)

        seen = self._bonin.phones.count(number)
        by_text = {**asked, "method": "sms", "contact_id": contact_id}
        opened = await self._ask("POST", "/v1/verifications", by_text, 201)
        code = await self._bonin.phones.code_after(number, seen, 60)
        assert code is not None
        await self._finish(opened["id"], code, asked)

    async def _finish(self, verification_id: str, code: str, asked: dict[str, str]) -> None:
        path = f"/v1/verifications/{verification_id}/check"
        wrong = {"code": another(code), "attempt_id": "wrong"}
        tries = [(await self._ask("POST", path, wrong, 200))["attempts_remaining"] for _ in range(2)]
        assert tries[0] == tries[1]
        done = await self._ask("POST", path, {"code": code}, 200)
        assert done["correct"]
        await self._ask("POST", "/v1/receipts/redeem", {**asked, "receipt": done["receipt"]}, 200)


async def test_keys_are_changed_while_two_gateways_serve(tmp_path: Path) -> None:
    async with installation(tmp_path / "bonin", gateways=2) as bonin:
        old, new = bonin.secrets, load_or_make(tmp_path / "new" / "secrets.json")
        settings = [dict(gateway.environment) for gateway in bonin.gateways]
        callers = Callers(bonin)
        working = [asyncio.create_task(callers.work()) for _ in range(2)]
        for step in (keys(old, new), keys(new, old)):
            for gateway, known in zip(bonin.gateways, settings, strict=True):
                await callers.restart(gateway, known | step)
        told, complained = await run_commands(settings[0] | keys(new, old), [["keys", "rotate"]])
        for name in ("ENCRYPTION_KEY", "INDEX_KEY"):
            assert f"BONIN_SECOND_{name}" in told.decode(), complained
        assert told.decode().count("may go: nothing is under it.") >= 2, told.decode()

        # Answers under idempotency keys are a day under the former pepper, which therefore stays.
        pepper = {"BONIN_SECOND_CODE_PEPPER": old.code_pepper, "BONIN_SECOND_RECEIPT_KEY": old.receipt_key}
        await callers.restart(bonin.gateways[0], settings[0] | keys(new) | pepper)
        enough = callers.finished + 2
        await until(lambda: callers.has_finished(enough))
        callers.stop()
        await asyncio.gather(*working)
