"""Held methods over HTTP: gateway, local carrier and store as the demo runs them."""

import asyncio
from collections.abc import Awaitable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from demo.api import Api, ApiError
from demo.customer import Customer, new_number, until
from demo.people import korean_today
from demo.running import Demo
from tests.conftest import demo_on_free_ports


async def refusal(call: Awaitable[Any]) -> ApiError:
    with pytest.raises(ApiError) as refused:
        await call
    return refused.value


async def metric(demo: Demo, line: str) -> float:
    async with aiohttp.ClientSession() as session, session.get(f"{demo.base_url}/metrics") as response:
        lines = (await response.text()).splitlines()
    return float(next(one for one in lines if one.startswith(line)).rpartition(" ")[2])


async def until_texted(customer: Customer, count: int) -> None:
    async def look() -> bool:
        return len(await customer.texts()) >= count

    await until(look)


async def contact_of(customer: Customer) -> Any:
    listed = await customer.api.call("GET", f"/v1/customers/{customer.customer_id}/contacts")
    return next(one for one in listed["contacts"] if one["contact_id"] == customer.contact_id)


@pytest.mark.parametrize("method", ["sms", "sms_reply"])
async def test_a_changed_sim_holds_texts_and_offers_the_call_and_the_other_phone(
    customer: Customer, method: str
) -> None:
    other = await customer.add_contact(new_number())
    await customer.check_ownership(other)
    await customer.phone_is(sim_swapped_hours_ago=71)
    refused = await refusal(customer.open(method))
    assert (refused.status, refused.slug) == (409, "method-held")
    assert refused.problem["signal"] == "sim_swap"
    assert "ars" in refused.problem["methods"]
    assert not {"sms", "sms_reply"} & set(refused.problem["methods"])
    assert [one["contact_id"] for one in refused.problem["contacts"]] == [other]
    assert "sms" in refused.problem["contacts"][0]["methods"]
    assert customer.number[1:] not in repr(refused.problem)
    assert await customer.texts() == []
    assert (await customer.open("ars"))["status"] == "pending"


async def test_a_contact_that_was_vouched_for_is_not_offered_for_vouching(customer: Customer) -> None:
    vouched, target = [await customer.add_contact(new_number()) for _ in range(2)]
    path = f"/v1/customers/{customer.customer_id}/contacts/{vouched}/vouch"
    body = {
        "customer_id": customer.customer_id,
        "method": "sms",
        "operation": "vouch",
        "contact_id": customer.contact_id,
    }
    opened = await customer.api.call("POST", "/v1/verifications", {**body, "target_contact_id": vouched})
    verified = await customer.check(opened, await customer.texted_code())
    await customer.api.call("POST", path, {"receipt": verified["receipt"]})
    await customer.phone_is(sim_swapped_hours_ago=1)
    vouching = customer.api.call("POST", "/v1/verifications", {**body, "target_contact_id": target})
    refused = await refusal(vouching)
    assert (refused.slug, refused.problem["methods"], refused.problem["contacts"]) == ("method-held", ["ars"], [])
    issuing = await refusal(customer.open("sms"))
    assert issuing.problem["contacts"] == [{"contact_id": vouched, "methods": ["ars"]}]


async def test_after_the_hours_texts_go_out_again(customer: Customer) -> None:
    await customer.phone_is(sim_swapped_hours_ago=72)
    assert (await customer.open("sms"))["status"] == "pending"


async def test_no_call_goes_to_a_forwarded_number_until_it_is_not(customer: Customer, carrier: Api) -> None:
    await customer.phone_is(forwarded=True)
    refused = await refusal(customer.open("ars"))
    assert (refused.slug, refused.problem["signal"]) == ("method-held", "call_forwarding")
    assert (await carrier.call("GET", f"/control/calls?to=%2B{customer.number[1:]}"))["calls"] == []
    await customer.phone_is(forwarded=False)
    assert (await customer.open("ars"))["status"] == "pending"


async def test_a_number_that_somebody_else_has_now_needs_verification_again(customer: Customer) -> None:
    await customer.phone_is(recycled_on=korean_today())
    refused = await refusal(customer.open("sms"))
    assert (refused.slug, refused.problem["signal"]) == ("method-held", "number_recycling")
    assert refused.problem["methods"] == []
    assert (await contact_of(customer))["status"] == "needs_verification"
    assert (await refusal(customer.open("sms"))).slug == "method-not-available"


async def test_a_sim_changed_after_the_first_text_holds_the_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BONIN_RESEND_AFTER", "0")
    async with AsyncExitStack() as stack:
        demo = await stack.enter_async_context(demo_on_free_ports(tmp_path / "demo"))
        api = await stack.enter_async_context(Api(demo.base_url, demo.secrets.api_key))
        customer = Customer(api, await stack.enter_async_context(Api(demo.carrier_url)))
        await customer.register()
        opened = [await customer.open("sms"), await customer.open("sms_reply", "cloud_login")]
        await until_texted(customer, 2)
        await customer.phone_is(sim_swapped_hours_ago=0)
        for one, instead in zip(opened, (["ars"], []), strict=True):
            refused = await refusal(api.call("POST", f"/v1/verifications/{one['id']}/resend", {}))
            assert (refused.slug, refused.problem["signal"]) == ("method-held", "sim_swap")
            assert refused.problem["methods"] == instead, "the cloud takes no call"
        assert len(await customer.texts()) == 2


async def test_a_carrier_that_cannot_be_asked_holds_texts_and_is_counted(
    demo: Demo, customer: Customer, carrier: Api
) -> None:
    counted = 'bonin_risk_signal_failures_total{signal="sim_swap"}'
    assert await metric(demo, counted) == 0
    await carrier.call("PUT", "/control/faults", {"seed": 1, "look_up_error_rate": 1})
    refused = await refusal(customer.open("sms"))
    await carrier.call("PUT", "/control/faults", {"seed": 1})
    assert (refused.slug, refused.problem["signal"]) == ("method-held", "sim_swap")
    assert await metric(demo, counted) >= 1
    assert (await contact_of(customer))["status"] == "verifiable"
    assert (await customer.open("sms"))["status"] == "pending"


async def test_a_decision_tells_the_methods_that_are_held(customer: Customer) -> None:
    await customer.phone_is(sim_swapped_hours_ago=1)
    asked = {"customer_id": customer.customer_id, "operation": "issue", "client_ip": "203.0.113.7"}
    decided = await customer.api.call("POST", "/v1/decisions", asked)
    assert decided["contacts"][0]["methods"] == ["ars"]


async def test_three_refused_ownership_checks_are_enough_for_a_day(customer: Customer, carrier: Api) -> None:
    number = new_number()
    contact_id = await customer.add_contact(number)
    phone = f"/control/phones/%2B{number[1:]}"
    await carrier.call("PUT", phone, {"owner_name": "이몽룡", "registry": "outage"})
    for _ in range(4):
        assert (await refusal(customer.check_ownership(contact_id))).slug == "ownership-check-unavailable"
    await carrier.call("PUT", phone, {"registry": "normal"})
    at_once = await asyncio.gather(*(refusal(customer.check_ownership(contact_id)) for _ in range(6)))
    assert sorted(one.slug for one in at_once) == ["ownership-not-confirmed"] * 3 + ["too-many-requests"] * 3
    await carrier.call("PUT", phone, {"owner_name": "김걸음"})
    waiting = await refusal(customer.check_ownership(contact_id))
    assert waiting.status == 429
    assert 86_000 < waiting.problem["retry_after"] <= 86_400
    another = await customer.add_contact(new_number())
    assert (await customer.check_ownership(another))["status"] == "verifiable"


async def test_a_check_that_passes_costs_no_try(customer: Customer) -> None:
    for _ in range(5):
        assert (await customer.check_ownership(customer.contact_id))["status"] == "verifiable"


@pytest.mark.usefixtures("people")
async def test_the_demos_people_show_each_signal(api: Api) -> None:
    for customer_id, method, signal in (
        ("yu-gwansun", "sms", "sim_swap"),
        ("an-changho", "ars", "call_forwarding"),
        ("kim-yujeong", "sms", "number_recycling"),
    ):
        contacts = (await api.call("GET", f"/v1/customers/{customer_id}/contacts"))["contacts"]
        contact = next(one for one in contacts if one["label"] == "mobile")
        body = {"customer_id": customer_id, "method": method, "operation": "issue", "contact_id": contact["contact_id"]}
        refused = await refusal(api.call("POST", "/v1/verifications", body))
        assert (refused.slug, refused.problem["signal"]) == ("method-held", signal)
