"""Five wrong answers, however they are given, lock the customer."""

import re

import pytest

from demo.api import ApiError
from demo.carriers import SMS_NUMBER
from demo.customer import until
from tests.e2e.caller import Caller, Person, another


async def _lock(person: Person) -> list[int]:
    """Five wrong answers over three methods and four verifications; the tries left after each."""
    left = []
    before = len(await person.texts())
    reply = await person.start("sms_reply")
    text = await person.start("sms")
    slip = await person.start("branch_otp")
    code = "".join(re.findall("인증번호 ([0-9]{6})", " ".join((await person.texted(before + 2))[before:])))
    for opened, wrong in ((text, another(code)), (slip, "000000"), (text, another(code))):
        left.append((await person.check(opened, wrong))["attempts_remaining"])
    await person.text(another(reply["binding_code"]), to=SMS_NUMBER)
    await person.texted(before + 3)
    left.append((await person.now(reply))["attempts_remaining"])
    last = await person.check(slip, "000001")
    assert (last["status"], last["status_reason"], last["correct"]) == ("failed", "locked", False)
    return [*left, last["attempts_remaining"]]


async def test_five_wrong_answers_over_all_methods_lock(person: Person, issuer: Caller) -> None:
    assert await _lock(person) == [4, 3, 2, 1, 0]
    assert (await issuer.get(f"/v1/customers/{person.customer_id}")).json["locked"] is True


async def test_a_lock_closes_what_else_is_open_and_takes_no_right_code(person: Person) -> None:
    reissue = await person.start("sms", "reissue")
    await person.texted(1)
    code = await person.texted_code()
    await _lock(person)
    over = await person.now(reissue)
    assert (over["status"], over["status_reason"], over["attempts_remaining"]) == ("failed", "locked", 0)
    with pytest.raises(ApiError) as refused:
        await person.check(reissue, code)
    assert refused.value.slug == "verification-closed"


@pytest.mark.parametrize("method", ["sms", "ars", "sms_reply", "branch_otp"])
async def test_nothing_is_opened_for_who_is_locked(person: Person, issuer: Caller, method: str) -> None:
    await _lock(person)
    refused = await issuer.post("/v1/verifications", person.request(method))
    assert (refused.status, refused.slug) == (423, "customer-locked")
    assert refused.json["attempts_remaining"] == 0


async def test_registering_the_customer_again_does_not_unlock(person: Person, issuer: Caller) -> None:
    await _lock(person)
    body = {"kind": "individual", "name": "김시험", "online_consent": True}
    assert (await issuer.send("PUT", f"/v1/customers/{person.customer_id}", body)).json["locked"] is True


async def test_a_right_answer_does_not_give_back_what_wrong_ones_cost(person: Person) -> None:
    opened = await person.start("branch_otp")
    await person.check(opened, "000000")
    assert (await person.check(opened, (await person.slip())["password"]))["attempts_remaining"] == 4
    assert (await person.start("branch_otp"))["attempts_remaining"] == 4


async def test_a_phone_that_rings_for_another_verification_stops_when_the_customer_is_locked(person: Person) -> None:
    opened = await person.start("ars")

    async def status() -> str | None:
        calls = await person.carrier.call("GET", f"/control/calls?to=%2B{person.number[1:]}")
        return str(calls["calls"][-1]["status"]) if calls["calls"] else None

    async def rings() -> bool:
        return await status() == "ringing"

    async def is_over() -> bool:
        return await status() in ("canceled", "completed")

    await until(rings)
    await _lock(person)
    await until(is_over)
    over = await person.now(opened)
    assert (over["status"], over["status_reason"]) == ("failed", "locked")


async def test_who_is_locked_needs_extra_authentication_as_a_company_as_well(person: Person, issuer: Caller) -> None:
    await _lock(person)
    company = {"kind": "corporate", "name": "김시험", "online_consent": True}
    assert (await issuer.send("PUT", f"/v1/customers/{person.customer_id}", company)).json["locked"] is True
    asked = {"customer_id": person.customer_id, "operation": "issue", "client_ip": "168.126.63.1"}
    decided = (await issuer.post("/v1/decisions", asked)).json
    assert (decided["outcome"], decided["reasons"][0]["rule"]) == ("refused", "R20")
    refused = await issuer.post("/v1/verifications", person.request("branch_otp"))
    assert (refused.status, refused.slug) == (423, "customer-locked")
