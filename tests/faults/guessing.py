"""Somebody guesses, over fifty open verifications of one customer at once and through two gateways.

Five wrong answers are compared, whatever is open; then extra authentication is locked, and the right codes are
worth nothing any more.
"""

import asyncio

from tests.faults.harness.client import Answer
from tests.faults.harness.fault import Fault, Trial
from tests.faults.harness.flows import another
from tests.faults.harness.installation import Installation, Person, installation

_OPEN = 50
_AT_ONCE = 100
_ALLOWED = 5


async def run(trial: Trial) -> None:
    async with installation(trial.directory, gateways=2) as bonin:
        (person,) = await bonin.register(1)
        codes = await _open(bonin, person)
        left: list[int] = []
        for first in range(0, trial.dose, _AT_ONCE):
            guesses = range(first, min(first + _AT_ONCE, trial.dose))
            answers = await asyncio.gather(*(_guess(bonin, list(codes.items())[n % _OPEN], n) for n in guesses))
            left += [answer.json["attempts_remaining"] for answer in answers if answer.status == 200]
            trial.ledger.expect(not any(map(_accepted, answers)), "a wrong code was accepted")
            trial.advance(len(guesses))
        # Each that was compared took an attempt; what came after the lock was told that none is left.
        compared = 1 + sum(1 for attempts in left if attempts > 0)
        trial.ledger.expect(compared == _ALLOWED, f"{compared} wrong answers were compared")
        for verification_id, code in codes.items():
            answer = await bonin.issuer.insist("POST", f"/v1/verifications/{verification_id}/check", {"code": code})
            trial.ledger.expect(
                answer is not None and not _accepted(answer), f"{verification_id} was open to the right code"
            )
        customer = await bonin.issuer.expect("GET", f"/v1/customers/{person.customer_id}")
        trial.ledger.expect(customer["locked"] is True, "the customer is not locked")
        trial.notes.append(f"{compared} compared")


async def _open(bonin: Installation, person: Person) -> dict[str, str]:
    """Fifty verifications with their right codes."""
    opened = {}
    for _ in range(_OPEN):
        seen = bonin.phones.count(person.number)
        verification = await bonin.issuer.expect("POST", "/v1/verifications", person.request("sms"))
        code = await bonin.phones.code_after(person.number, seen, 60)
        assert code is not None
        opened[verification["id"]] = code
    return opened


async def _guess(bonin: Installation, target: tuple[str, str], number: int) -> Answer:
    verification_id, code = target
    issuer = bonin.issuers[number % len(bonin.issuers)]
    answer = await issuer.insist("POST", f"/v1/verifications/{verification_id}/check", {"code": another(code)})
    assert answer is not None
    return answer


def _accepted(answer: Answer) -> bool:
    return answer.status == 200 and bool(answer.json["correct"])


GUESSING = Fault(
    "guessing", "wrong codes over 50 open verifications of one customer", "guesses", full=1_000, short=100, run=run
)
