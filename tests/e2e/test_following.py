"""Following a verification: long polls, server-sent events, and who may."""

import asyncio

import aiohttp
import orjson
import pytest

from gateway.store import changes
from tests.e2e.caller import Caller, Person, another


async def test_a_long_poll_comes_back_at_the_change_and_not_before(
    person: Person, issuer: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "_LONGEST_SILENCE", 60.0)  # it is told, and does not look
    opened = await person.start("branch_otp")
    path = f"/v1/verifications/{opened['id']}?wait=30"
    poll = asyncio.ensure_future(issuer.get(path))
    early, _ = await asyncio.wait([poll], timeout=0.3)
    assert not early
    await person.check(opened, (await person.slip())["password"])
    async with asyncio.timeout(20):
        assert (await poll).json["status"] == "verified"


@pytest.mark.parametrize("without", ["", "W/", 'W/"'])
async def test_what_changed_since_the_last_look_is_answered_at_once(
    person: Person, issuer: Caller, without: str
) -> None:
    opened = await person.start("branch_otp")
    path = f"/v1/verifications/{opened['id']}"
    seen = (await issuer.get(path)).headers["ETag"]
    await person.check(opened, "000000")
    async with asyncio.timeout(5):
        answer = await issuer.get(f"{path}?wait=30", {"If-None-Match": seen.strip(without)})
    assert answer.headers["ETag"] != seen
    assert answer.json["attempts_remaining"] == 4


@pytest.mark.parametrize("query", ["", "?wait=1"])
async def test_where_nothing_has_changed_nothing_is_told_again(person: Person, issuer: Caller, query: str) -> None:
    path = f"/v1/verifications/{(await person.start('branch_otp'))['id']}"
    seen = (await issuer.get(path)).headers["ETag"]
    for sent_back in (seen, f'"another", {seen.removeprefix("W/")}', "*"):
        answer = await issuer.get(path + query, {"If-None-Match": sent_back})
        assert (answer.status, answer.content, answer.headers["ETag"]) == (304, b"", seen)
        assert "Content-Length" not in answer.headers
    assert (await issuer.get(path + query, {"If-None-Match": '"another"'})).headers["ETag"] == seen


async def test_attempts_that_were_lost_elsewhere_are_a_change(person: Person, issuer: Caller) -> None:
    followed, tried = await person.start("branch_otp"), await person.start("sms")
    path = f"/v1/verifications/{followed['id']}"
    seen = (await issuer.get(path)).headers["ETag"]
    await person.check(tried, another(await person.texted_code()))
    assert (await issuer.get(path, {"If-None-Match": seen})).json["attempts_remaining"] == 4


async def test_a_closed_verification_keeps_nobody_waiting(person: Person, issuer: Caller) -> None:
    opened = await person.start("branch_otp")
    await person.cancel(opened)
    async with asyncio.timeout(5):
        assert (await issuer.get(f"/v1/verifications/{opened['id']}?wait=30")).json["status"] == "canceled"


@pytest.mark.parametrize("wait", ["31", "-1", "1.5", "x", "", "%EF%BC%91", "1&wait=1", "1&more=1", "9" * 40])
async def test_a_wait_that_makes_no_sense_is_refused(person: Person, issuer: Caller, wait: str) -> None:
    opened = await person.start("branch_otp")
    refused = await issuer.get(f"/v1/verifications/{opened['id']}?wait={wait}")
    assert refused.status == 422
    assert refused.fields


async def test_the_events_tell_each_change_in_order_and_end_with_the_verdict(person: Person, issuer: Caller) -> None:
    opened = await person.start("sms")
    events = asyncio.ensure_future(issuer.get(f"/v1/verifications/{opened['id']}/events"))
    code = await person.texted_code()
    await person.check(opened, another(code))
    await person.check(opened, code)
    answer = await events
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    seen = [orjson.loads(event["data"]) for event in answer.events]
    assert [event["status"] for event in seen[:-1]] == ["pending"] * (len(seen) - 1)
    assert (seen[-1]["status"], bool(seen[-1]["receipt"])) == ("verified", True)
    tries = [event["attempts_remaining"] for event in seen]
    assert tries == sorted(tries, reverse=True)
    assert "code" not in answer.content.decode().replace("binding_code", "")


async def test_who_lost_the_events_goes_on_after_the_last_one_that_arrived(person: Person, issuer: Caller) -> None:
    opened = await person.start("branch_otp")
    path = f"/v1/verifications/{opened['id']}/events"
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {issuer.key}"}) as session,
        session.get(issuer.base_url + path) as stream,
    ):
        seen = (await stream.content.readuntil(b"\n")).decode().strip().removeprefix("id: ")
    assert (await person.check(opened, (await person.slip())["password"]))["status"] == "verified"
    rest = await issuer.get(path, {"Last-Event-ID": seen})
    (verdict,) = rest.events
    assert orjson.loads(verdict["data"])["status"] == "verified"


async def test_who_has_seen_the_verdict_is_told_not_to_ask_again(person: Person, issuer: Caller) -> None:
    """An `EventSource` whose stream ends asks again for ever, until it is answered with 204 (WHATWG HTML, 9.2)."""
    opened = await person.start("branch_otp")
    path = f"/v1/verifications/{opened['id']}/events"
    await issuer.post(f"/v1/verifications/{opened['id']}/cancel")
    first = await issuer.get(path)
    (seen,) = [line[4:] for line in first.content.decode().splitlines() if line.startswith("id: ")]
    again = await issuer.get(path, {"Last-Event-ID": seen})
    assert (again.status, again.content) == (204, b"")


async def test_a_listener_that_leaves_disturbs_nobody(person: Person, issuer: Caller) -> None:
    opened = await person.start("branch_otp")
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {issuer.key}"}) as session,
        session.get(f"{issuer.base_url}/v1/verifications/{opened['id']}/events") as stream,
    ):
        await stream.content.readline()
    assert (await person.check(opened, (await person.slip())["password"]))["status"] == "verified"


async def test_a_verification_is_not_there_for_another_client(
    person: Person, another_client: Caller, issuer: Caller
) -> None:
    opened = await person.start("sms")
    code = await person.texted_code()
    path = f"/v1/verifications/{opened['id']}"
    for answer in (
        await another_client.get(path),
        await another_client.get(f"{path}?wait=1"),
        await another_client.get(f"{path}/events"),
        await another_client.post(f"{path}/check", {"code": code}),
        await another_client.post(f"{path}/resend"),
        await another_client.post(f"{path}/cancel"),
    ):
        assert (answer.status, answer.slug) == (404, "verification-not-found")
    nowhere = await another_client.get("/v1/verifications/ver_" + "0" * 22)
    assert {**nowhere.json, "instance": ""} == {**(await another_client.get(path)).json, "instance": ""}
    assert (await issuer.get(path)).json["attempts_remaining"] == 5
