"""Webhooks that the carrier never sent: without a signature, with somebody else's, for other parameters or another
address, with parameters moved into one another, with a turn that nobody gave out.

None is answered with success, and what they aim at stays as it was.
"""

import random
import secrets
from collections.abc import Awaitable
from typing import Any
from urllib.parse import urlencode

import aiohttp

from tests.faults.harness.client import Answer
from tests.faults.harness.fault import Fault, Trial
from tests.faults.harness.installation import Installation, Person, installation
from tests.faults.harness.load import in_parallel
from tests.faults.harness.webhooks import Webhooks

_AT_ONCE = 50
_REFUSALS = frozenset({400, 403, 404, 409})


class Forger:
    """Aims at three open verifications of one customer."""

    def __init__(self, webhooks: Webhooks, person: Person, opened: dict[str, Any]) -> None:
        self._webhooks = webhooks
        self._person = person
        self._opened = opened
        self._random = random.Random(3)

    def forge(self) -> Awaitable[Answer]:
        """One webhook that must have no effect."""
        ways = (self._unsigned, self._signed_by_another, self._changed_afterwards, self._shifted, self._guessed_turn)
        path, form = self._random.choice((self._failed_text, self._ended_call, self._reply))()
        return self._random.choice(ways)(path, form)

    def _failed_text(self) -> tuple[str, dict[str, str]]:
        return f"messages/{self._opened['sms']['id']}/1", self._webhooks.status("failed")

    def _ended_call(self) -> tuple[str, dict[str, str]]:
        form = self._webhooks.call(self._person.number, CallStatus="completed")
        return f"calls/{self._opened['ars']['id']}/1", form

    def _reply(self) -> tuple[str, dict[str, str]]:
        return "inbound", self._webhooks.text(self._person.number, self._opened["sms_reply"]["binding_code"])

    def _unsigned(self, path: str, form: dict[str, str]) -> Awaitable[Answer]:
        return self._webhooks.send(path, form, signature=self._random.choice(["-", "A" * 28, "한글".encode().hex()]))

    def _signed_by_another(self, path: str, form: dict[str, str]) -> Awaitable[Answer]:
        return self._webhooks.send(path, form, signature=secrets.token_urlsafe(20) + "=")

    def _changed_afterwards(self, path: str, form: dict[str, str]) -> Awaitable[Answer]:
        """A signature that is good, for other parameters."""
        other = form | {"AccountSid": "AC" + secrets.token_hex(16)}
        return self._webhooks.send(path, form, signature=self._webhooks.sign(path, other))

    def _shifted(self, path: str, form: dict[str, str]) -> Awaitable[Answer]:
        """The signature does not tell where one parameter ends: what it covers may be cut differently."""
        names = sorted(form)
        place = self._random.randrange(len(names) - 1)
        first, second = names[place], names[place + 1]
        shifted = {name: value for name, value in form.items() if name != second}
        shifted[first] = f"{form[first]}{second}{form[second]}"
        return self._webhooks.send(path, form, signature=self._webhooks.sign(path, form), body=urlencode(shifted))

    def _guessed_turn(self, path: str, form: dict[str, str]) -> Awaitable[Answer]:
        """Signed well, by who has the token and does not know the turn."""
        turn = secrets.token_urlsafe(12)
        keyed = self._webhooks.call(self._person.number, Digits=self._opened["ars"]["binding_code"])
        return self._webhooks.send(f"voice/{self._opened['ars']['id']}/{turn}/keys", keyed)


async def run(trial: Trial) -> None:
    async with (
        installation(trial.directory, life=600) as bonin,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=_AT_ONCE)) as session,
    ):
        webhooks = Webhooks(bonin, session)
        while trial.done < trial.dose:
            # As many as fit into the life of what they aim at, and then others to aim at.
            count = min(5_000, trial.dose - trial.done)
            (person,) = await bonin.register(1)
            await _aim(trial, bonin, webhooks, person, count)


async def _aim(trial: Trial, bonin: Installation, webhooks: Webhooks, person: Person, count: int) -> None:
    opened = {
        method: await bonin.issuer.expect("POST", "/v1/verifications", person.request(method))
        for method in ("sms", "sms_reply", "ars")
    }
    forger = Forger(webhooks, person, opened)
    for first in range(0, count, 500):
        answers = await in_parallel(_AT_ONCE, [forger.forge() for _ in range(min(500, count - first))])
        for answer in answers:
            trial.ledger.expect(answer.status in _REFUSALS, f"a forged webhook was answered with {answer.status}")
        trial.advance(len(answers))
    for method, verification in opened.items():
        now = await bonin.issuer.expect("GET", f"/v1/verifications/{verification['id']}")
        # The phone rings for half a minute and nobody picks up: that is how a call may end meanwhile.
        as_it_was = now["status"] == "pending" or now["status_reason"] == "no_answer"
        trial.ledger.expect(as_it_was, f"{method} became {now['status']} ({now['status_reason']})")
        trial.ledger.expect(now["attempts_remaining"] == 5, f"{method} lost attempts")
        trial.ledger.expect(now["delivery"]["state"] != "failed", f"{method}: a forged report was believed")


FORGED_WEBHOOKS = Fault(
    "forged-webhooks", "webhooks that the carrier never sent", "webhooks", full=100_000, short=500, run=run
)
