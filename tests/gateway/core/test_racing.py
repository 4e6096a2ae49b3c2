"""Many at once, through two gateway processes' worth of connections."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from gateway.core.errors import Refusal
from gateway.core.limits import Cap, Limits
from gateway.core.operations import Operation
from gateway.core.problems import Problem
from gateway.core.receipts import ReceiptSigner
from gateway.core.stores import Judgement
from gateway.core.verification import Method, Verdict, Verification
from gateway.store import keys
from gateway.store.connection import Store
from tests import builders
from tests.builders import CUSTOMER_ID
from tests.gateway.rooms import Rooms

LIMITS = replace(Limits(), customer_cap=Cap(1000, 600), number_cap=Cap(1000, 600), number_day_cap=Cap(1000, 600))


@pytest.fixture
async def gateways(store: Store, valkey_url: str, signer: ReceiptSigner) -> AsyncIterator[list[Rooms]]:
    other = Store(valkey_url)
    await other.open()
    yield [Rooms(store, LIMITS, signer), Rooms(other, LIMITS, signer)]
    await other.close()


async def race(gateways: list[Rooms], answers: list[tuple[Verification, str]]) -> Counter[str]:
    """Judge all at once, on one gateway and the other in turn; verdicts and refusals, counted."""
    judging = (gateways[turn % 2].judge(one, code) for turn, (one, code) in enumerate(answers))
    return Counter(_name(outcome) for outcome in await asyncio.gather(*judging, return_exceptions=True))


def _name(outcome: Judgement | BaseException) -> str:
    match outcome:
        case Judgement():
            return outcome.verdict
        case Refusal(problem=Problem.VERIFICATION_CLOSED):
            return "closed"
        case _:
            raise AssertionError(outcome)


async def test_of_a_hundred_right_answers_at_once_one_succeeds(gateways: list[Rooms]) -> None:
    contact = await gateways[0].register()
    one = await gateways[0].open(Method.SMS, contact)
    outcomes = await race(gateways, [(one, gateways[0].code_of(one))] * 100)
    assert outcomes == {Verdict.CORRECT: 1, "closed": 99}


async def test_one_branch_password_typed_into_many_verifications_succeeds_once(gateways: list[Rooms]) -> None:
    await gateways[0].customer_store.put(builders.individual())
    _, password = await gateways[0].passwords.issue(CUSTOMER_ID, Operation.ISSUE, "여의도", "박지점", None)
    opened = [await gateways[0].open(Method.BRANCH_OTP) for _ in range(20)]
    assert (await race(gateways, [(one, password) for one in opened]))[Verdict.CORRECT] == 1


async def test_of_two_hundred_guesses_over_fifty_verifications_five_are_compared(gateways: list[Rooms]) -> None:
    contact = await gateways[0].register()
    opened = [await gateways[0].open(Method.SMS, contact) for _ in range(50)]
    guesses = [(one, gateways[0].another_code(one)) for _ in range(4) for one in opened]
    outcomes = await race(gateways, guesses)
    assert outcomes[Verdict.WRONG] == LIMITS.wrong_answers - 1
    compared = [event for event in await _audit(gateways[0]) if event == b"verification.wrong_answer"]
    assert len(compared) == LIMITS.wrong_answers
    assert {(await gateways[0].read(one)).reason for one in opened} == {"locked"}


async def test_a_right_answer_beside_the_fifth_wrong_one_wins_or_is_locked_out_never_both(
    gateways: list[Rooms],
) -> None:
    contact = await gateways[0].register()
    for _ in range(4):
        one = await gateways[0].open(Method.SMS, contact)
        await gateways[0].judge(one, gateways[0].another_code(one))
    one, other = [await gateways[0].open(Method.SMS, contact) for _ in range(2)]
    outcomes = await race(gateways, [(one, gateways[0].code_of(one)), (other, gateways[0].another_code(other))])
    customer, _ = await gateways[0].customers.get(CUSTOMER_ID)
    verified = (await gateways[0].read(one)).status == "verified"
    assert customer.locked
    assert verified == (outcomes[Verdict.CORRECT] == 1)


async def _audit(rooms: Rooms) -> list[bytes]:
    entries = await rooms.store.command("XRANGE", keys.audit(keys.shard_of(CUSTOMER_ID)), "-", "+")
    return [fields[1] for _, fields in entries]
