"""What issuing systems and customers do all day, with the ledger written as they go."""

import asyncio
import random
import secrets

from tests.faults.harness.client import Answer
from tests.faults.harness.installation import Installation, Person
from tests.faults.harness.ledger import Ledger
from tests.faults.harness.proofs import settle

REQUESTS_EACH = 4
"""About how many requests one flow makes: open, check, read or try again, redeem."""


def another(code: str) -> str:
    """A code that is wrong."""
    return f"{(int(code) + 1) % 1_000_000:06d}"


class Flows:
    """Carries one verification after another through. Who may still get a late text is not used again."""

    def __init__(
        self, bonin: Installation, ledger: Ledger, people: list[Person], *, seed: int, patience: float, ars: bool = True
    ) -> None:
        """`patience` is how long, in seconds, a customer waits for a text or call before they cancel."""
        self._bonin = bonin
        self._ledger = ledger
        self._people = people
        self._patience = patience
        self._kinds = ("sms", "sms", "sms", "branch", "ars") if ars else ("sms", "sms", "branch")
        self._random = random.Random(seed)
        self._may_be_called: dict[str, int] = {}
        self.finished = 0

    async def one(self) -> None:
        """One flow, if anybody is free for it."""
        if not self._people:
            return
        person = self._people.pop(0)
        kind = self._random.choice(self._kinds)
        went_well = await {"sms": self._by_text, "branch": self._by_slip, "ars": self._by_call}[kind](person)
        self.finished += 1
        if went_well:
            self._people.append(person)

    async def open(self, person: Person, method: str) -> str | None:
        """The id of an acknowledged verification; None when nobody knows whether there is one.

        One that was asked for twice is one: whatever code comes, or call, is of it.
        """
        answer = await self._ask("POST", "/v1/verifications", person.request(method))
        if answer is None or answer.status == 409:
            return None
        if answer.status != 201:
            self._ledger.violated(f"opening was refused: {answer.status} {answer.slug}")
            return None
        verification_id = str(answer.json["id"])
        self._ledger.told(verification_id, answer.json["status"])
        return verification_id

    async def check(self, verification_id: str, code: str, attempt: str) -> Answer | None:
        """Check a code; a right one is written down as accepted for this attempt."""
        path, body = f"/v1/verifications/{verification_id}/check", {"code": code, "attempt_id": attempt}
        answer = await self._ask("POST", path, body)
        if answer is not None and answer.status == 200:
            if answer.json["correct"]:
                self._ledger.succeeded("code", verification_id, attempt)
            self._ledger.told(verification_id, answer.json["status"])
        return answer

    async def redeem(self, person: Person, verification_id: str, receipt: str) -> None:
        """Redeem a receipt, and once more as somebody else would."""
        body = {"receipt": receipt, "operation": "issue", "customer_id": person.customer_id}
        for attempt in ("first", "second"):
            answer = await self._ask("POST", "/v1/receipts/redeem", body)
            if answer is not None and answer.status == 200:
                self._ledger.succeeded("receipt", verification_id, attempt)

    async def cancel(self, verification_id: str) -> None:
        answer = await self._ask("POST", f"/v1/verifications/{verification_id}/cancel", {})
        if answer is not None and answer.status == 200:
            self._ledger.told(verification_id, answer.json["status"])

    async def settle(self, seconds: float) -> None:
        """Everything that was acknowledged is over within `seconds`, and not more came to the phones than may."""
        await settle(self._bonin, self._ledger, seconds)
        self._count_what_arrived()

    async def give_up(self) -> None:
        """Cancel whatever is open still: who has no time to wait for its end."""
        await asyncio.gather(*map(self.cancel, self._ledger.open))

    async def _by_text(self, person: Person) -> bool:
        seen = self._bonin.phones.count(person.number)
        verification_id = await self.open(person, "sms")
        if verification_id is None:
            return False
        code = await self._bonin.phones.code_after(person.number, seen, self._patience)
        if code is None:
            await self.cancel(verification_id)
            return False
        if self._random.random() < 0.1:
            await self._try_wrong(verification_id, code)
        return await self._finish(person, verification_id, code)

    async def _by_slip(self, person: Person) -> bool:
        body = {"customer_id": person.customer_id, "operation": "issue", "branch": "여의도", "issued_by": "박지점"}
        slip = await self._ask("POST", "/v1/branch-passwords", body)
        verification_id = await self.open(person, "branch_otp")
        if verification_id is None:
            return False
        if slip is None or slip.status != 201:
            await self.cancel(verification_id)
            return False
        return await self._finish(person, verification_id, slip.json["password"])

    async def _by_call(self, person: Person) -> bool:
        """The phone rings and nobody picks up: what counts is that it rings once."""
        seen = self._bonin.phones.calls_to(person.number)
        verification_id = await self.open(person, "ars")
        if verification_id is None:
            # Nobody knows how many calls there will be.
            self._may_be_called.pop(person.number, None)
            return False
        self._may_be_called[person.number] = seen + 1
        await self._bonin.phones.called_after(person.number, seen, self._patience)
        await self.cancel(verification_id)
        return True

    async def _try_wrong(self, verification_id: str, code: str) -> None:
        answer = await self.check(verification_id, another(code), secrets.token_hex(8))
        if answer is not None and answer.status == 200 and answer.json["correct"]:
            self._ledger.violated(f"{verification_id}: a wrong code was accepted")

    async def _finish(self, person: Person, verification_id: str, code: str) -> bool:
        attempt = secrets.token_hex(8)
        answer = await self.check(verification_id, code, attempt)
        if answer is None or answer.status != 200:
            return False
        if not answer.json["correct"]:
            self._ledger.violated(f"{verification_id}: the right code was called wrong")
            return False
        if self._random.random() < 0.5:
            await self.check(verification_id, code, attempt)
            await self.check(verification_id, code, secrets.token_hex(8))
        await self.redeem(person, verification_id, answer.json["receipt"])
        read = await self._ask("GET", f"/v1/verifications/{verification_id}", None)
        if read is not None and read.status == 200:
            self._ledger.told(verification_id, read.json["status"])
        return True

    def _count_what_arrived(self) -> None:
        for (number, _), count in self._bonin.phones.texts_of_each_code().items():
            self._ledger.expect(count <= 2, f"{count} texts with one code came to {number[:5]}…")
        for number, allowed in self._may_be_called.items():
            calls = self._bonin.phones.calls_to(number)
            self._ledger.expect(calls <= allowed, f"{calls} calls came to {number[:5]}… for {allowed} verifications")

    async def _ask(self, method: str, path: str, body: object) -> Answer | None:
        return await self._bonin.issuer.insist(method, path, body, self._patience)
