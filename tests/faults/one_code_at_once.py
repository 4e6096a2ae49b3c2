"""One thing that is good once, presented a hundred times at once, through three gateways on one store.

Codes of texts for the most part; and branch passwords over many verifications, receipts, auto-connect tokens,
the turns of a call, and texts in reply. Each time exactly one is accepted.
"""

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import aiohttp

from gateway.store import keys
from gateway.store.fields import FIELDS
from tests.faults.harness.client import Answer, Issuer
from tests.faults.harness.fault import Fault, Trial
from tests.faults.harness.installation import Installation, Person, installation
from tests.faults.harness.webhooks import Webhooks

_AT_ONCE = 100
_GATEWAYS = 3
_PATIENCE = 60.0

_NOTED = re.compile(r'^bonin_webhooks_total\{outcome="noted",webhook="inbound"\} (\S+)$', re.MULTILINE)

Accepted = Callable[[Answer], bool]


class Rounds:
    """Plays rounds; each counts how many of a hundred were accepted."""

    def __init__(self, bonin: Installation, webhooks: Webhooks) -> None:
        self._bonin = bonin
        self._webhooks = webhooks

    async def code(self, person: Person) -> int:
        """The code of a text, typed a hundred times."""
        seen = self._bonin.phones.count(person.number)
        opened = await self._bonin.issuer.expect("POST", "/v1/verifications", person.request("sms"))
        code = await self._bonin.phones.code_after(person.number, seen, _PATIENCE)
        path = f"/v1/verifications/{opened['id']}/check"
        return await self._ask_at_once(
            [(path, {"code": code, "attempt_id": str(n)}) for n in range(_AT_ONCE)], _correct
        )

    async def branch_password(self, person: Person) -> int:
        """One password, typed into twenty verifications."""
        body = {"customer_id": person.customer_id, "operation": "issue", "branch": "여의도", "issued_by": "박지점"}
        slip = await self._bonin.issuer.expect("POST", "/v1/branch-passwords", body)
        opened = [
            await self._bonin.issuer.expect("POST", "/v1/verifications", person.request("branch_otp"))
            for _ in range(20)
        ]
        asked = [(f"/v1/verifications/{one['id']}/check", {"code": slip["password"]}) for one in opened]
        return await self._ask_at_once(asked * (_AT_ONCE // 20), _correct)

    async def receipt(self, person: Person) -> int:
        """One receipt, redeemed a hundred times."""
        verified = await self._verified(person, "issue")
        body = {"receipt": verified["receipt"], "operation": "issue", "customer_id": person.customer_id}
        return await self._ask_at_once([("/v1/receipts/redeem", body)] * _AT_ONCE, _good)

    async def auto_connect(self, person: Person) -> int:
        """One token of a remembered device, presented a hundred times: it is exchanged for another."""
        verified, device = await self._verified(person, "cloud_login"), secrets.token_hex(16)
        given = await self._bonin.issuer.expect(
            "POST",
            f"/v1/customers/{person.customer_id}/auto-connects",
            {"verification_id": verified["id"], "device": device},
        )
        asked = {
            "customer_id": person.customer_id,
            "operation": "cloud_login",
            "client_ip": "203.0.113.7",
            "auto_connect_token": given["auto_connect_token"],
            "device": device,
        }
        return await self._ask_at_once([("/v1/decisions", asked)] * _AT_ONCE, _exempt)

    async def turn(self, person: Person) -> int:
        """The keys of one turn of a call, delivered a hundred times: one is answered, and it verifies."""
        opened = await self._bonin.issuer.expect("POST", "/v1/verifications", person.request("ars"))
        first = await self._first_turn(opened["id"])
        answered = await self._webhooks.send(
            f"voice/{opened['id']}/{first}/answered", self._webhooks.call(person.number)
        )
        first_key = _found("먼저 ([0-8])번", answered)
        invited = await self._webhooks.send(_next(answered), self._webhooks.call(person.number, Digits=first_key))
        keyed = self._webhooks.call(person.number, Digits=opened["binding_code"])
        answers = await asyncio.gather(
            *(self._webhooks.send(_next(invited), keyed, to=n % _GATEWAYS) for n in range(_AT_ONCE))
        )
        taken = sum(1 for answer in answers if answer.status == 200)
        return taken if await self._is_verified(opened["id"]) else 0

    async def reply(self, person: Person) -> int:
        """The right reply, texted a hundred times: one did something. Those behind it are told the same as that one,
        so it is the gateways that say how many those were.
        """
        before = await self._noted_texts()
        opened = await self._bonin.issuer.expect("POST", "/v1/verifications", person.request("sms_reply"))
        texts = [self._webhooks.text(person.number, opened["binding_code"]) for _ in range(_AT_ONCE)]
        await asyncio.gather(*(self._webhooks.send("inbound", text, to=n % _GATEWAYS) for n, text in enumerate(texts)))
        noted = await self._noted_texts() - before
        return noted if await self._is_verified(opened["id"]) else 0

    async def _noted_texts(self) -> int:
        """How many inbound texts have had an effect, by the metrics of all gateways."""
        told = [await issuer.ask("GET", "/metrics") for issuer in self._bonin.issuers]
        return sum(int(float(found)) for one in told if one for found in _NOTED.findall(one.content.decode()))

    async def _verified(self, person: Person, operation: str) -> Any:
        """A verification that went well."""
        opened = await self._bonin.issuer.expect("POST", "/v1/verifications", person.request("sms_reply", operation))
        text = self._webhooks.text(person.number, opened["binding_code"])
        await self._webhooks.send("inbound", text)
        return await self._bonin.issuer.expect("GET", f"/v1/verifications/{opened['id']}")

    async def _is_verified(self, verification_id: str) -> bool:
        told = await self._bonin.issuer.expect("GET", f"/v1/verifications/{verification_id}")
        return bool(told["status"] == "verified")

    async def _first_turn(self, verification_id: str) -> str:
        """Which address the carrier was told for the first turn: nobody else is, so it is read from the store."""
        assert self._bonin.store is not None
        async with asyncio.timeout(_PATIENCE):
            while True:
                told = await self._bonin.issuer.expect("GET", f"/v1/verifications/{verification_id}")
                turn = await self._bonin.store.command("HGET", keys.verification(verification_id), FIELDS["v.turn"])
                if turn and told["delivery"]["state"] != "queued":
                    return str(turn)

    async def _ask_at_once(self, asked: Sequence[tuple[str, Mapping[str, object]]], accepted: Accepted) -> int:
        issuers: list[Issuer] = self._bonin.issuers
        answers = await asyncio.gather(
            *(issuers[place % len(issuers)].ask("POST", path, body) for place, (path, body) in enumerate(asked))
        )
        return sum(1 for answer in answers if answer is not None and accepted(answer))


def _correct(answer: Answer) -> bool:
    return answer.status == 200 and bool(answer.json["correct"])


def _good(answer: Answer) -> bool:
    return answer.status == 200


def _exempt(answer: Answer) -> bool:
    return answer.status == 200 and answer.json["outcome"] == "exempt"


def _found(words: str, answer: Answer) -> str:
    found = re.search(words, answer.content.decode())
    assert found is not None
    return found[1]


def _next(answer: Answer) -> str:
    return _found('/webhooks/twilio/(voice/[^"]+/keys)', answer)


async def run(trial: Trial) -> None:
    async with (
        installation(trial.directory, gateways=_GATEWAYS) as bonin,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=_AT_ONCE)) as session,
    ):
        rounds = Rounds(bonin, Webhooks(bonin, session))
        others = (rounds.branch_password, rounds.receipt, rounds.auto_connect, rounds.turn, rounds.reply)
        kinds: list[Callable[[Person], Awaitable[int]]] = [kind for other in others for kind in (rounds.code, other)]
        # Somebody else in each round: a branch password that is typed a hundred times locks its customer.
        for place, person in enumerate(await bonin.register(trial.dose)):
            kind = kinds[place % len(kinds)]
            accepted = await kind(person)
            trial.ledger.expect(accepted == 1, f"{kind.__name__}: {accepted} of {_AT_ONCE} were accepted")
            trial.advance()
        for issuer in bonin.issuers:
            trial.ledger.expect(not issuer.server_errors, f"{issuer.server_errors[:3]}")


ONE_CODE_AT_ONCE = Fault(
    "one-code-at-once", "100 parallel uses of what is good once, through three gateways", "rounds",
    full=1_000, short=10, run=run,
)  # fmt: skip
