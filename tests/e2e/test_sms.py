"""Method `sms`, from the first request to the receipt."""

import asyncio

import pytest

from demo.api import ApiError
from tests.e2e.caller import Caller, Person, another


async def test_the_texted_code_verifies(person: Person) -> None:
    opened = await person.start("sms")
    assert opened["status"] == "pending"
    assert "binding_code" not in opened
    checked = await person.check(opened, await person.texted_code())
    assert checked["status"] == "verified"
    assert checked["correct"] is True
    assert checked["receipt"]


async def test_the_text_names_the_firm_the_operation_and_the_minutes_in_one_korean_text(person: Person) -> None:
    await person.start("sms")
    code = await person.texted_code()
    (text,) = await person.texts()
    assert text == f"[본인증권] 인증서 발급 인증번호 {code} (5분내 입력) 타인에게 절대 알려주지 마세요"
    assert len(text.encode("cp949")) <= 90


async def test_the_text_is_english_for_who_asks_for_it(person: Person) -> None:
    await person.start("sms", locale="en")
    code = await person.texted_code()
    assert (await person.texts())[0].startswith(f"[Bonin Securities] {code}: code for")


async def test_a_wrong_code_costs_a_try_and_leaves_it_open(person: Person) -> None:
    opened = await person.start("sms")
    code = await person.texted_code()
    wrong = await person.check(opened, another(code))
    assert (wrong["correct"], wrong["status"], wrong["attempts_remaining"]) == (False, "pending", 4)
    assert "receipt" not in wrong
    assert (await person.check(opened, code))["status"] == "verified"


async def test_an_attempt_sent_again_gets_the_same_verdict(person: Person, issuer: Caller) -> None:
    opened = await person.start("sms")
    code = await person.texted_code()
    path = f"/v1/verifications/{opened['id']}/check"
    first = (await issuer.post(path, {"code": another(code), "attempt_id": "a"})).json
    again = (await issuer.post(path, {"code": code, "attempt_id": "a"})).json
    assert first["correct"] is again["correct"] is False
    assert first["attempts_remaining"] == again["attempts_remaining"] == 4


async def test_a_code_is_good_for_one_verdict_however_many_ask_at_once(person: Person, issuer: Caller) -> None:
    opened = await person.start("sms")
    body = {"code": await person.texted_code()}
    asked = [issuer.post(f"/v1/verifications/{opened['id']}/check", body) for _ in range(12)]
    answers = await asyncio.gather(*asked)
    assert sorted(answer.status for answer in answers) == [200] + [409] * 11


async def test_the_code_of_one_verification_is_worth_nothing_to_another(person: Person) -> None:
    first = await person.start("sms")
    code = await person.texted_code()
    second = await person.start("sms", "reissue")
    assert (await person.check(second, code))["correct"] is False
    assert (await person.check(first, code))["correct"] is True


async def test_whoever_checks_a_code_again_without_an_id_is_told_where_the_receipt_is(
    person: Person, issuer: Caller
) -> None:
    opened = await person.start("sms")
    code = await person.texted_code()
    assert (await person.check(opened, code))["correct"] is True
    again = await issuer.post(f"/v1/verifications/{opened['id']}/check", {"code": code}, {"Accept-Language": "en"})
    assert (again.status, again.slug) == (409, "verification-closed")
    assert again.json["detail"] == "Its status is verified. Read the verification: it has the receipt."
    assert (await person.now(opened))["receipt"]


async def test_a_canceled_verification_takes_no_code(person: Person) -> None:
    opened = await person.start("sms")
    code = await person.texted_code()
    canceled = await person.cancel(opened)
    assert (canceled["status"], canceled["status_reason"]) == ("canceled", "canceled_by_caller")
    with pytest.raises(ApiError) as refused:
        await person.check(opened, code)
    assert (refused.value.status, refused.value.slug) == (409, "verification-closed")


async def test_a_text_to_a_phone_that_is_off_is_undelivered_and_stays_open(person: Person, issuer: Caller) -> None:
    await person.phone_is(behaviour="unreachable")
    opened = await person.start("sms")
    now = opened
    while now["delivery"]["state"] in ("queued", "sent"):
        now = (await issuer.get(f"/v1/verifications/{opened['id']}?wait=10")).json
    assert (now["status"], now["delivery"]["state"]) == ("pending", "undelivered")
    assert now["status_reason"] == now["delivery"]["reason"] == "unreachable"


async def test_a_name_that_changes_voids_the_code_that_is_under_way(person: Person, issuer: Caller) -> None:
    opened = await person.start("sms")
    code = await person.texted_code()
    body = {"kind": "individual", "name": "다른이", "online_consent": True, "birth_date": "1990-01-01"}
    changed = (await issuer.send("PUT", f"/v1/customers/{person.customer_id}", body)).json
    assert [contact["status"] for contact in changed["contacts"]] == ["needs_verification"]
    over = await person.now(opened)
    assert (over["status"], over["status_reason"]) == ("failed", "customer_changed")
    with pytest.raises(ApiError) as refused:
        await person.check(opened, code)
    assert refused.value.slug == "verification-closed"


async def test_the_walk_reads_the_code_of_the_text_that_it_just_asked_for(person: Person) -> None:
    for _ in range(3):
        opened, code = await person.open_by_sms()
        assert (await person.check(opened, code))["status"] == "verified"
