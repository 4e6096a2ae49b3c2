"""Proofs that are good once, to be presented before, during and after something happens to the store."""

import asyncio
import secrets
from dataclasses import dataclass, field

from tests.faults.harness.client import Answer, Issuer
from tests.faults.harness.installation import Installation, Person
from tests.faults.harness.ledger import Ledger

_PATIENCE = 20.0


@dataclass
class Proof:
    """A code that was texted for a verification, or the password of a slip, which serves for any verification."""

    person: Person
    code: str
    verification_id: str | None = None
    branch_password_id: str | None = None
    receipts: dict[str, str] = field(default_factory=dict)
    """Verification id → receipt, of what this proof has verified."""


class Proofs:
    """Writes down in the ledger what was accepted, wherever it was presented."""

    def __init__(self, bonin: Installation, ledger: Ledger) -> None:
        self._bonin = bonin
        self._ledger = ledger

    async def texts(self, people: list[Person]) -> list[Proof]:
        """An open verification and its code for each; who got no text is left out."""
        found = await asyncio.gather(*map(self._text, people))
        return [proof for proof in found if proof is not None]

    async def slips(self, people: list[Person]) -> list[Proof]:
        """The password of a branch for each; where no answer came, none."""
        found = await asyncio.gather(*map(self._slip, people))
        return [proof for proof in found if proof is not None]

    async def present(self, proof: Proof, issuer: Issuer, patience: float = _PATIENCE) -> None:
        """Check it once, as an attempt of its own."""
        verification_id, attempt = proof.verification_id, secrets.token_hex(8)
        if verification_id is None:
            opened = await issuer.insist("POST", "/v1/verifications", proof.person.request("branch_otp"), patience)
            if opened is None or opened.status != 201:
                return
            verification_id = str(opened.json["id"])
            self._ledger.told(verification_id, "pending")
        path, body = f"/v1/verifications/{verification_id}/check", {"code": proof.code, "attempt_id": attempt}
        answer = await issuer.insist("POST", path, body, patience)
        if answer is not None and answer.status == 200:
            self._take(proof, verification_id, attempt, answer)
        if proof.verification_id is None:
            # Opened for this alone: what was not accepted is not left open.
            await issuer.insist("POST", f"/v1/verifications/{verification_id}/cancel", {}, patience)

    async def read(self, proof: Proof, issuer: Issuer) -> None:
        """Have told what became of what it verified."""
        for verification_id in proof.receipts:
            answer = await issuer.insist("GET", f"/v1/verifications/{verification_id}", patience=_PATIENCE)
            if answer is not None and answer.status == 404:
                self._ledger.is_gone(verification_id)
            elif answer is not None and answer.status == 200:
                self._ledger.told(verification_id, answer.json["status"])

    async def redeem(self, proof: Proof, issuer: Issuer, patience: float = _PATIENCE) -> None:
        """Redeem its receipts, each as an attempt of its own."""
        for verification_id, receipt in proof.receipts.items():
            body = {"receipt": receipt, "operation": "issue", "customer_id": proof.person.customer_id}
            answer = await issuer.insist("POST", "/v1/receipts/redeem", body, patience)
            if answer is not None and answer.status == 200:
                self._ledger.succeeded("receipt", verification_id, secrets.token_hex(8))

    def _take(self, proof: Proof, verification_id: str, attempt: str, answer: Answer) -> None:
        checked = answer.json
        if checked["correct"]:
            if proof.branch_password_id is None:
                self._ledger.succeeded("code", verification_id, attempt)
            else:
                self._ledger.succeeded("branch password", proof.branch_password_id, attempt)
            proof.receipts[verification_id] = checked["receipt"]
        self._ledger.told(verification_id, checked["status"])

    async def _text(self, person: Person) -> Proof | None:
        seen = self._bonin.phones.count(person.number)
        opened = await self._bonin.issuer.insist("POST", "/v1/verifications", person.request("sms"), _PATIENCE)
        if opened is None or opened.status != 201:
            return None
        self._ledger.told(opened.json["id"], "pending")
        code = await self._bonin.phones.code_after(person.number, seen, _PATIENCE)
        # Of one that was asked for twice nobody knows which text it is that came.
        return None if code is None or opened.tries > 1 else Proof(person, code, opened.json["id"])

    async def _slip(self, person: Person) -> Proof | None:
        body = {"customer_id": person.customer_id, "operation": "issue", "branch": "여의도", "issued_by": "박지점"}
        slip = await self._bonin.issuer.insist("POST", "/v1/branch-passwords", body, _PATIENCE)
        if slip is None or slip.status != 201:
            return None
        return Proof(person, slip.json["password"], branch_password_id=slip.json["branch_password_id"])


async def settle(bonin: Installation, ledger: Ledger, seconds: float) -> None:
    """Everything that was acknowledged is over within `seconds`, and its end is told."""

    async def read(verification_id: str) -> None:
        answer = await bonin.issuer.insist("GET", f"/v1/verifications/{verification_id}", patience=5)
        if answer is not None and answer.status == 404:
            ledger.is_gone(verification_id)
        elif answer is not None and answer.status == 200:
            ledger.told(verification_id, answer.json["status"])

    deadline = asyncio.get_running_loop().time() + seconds
    while ledger.open and asyncio.get_running_loop().time() < deadline:
        await asyncio.gather(*map(read, ledger.open[:200]))
        await asyncio.sleep(0.2)
    for verification_id in ledger.open:
        ledger.violated(f"{verification_id} was acknowledged, and its end was never told")
