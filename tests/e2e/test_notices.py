"""Notices (R11): the registered mobile is told what is being issued, once for each request."""

import asyncio
from typing import Any

import aiohttp
import pytest

from demo.api import Api, ApiError
from demo.carriers import SMS_NUMBER
from demo.customer import Customer, until
from demo.running import Demo


async def send(customer: Customer, kind: str = "issuance_started", **more: str) -> Any:
    asked = {"customer_id": customer.customer_id, "kind": kind, "operation": "issue", **more}
    return await customer.api.call("POST", "/v1/notices", asked)


async def arrived(customer: Customer, notice: Any) -> Any:
    async def look() -> Any:
        now = await customer.api.call("GET", f"/v1/notices/{notice['notice_id']}")
        return now if now["delivery"]["state"] == "delivered" else None

    return await until(look)


@pytest.mark.parametrize(
    ("kind", "locale", "words"),
    [
        ("issuance_started", "ko", "진행"),
        ("issuance_completed", "ko", "완료"),
        ("reissue_warning", "ko", "기존 인증서"),
        ("issuance_started", "en", "has begun"),
        ("issuance_completed", "en", "is done"),
        ("reissue_warning", "en", "the old one"),
    ],
)
async def test_a_notice_arrives_and_says_who_to_call(customer: Customer, kind: str, locale: str, words: str) -> None:
    sent = await send(customer, kind, locale=locale)
    assert sent["delivery"]["state"] == "queued"
    assert sent["masked_number"].endswith(customer.number[-4:])
    assert customer.number not in str(sent)
    over = await arrived(customer, sent)
    assert over["delivery"]["carrier"] == "twilio"
    (text,) = await customer.texts()
    assert words in text
    assert "1588-0000" in text
    assert len(text.encode("cp949")) <= 90


async def test_the_same_request_sent_twice_texts_once(demo: Demo, customer: Customer) -> None:
    asked = {"customer_id": customer.customer_id, "kind": "issuance_started", "operation": "issue"}
    headers = {"Authorization": f"Bearer {demo.secrets.api_key}", "Idempotency-Key": "notice-1"}
    async with aiohttp.ClientSession(headers=headers) as session:

        async def post() -> tuple[int, Any]:
            async with session.post(f"{demo.base_url}/v1/notices", json=asked) as response:
                return response.status, await response.json()

        first = await post()
        again = await asyncio.gather(*(post() for _ in range(5)))
    assert {status for status, _ in again} == {202}
    assert all(body["notice_id"] == first[1]["notice_id"] for _, body in again)
    await arrived(customer, first[1])
    assert len(await customer.texts()) == 1


async def test_a_notice_goes_to_the_mobile_that_passed_its_ownership_check(
    api: Api, carrier: Api, customer: Customer
) -> None:
    other = Customer(api, carrier)
    await customer.add_contact(other.number)
    await arrived(customer, await send(customer))
    assert len(await customer.texts()) == 1
    assert await other.texts() == []


async def test_a_customer_without_a_mobile_gets_none(api: Api) -> None:
    await api.call("PUT", "/v1/customers/no-mobile", {"kind": "individual", "name": "김없음", "online_consent": True})
    asked = {"customer_id": "no-mobile", "kind": "issuance_started", "operation": "issue"}
    with pytest.raises(ApiError) as refused:
        await api.call("POST", "/v1/notices", asked)
    assert (refused.value.status, refused.value.slug) == (409, "no-registered-mobile")


async def test_notices_share_the_caps_of_their_number(customer: Customer) -> None:
    answers = await asyncio.gather(*(send(customer) for _ in range(20)), return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, ApiError)]
    assert 0 < len(refused) < len(answers)
    for answer in refused:
        assert answer.slug == "too-many-requests"
        assert answer.problem["retry_after"] > 0


async def test_a_carrier_that_accepts_and_does_not_answer_is_not_asked_again(carrier: Api, customer: Customer) -> None:
    await carrier.call("PUT", "/control/faults", {"seed": 1, "accept_then_timeout": 1})
    sent = await send(customer)

    async def texted() -> Any:
        return await customer.texts()

    assert len(await until(texted)) == 1
    await carrier.call("PUT", "/control/faults", {"seed": 1})
    await arrived(customer, sent)
    assert len(await customer.texts()) == 1


async def denied(customer: Customer, notice: Any) -> Any:
    """The notice once the customer's denial stands in it."""

    async def look() -> Any:
        now = await customer.api.call("GET", f"/v1/notices/{notice['notice_id']}")
        return now if now["denied_at"] else None

    return await until(look)


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("issuance_started", "거부를 접수했습니다. 지금 바로 고객센터로 전화해 주세요."),
        ("reissue_warning", "거부를 접수했습니다. 지금 바로 고객센터로 전화해 주세요."),
        ("issuance_completed", "이미 처리된 건입니다. 지금 바로 고객센터로 전화해 주세요."),
    ],
)
async def test_a_customer_who_asked_for_nothing_answers_the_notice_and_is_told_to_call(
    customer: Customer, kind: str, answer: str
) -> None:
    sent = await send(customer, kind)
    assert (await arrived(customer, sent))["denied_at"] is None
    await customer.text("아니오", to=SMS_NUMBER)
    assert (await denied(customer, sent))["delivery"]["state"] == "delivered"

    async def told() -> bool:
        return any(answer in text for text in await customer.texts())

    await until(told)


async def test_nobody_denies_a_notice_from_another_phone(customer: Customer, api: Api, carrier: Api) -> None:
    other = Customer(api, carrier)
    await other.register()
    sent = await send(customer)
    await arrived(customer, sent)
    await other.text("아니오", to=SMS_NUMBER)
    await until(other.texts)
    now = await api.call("GET", f"/v1/notices/{sent['notice_id']}")
    assert now["denied_at"] is None
    assert "진행 중인 인증이 없습니다" in (await other.texts())[0]
