"""A customer who asked for nothing says so, by whatever way, and everybody is told the same."""

import pytest

from demo.api import Api
from demo.carriers import SMS_NUMBER
from demo.customer import new_number, until
from gateway.store.connection import Store
from gateway.store.read_model import RedisReadModel
from tests.e2e.caller import Caller, Person
from tests.e2e.conftest import Served


async def deny(person: Person, verification: dict[str, str]) -> dict[str, object]:
    """Text 아니오, as soon as the read model knows the customer's number; the verification once it is denied."""

    async def look() -> dict[str, object] | None:
        await person.text("아니오", to=SMS_NUMBER)
        now: dict[str, object] = await person.now(verification)
        return now if now["status"] == "denied" else None

    return dict(await until(look))


def redeeming(person: Person, receipt: str) -> dict[str, object]:
    return {"receipt": receipt, "operation": "issue", "customer_id": person.customer_id}


@pytest.mark.parametrize("method", ["sms", "ars", "sms_reply"])
async def test_what_somebody_else_opened_is_denied_by_a_text(person: Person, issuer: Caller, method: str) -> None:
    denied = await deny(person, await person.start(method))
    assert denied["status_reason"] == "denied_by_reply"
    assert "receipt" not in denied


async def test_whoever_read_the_code_out_and_saw_through_it_has_the_receipt_void(
    person: Person, issuer: Caller
) -> None:
    opened = await person.start("sms")
    await person.texted(1)
    code = await person.texted_code()
    path, asked = f"/v1/verifications/{opened['id']}/check", {"code": code, "attempt_id": "first"}
    verified = await issuer.post(path, asked, {"Idempotency-Key": opened["id"]})
    assert verified.json["correct"]
    assert "receipt" not in await deny(person, opened)
    refused = await issuer.post("/v1/receipts/redeem", redeeming(person, verified.json["receipt"]))
    assert (refused.status, refused.slug) == (409, "receipt-denied")
    for headers in ({}, {"Idempotency-Key": opened["id"]}):
        again = await issuer.post(path, asked, headers)
        assert (again.status, again.slug) == (409, "verification-closed")
        assert again.json["detail"] == "고객이 거부한 인증입니다. 업무를 처리하지 말고 금융사고로 대응해 주세요."
        assert "receipt" not in again.json


async def test_whoever_asks_again_for_the_answer_of_a_redemption_is_told_of_the_denial(
    person: Person, issuer: Caller
) -> None:
    verified = await person.verified_by_sms()
    asked, key = redeeming(person, verified["receipt"]), {"Idempotency-Key": verified["id"]}
    assert (await issuer.post("/v1/receipts/redeem", asked, key)).status == 200
    assert (await issuer.post("/v1/receipts/redeem", asked, key)).status == 200
    await deny(person, verified)
    refused = await issuer.post("/v1/receipts/redeem", asked, key)
    assert (refused.status, refused.slug) == (409, "receipt-denied")


async def test_a_text_is_of_what_went_to_its_number_also_when_the_contact_has_another_since(
    person: Person, served: Served, store_of_served: Store
) -> None:
    of_before, number = await person.verified_by_sms(), person.number
    # What it has of the customer came after their number, so it knows that as well.
    await until(lambda: RedisReadModel(store_of_served).of_customer(person.customer_id, 1))
    asked = {"number": new_number(), "reason": "휴대폰 분실"}
    change = await person.ask_centre(f"/contacts/{person.contact_id}/change", asked)
    async with Api(served.demo.base_url, served.demo.secrets.operator_key) as person.operator:
        await person.decide(change, "이센터장")
    await person.check_ownership(person.contact_id)
    person.number = asked["number"]
    await deny(person, await person.start("sms"))
    assert (await person.now(of_before))["status"] == "verified"
    person.number = number
    assert (await deny(person, of_before))["status_reason"] == "denied_by_reply"
