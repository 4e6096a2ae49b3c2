"""Auto-connect (R14): a device that proved itself skips the reply at its next cloud sign-in, and only there."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from demo.api import Api, ApiError
from demo.customer import Customer
from demo.running import Demo

DEVICE = "pc-1"


@pytest.fixture
async def customer(demo: Demo, api: Api, carrier: Api) -> AsyncIterator[Customer]:
    async with Api(demo.base_url, demo.secrets.operator_key) as operator:
        somebody = Customer(api, carrier, operator)
        await somebody.register()
        yield somebody


async def signed_in_by_reply(customer: Customer, operation: str = "cloud_login") -> Any:
    opened = await customer.open("sms_reply", operation)
    await customer.text(opened["binding_code"], to=await customer.asked_by_text())
    return await customer.closed(opened)


async def give(customer: Customer, verification: Any, device: str = DEVICE) -> Any:
    path = f"/v1/customers/{customer.customer_id}/auto-connects"
    return await customer.api.call("POST", path, {"verification_id": verification["id"], "device": device})


async def decide(customer: Customer, token: str | None, device: str = DEVICE, operation: str = "cloud_login") -> Any:
    asked = {"customer_id": customer.customer_id, "operation": operation, "client_ip": "203.0.113.7", "device": device}
    if token is not None:
        asked["auto_connect_token"] = token
    return await customer.api.call("POST", "/v1/decisions", asked)


async def remembered(customer: Customer) -> list[Any]:
    listed = await customer.api.call("GET", f"/v1/customers/{customer.customer_id}/auto-connects")
    return list(listed["auto_connects"])


async def test_a_device_that_replied_once_skips_the_reply_and_gets_a_new_token_each_time(customer: Customer) -> None:
    token = (await give(customer, await signed_in_by_reply(customer)))["auto_connect_token"]
    for _ in range(3):
        decision = await decide(customer, token)
        assert decision["outcome"] == "exempt"
        assert decision["reasons"][0]["rule"] == "R14"
        assert decision["auto_connect_token"] != token
        token = decision["auto_connect_token"]


async def test_the_reply_that_registered_with_the_cloud_counts_as_well(customer: Customer) -> None:
    registered = await signed_in_by_reply(customer, "cloud_register")
    token = (await give(customer, registered))["auto_connect_token"]
    assert (await decide(customer, token))["outcome"] == "exempt"
    with pytest.raises(ApiError) as refused:
        await give(customer, registered)
    assert refused.value.slug == "auto-connect-refused"


@pytest.mark.parametrize("operation", ["issue", "register_other"])
async def test_a_reply_for_anything_else_does_not(customer: Customer, operation: str) -> None:
    with pytest.raises(ApiError) as refused:
        await give(customer, await signed_in_by_reply(customer, operation))
    assert refused.value.slug == "auto-connect-refused"


async def test_an_old_token_that_comes_back_ends_the_whole_family(customer: Customer) -> None:
    old = (await give(customer, await signed_in_by_reply(customer)))["auto_connect_token"]
    latest = (await decide(customer, old))["auto_connect_token"]
    assert (await decide(customer, old))["outcome"] == "required"
    assert (await decide(customer, latest))["outcome"] == "required"
    assert await remembered(customer) == []


async def test_a_token_without_its_device_does_nothing_and_stays_good(customer: Customer) -> None:
    token = (await give(customer, await signed_in_by_reply(customer)))["auto_connect_token"]
    asked = {"customer_id": customer.customer_id, "operation": "cloud_login", "client_ip": "203.0.113.7"}
    forgotten = await customer.api.call("POST", "/v1/decisions", asked | {"auto_connect_token": token})
    assert forgotten["outcome"] == "required"
    assert (await decide(customer, token))["outcome"] == "exempt"


async def test_a_token_on_another_device_ends_the_family(customer: Customer) -> None:
    token = (await give(customer, await signed_in_by_reply(customer)))["auto_connect_token"]
    assert (await decide(customer, token, device="pc-2"))["outcome"] == "required"
    assert (await decide(customer, token))["outcome"] == "required"


async def test_a_token_of_another_customer_is_worth_nothing(customer: Customer, api: Api, carrier: Api) -> None:
    token = (await give(customer, await signed_in_by_reply(customer)))["auto_connect_token"]
    stranger = Customer(api, carrier)
    await stranger.register()
    assert (await decide(stranger, token))["outcome"] == "required"
    assert (await decide(customer, token))["outcome"] == "exempt"


@pytest.mark.parametrize("operation", ["issue", "reissue", "cloud_register"])
async def test_only_a_cloud_sign_in_is_exempt(customer: Customer, operation: str) -> None:
    token = (await give(customer, await signed_in_by_reply(customer)))["auto_connect_token"]
    assert (await decide(customer, token, operation=operation))["outcome"] == "required"
    assert (await decide(customer, token))["outcome"] == "exempt"


async def test_a_verification_gives_one_token_and_only_once_it_is_verified(customer: Customer) -> None:
    verified = await signed_in_by_reply(customer)
    await give(customer, verified)
    still_open = await customer.open("sms_reply", "cloud_login")
    for verification in (verified, still_open):
        with pytest.raises(ApiError) as refused:
            await give(customer, verification)
        assert (refused.value.status, refused.value.slug) == (409, "auto-connect-refused")


async def test_remembered_devices_are_listed_without_tokens_and_can_be_forgotten(customer: Customer) -> None:
    given = await give(customer, await signed_in_by_reply(customer))
    (listed,) = await remembered(customer)
    assert listed == {name: value for name, value in given.items() if name != "auto_connect_token"}
    path = f"/v1/customers/{customer.customer_id}/auto-connects/{given['auto_connect_id']}"
    await customer.api.call("DELETE", path)
    assert (await decide(customer, given["auto_connect_token"]))["outcome"] == "required"
    with pytest.raises(ApiError) as missing:
        await customer.api.call("DELETE", path)
    assert missing.value.slug == "auto-connect-not-found"


@pytest.mark.parametrize("token", ["x", "act_.", "act_0123456789abcdefghjk.", "." * 100, "{}*?[a]"])
async def test_a_made_up_token_is_worth_nothing(customer: Customer, token: str) -> None:
    assert (await decide(customer, token))["outcome"] == "required"


async def test_a_device_is_forgotten_when_the_contact_that_proved_it_changes(customer: Customer) -> None:
    token = (await give(customer, await signed_in_by_reply(customer)))["auto_connect_token"]
    changed = await customer.ask_centre(
        f"/contacts/{customer.contact_id}/change", {"number": "+821055554444", "reason": "고객 요청"}
    )
    token = (await decide(customer, token))["auto_connect_token"]
    await customer.decide(changed, "이센터장")
    assert (await decide(customer, token))["outcome"] == "required"
    assert await remembered(customer) == []


async def test_another_person_is_not_known_by_the_device_of_the_one_before(customer: Customer) -> None:
    token = (await give(customer, await signed_in_by_reply(customer)))["auto_connect_token"]
    another = {"kind": "individual", "name": "임꺽정", "online_consent": True}
    await customer.api.call("PUT", f"/v1/customers/{customer.customer_id}", another)
    assert (await decide(customer, token))["outcome"] == "required"
    assert await remembered(customer) == []
