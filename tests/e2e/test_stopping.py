"""A gateway that is asked to stop while it is busy: nothing that was accepted is lost, and nothing is done by half."""

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from demo.customer import until
from tests.faults.harness.client import Answer
from tests.faults.harness.installation import Installation, Person, installation

_AT_ONCE = 8
_ASKED_BEFORE_THE_SIGNAL = 20


@pytest.fixture
async def bonin(tmp_path: Path) -> AsyncIterator[Installation]:
    """A gateway, and a store and a carrier that go on without it."""
    async with installation(tmp_path / "installation") as bonin:
        yield bonin


async def _hammer(bonin: Installation, people: Sequence[Person], signals: int) -> dict[str, Answer | None]:
    """Everybody asks once, several at a time; after some were answered the gateway is asked to stop."""
    answers: dict[str, Answer | None] = {}
    left = list(people)

    async def caller() -> None:
        while left:
            person = left.pop()
            answers[person.number] = await bonin.issuer.ask("POST", "/v1/verifications", person.request("sms"))
            if len(answers) == _ASKED_BEFORE_THE_SIGNAL:
                for _ in range(signals):
                    bonin.gateways[0].process.send(signal.SIGTERM)

    await asyncio.gather(*(caller() for _ in range(_AT_ONCE)))
    return answers


async def _code_of(bonin: Installation, person: Person) -> str:
    code = await bonin.phones.code_after(person.number, 0, patience=30.0)
    assert code is not None
    return code


async def _finish(bonin: Installation, person: Person, opened: Any) -> None:
    """The customer types what came: the verification is as it was accepted."""
    body = {"code": await _code_of(bonin, person)}
    checked = await bonin.issuer.expect("POST", f"/v1/verifications/{opened['id']}/check", body)
    assert checked["status"] == "verified"


@pytest.mark.parametrize("signals", [1, 2])
async def test_what_was_accepted_under_load_is_there_again_and_delivered_once(
    bonin: Installation, signals: int
) -> None:
    people = await bonin.register(60)
    answers = await _hammer(bonin, people, signals)
    assert await bonin.gateways[0].process.ended() == 0

    accepted = {number: answer.json for number, answer in answers.items() if answer and answer.status == 201}
    assert len(accepted) >= _ASKED_BEFORE_THE_SIGNAL - _AT_ONCE
    assert {answer.status for answer in answers.values() if answer} <= {201, 503}

    await bonin.gateways[0].start()
    for person in people:
        if person.number in accepted:
            await _finish(bonin, person, accepted[person.number])
    for person in people:
        await bonin.phones.look_again(person.number)
        texts = bonin.phones.count(person.number)
        assert texts == 1 if person.number in accepted else texts <= 1


async def test_with_the_store_that_is_built_in_nothing_is_lost_either(tmp_path: Path) -> None:
    """It stops with the gateway, so what was open is void, and says so: a text that had not gone out would not help."""
    async with installation(tmp_path / "installation", embedded=True) as bonin:
        people = await bonin.register(30)
        answers = await _hammer(bonin, people, signals=1)
        assert await bonin.gateways[0].process.ended() == 0
        await bonin.gateways[0].start()
        for person in people:
            answer = answers[person.number]
            if answer is None or answer.status != 201:
                continue
            now = await bonin.issuer.expect("GET", f"/v1/verifications/{answer.json['id']}")
            assert (now["status"], bool(now["status_reason"])) == ("failed", True)
            await bonin.phones.look_again(person.number)
            assert bonin.phones.count(person.number) <= 1


async def test_who_listens_is_let_go_at_once(bonin: Installation) -> None:
    (person,) = await bonin.register(1)
    opened = await bonin.issuer.expect("POST", "/v1/verifications", person.request("sms"))
    await _code_of(bonin, person)
    address = f"{bonin.gateways[0].url}/v1/verifications/{opened['id']}"
    headers = {"Authorization": f"Bearer {bonin.key}"}
    async with aiohttp.ClientSession(headers=headers) as session, session.get(f"{address}/events") as stream:
        await stream.content.readline()
        polling = asyncio.ensure_future(bonin.issuer.ask("GET", f"/v1/verifications/{opened['id']}?wait=30"))
        await asyncio.sleep(0)
        bonin.gateways[0].process.send(signal.SIGTERM)
        assert b"pending" in await stream.content.read()
        polled = await polling
        assert polled is None or polled.json["status"] == "pending"
    assert await bonin.gateways[0].process.ended() == 0


async def test_it_serves_on_unready_for_as_long_as_balancers_need(tmp_path: Path) -> None:
    settings = {"BONIN_DRAIN_SECONDS": "3"}
    async with installation(tmp_path / "installation", settings=settings) as bonin:
        (person,) = await bonin.register(1)
        bonin.gateways[0].process.send(signal.SIGTERM)

        async def unready() -> bool:
            answer = await bonin.issuer.ask("GET", "/readyz")
            assert answer is not None
            return answer.status == 503 and answer.slug == "draining"

        await until(unready)
        opened = await bonin.issuer.ask("POST", "/v1/verifications", person.request("sms"))
        assert opened is not None
        assert opened.status == 201
        assert await bonin.gateways[0].process.ended() == 0
        assert await bonin.issuer.ask("GET", "/livez") is None
        await bonin.gateways[0].start()
        await _finish(bonin, person, opened.json)
