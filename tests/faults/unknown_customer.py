"""Who may call cannot tell by the time it takes whether a customer is known: medians are within a millisecond.

Pairs of requests that are answered alike, one about somebody who is there and one about nobody, taken in turn.
"""

import secrets
import statistics
import time
from dataclasses import dataclass

from demo.customer import until
from tests.faults.harness.client import Answer, Issuer
from tests.faults.harness.fault import Fault, Trial
from tests.faults.harness.installation import Installation, Person, installation

_APART = 0.001
"""Seconds."""
_NOBODYS_CONTACT = "con_" + "0" * 20


@dataclass(frozen=True)
class Pair:
    """The same request about somebody known and about nobody; both are refused."""

    name: str
    method: str
    known: str
    unknown: str
    known_body: dict[str, str] | None = None
    unknown_body: dict[str, str] | None = None


def _pairs(person: Person, another: str) -> list[Pair]:
    """`another` is a verification of somebody else's client."""
    nobody, check = f"nobody-{secrets.token_hex(6)}", f"contacts/{_NOBODYS_CONTACT}/ownership-check"
    asked = {"method": "sms", "operation": "issue", "contact_id": _NOBODYS_CONTACT}
    return [
        Pair(
            "opening", "POST", "/v1/verifications", "/v1/verifications",
            {"customer_id": person.customer_id, **asked}, {"customer_id": nobody, **asked},
        ),
        Pair(
            "ownership check", "POST", f"/v1/customers/{person.customer_id}/{check}",
            f"/v1/customers/{nobody}/{check}", {}, {},
        ),
        Pair("reading", "GET", f"/v1/verifications/{another}", f"/v1/verifications/{another[:-6]}000000"),
    ]  # fmt: skip


async def run(trial: Trial) -> None:
    async with installation(trial.directory) as bonin:
        (person,) = await bonin.register(1)
        another = await _verification_of_another_client(bonin, person)
        pairs = _pairs(person, another)
        for pair in pairs:
            await _compare(trial, bonin.issuer, pair, trial.dose // len(pairs))
        trial.advance(trial.dose % len(pairs))


async def _compare(trial: Trial, issuer: Issuer, pair: Pair, count: int) -> None:
    known: list[float] = []
    unknown: list[float] = []
    for place in range(count):
        # Who comes first takes turns: the second finds everything warm.
        order = (True, False) if place % 2 else (False, True)
        for is_known in order:
            path, body = (pair.known, pair.known_body) if is_known else (pair.unknown, pair.unknown_body)
            began = time.perf_counter()
            answer = await issuer.ask(pair.method, path, body)
            (known if is_known else unknown).append(time.perf_counter() - began)
            trial.ledger.expect(_is_refused(answer), f"{pair.name} was answered with {answer and answer.status}")
        trial.advance()
    apart = abs(statistics.median(known) - statistics.median(unknown))
    trial.notes.append(f"{pair.name}: {apart * 1e6:.0f} µs")
    trial.ledger.expect(
        not trial.judges_time or apart < _APART, f"{pair.name}: medians are {apart * 1000:.2f} ms apart"
    )


def _is_refused(answer: Answer | None) -> bool:
    return answer is not None and answer.status == 404


async def _verification_of_another_client(bonin: Installation, person: Person) -> str:
    key = await bonin.make_key("another")
    async with Issuer(bonin.gateways[0].url, key) as another:

        async def opened() -> str | None:
            # A gateway looks for keys that it does not know once a second.
            answer = await another.insist("POST", "/v1/verifications", person.request("branch_otp"))
            return str(answer.json["id"]) if answer is not None and answer.status == 201 else None

        return str(await until(opened))


UNKNOWN_CUSTOMER = Fault(
    "unknown-customer", "known against unknown customers, in turn; medians within 1 ms", "pairs",
    full=6_000, short=150, run=run,
)  # fmt: skip
