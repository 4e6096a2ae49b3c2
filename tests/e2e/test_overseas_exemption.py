"""The overseas exemption from registration to decision (R9, R20), in the running demo."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from demo.api import Api, ApiError
from demo.customer import Customer
from demo.running import MANAGER, PERSON, Demo

ABROAD = "133.11.0.1"
ABROAD_V6 = "240e::1"
AT_HOME = "168.126.63.1"
AT_HOME_V6 = "2001:2d8::1"
PERSON_ABROAD = {"name": "김걸음", "birth_date": "1990-01-01"}
WHEN = datetime.now(UTC).replace(microsecond=0)


def moment(days: float) -> str:
    return (WHEN + timedelta(days=days)).isoformat()


def registration(via: str = "online", start: float = -1, until: float = 30) -> dict[str, str]:
    return {"from": moment(start), "until": moment(until), "requested_via": via}


@pytest.fixture
async def traveller(customer: Customer) -> Customer:
    """Has left, as the departure records know."""
    await leave(customer)
    return customer


async def leave(customer: Customer, departed: object = True, **more: str) -> None:
    await customer.carrier.call("PUT", "/control/departures", {**PERSON_ABROAD, "departed": departed, **more})


def path(customer: Customer) -> str:
    return f"/v1/customers/{customer.customer_id}/overseas-exemption"


async def put(customer: Customer, body: object = None) -> Any:
    return await customer.api.call("PUT", path(customer), registration() if body is None else body)


async def registered(customer: Customer) -> Any:
    return (await customer.api.call("GET", f"/v1/customers/{customer.customer_id}"))["overseas_exemption"]


async def decide(customer: Customer, client_ip: str = ABROAD, operation: str = "issue") -> Any:
    asked = {"customer_id": customer.customer_id, "operation": operation, "client_ip": client_ip}
    return await customer.api.call("POST", "/v1/decisions", asked)


async def refused(call: Any) -> ApiError:
    with pytest.raises(ApiError) as refusal:
        await call
    return refusal.value


async def approve(operator: Api, approval: Any) -> Any:
    body = {"approved_by": MANAGER, "reason": "본인 확인함"}
    return await operator.call("POST", f"/v1/approvals/{approval['approval_id']}/approve", body)


async def test_a_customer_who_asked_online_and_left_is_exempt_from_abroad_only(traveller: Customer) -> None:
    answer = await put(traveller)
    assert answer == {"from": utc(-1), "until": utc(30), "requested_via": "online"}
    assert await registered(traveller) == answer
    for client_ip in (ABROAD, ABROAD_V6):
        decision = await decide(traveller, client_ip)
        assert decision["outcome"] == "exempt"
        assert (decision["reasons"][0]["rule"], decision["reasons"][0]["met"]) == ("R9", True)
    for client_ip in (AT_HOME, AT_HOME_V6, "203.0.113.7", "10.0.0.1", "::ffff:133.11.0.1", "2002:850b:1::1"):
        assert (await decide(traveller, client_ip))["outcome"] == "required"


def utc(days: float) -> str:
    return (WHEN + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


async def test_a_registration_alone_is_not_enough(customer: Customer) -> None:
    await put(customer)
    decision = await decide(customer)
    assert decision["outcome"] == "required"
    (why,) = (reason for reason in decision["reasons"] if reason["rule"] == "R9")
    assert not why["met"]


async def test_a_departure_alone_is_not_enough(traveller: Customer) -> None:
    assert (await decide(traveller))["outcome"] == "required"
    await put(traveller, registration(start=1))
    assert (await decide(traveller))["outcome"] == "required"


@pytest.mark.parametrize(
    "record",
    [
        {"departed": False},
        {"departed": "unknown"},
        {"departed": "outage"},
        {"departed": True, "as_of": "2020-01-01T00:00:00Z"},
    ],
)
async def test_a_departure_that_is_in_doubt_is_not_enough(customer: Customer, record: dict[str, Any]) -> None:
    await put(customer)
    await leave(customer, **record)
    assert (await decide(customer))["outcome"] == "required"


async def test_departure_records_that_hang_are_not_waited_for(traveller: Customer) -> None:
    await put(traveller)
    await traveller.carrier.call("PUT", "/control/faults", {"seed": 1, "look_up_timeout": 1})
    async with asyncio.timeout(10):
        assert (await decide(traveller))["outcome"] == "required"


async def test_registering_again_replaces_and_withdrawing_ends_it(traveller: Customer, demo: Demo) -> None:
    assert await status_of(demo, "PUT", path(traveller), registration()) == 201
    assert await status_of(demo, "PUT", path(traveller), registration(until=60)) == 200
    assert (await registered(traveller))["until"] == utc(60)
    assert await status_of(demo, "DELETE", path(traveller)) == 204
    assert await registered(traveller) is None
    assert (await decide(traveller))["outcome"] == "required"
    assert await status_of(demo, "DELETE", path(traveller)) == 204


async def status_of(demo: Demo, method: str, where: str, body: object = None) -> int:
    headers = {"Authorization": f"Bearer {demo.secrets.api_key}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.request(method, demo.base_url + where, json=body) as response,
    ):
        return response.status


async def test_a_phone_call_registers_nothing_before_a_second_person_approves(
    traveller: Customer, operator: Api, demo: Demo
) -> None:
    assert await status_of(demo, "PUT", path(traveller), registration("call_center")) == 202
    approval = await put(traveller, registration("call_center"))
    assert (approval["kind"], approval["status"]) == ("overseas_exemption", "waiting")
    assert (approval["requested_by"], approval["from"], approval["until"]) == (PERSON, utc(-1), utc(30))
    assert await registered(traveller) is None
    assert (await decide(traveller))["outcome"] == "required"
    assert (await approve(operator, approval))["status"] == "approved"
    assert await registered(traveller) == {"from": utc(-1), "until": utc(30), "requested_via": "call_center"}
    assert (await decide(traveller))["outcome"] == "exempt"


async def test_a_request_by_phone_is_outdated_once_the_customer_decided_otherwise(
    traveller: Customer, operator: Api
) -> None:
    for overtake in (put(traveller), traveller.api.call("DELETE", path(traveller))):
        approval = await put(traveller, registration("call_center", until=90))
        await overtake
        assert (await refused(approve(operator, approval))).slug == "approval-outdated"
    assert await registered(traveller) is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"from": "2026-01-31T09:00:00"}, "from"),
        ({"from": "2026-01-31"}, "from"),
        ({"from": 1_790_000_000}, "from"),
        ({"until": None}, "until"),
        ({"until": "9999-12-31T23:59:59-12:00"}, "until"),
        ({"until": "0001-01-01T00:00:00+09:00"}, "until"),
        ({"until": moment(-2)}, "until"),
        ({"from": moment(-9), "until": moment(-2)}, "until"),
        ({"from": moment(0), "until": moment(366)}, "until"),
        ({"from": moment(400), "until": moment(500)}, "from"),
        ({"requested_via": "branch"}, "requested_via"),
        ({"approved_by": "me"}, "approved_by"),
    ],
)
@pytest.mark.parametrize("via", ["online", "call_center"])
async def test_a_period_that_makes_no_sense_is_refused_with_its_field(
    customer: Customer, change: dict[str, object], field: str, via: str
) -> None:
    refusal = await refused(put(customer, registration(via) | change))
    assert refusal.status == 422
    assert [error["field"] for error in refusal.problem["errors"]] == [field]


@pytest.mark.parametrize("via", ["online", "call_center"])
async def test_nobody_who_is_not_a_customer_registers(api: Api, via: str) -> None:
    nobody = "/v1/customers/nobody/overseas-exemption"
    assert (await refused(api.call("PUT", nobody, registration(via)))).slug == "customer-not-found"
    assert (await refused(api.call("DELETE", nobody))).slug == "customer-not-found"


async def test_the_address_is_required_where_no_proxy_is_trusted(customer: Customer, demo: Demo) -> None:
    asked = {"customer_id": customer.customer_id, "operation": "issue"}
    headers = {"Authorization": f"Bearer {demo.secrets.api_key}", "X-Forwarded-For": ABROAD}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(f"{demo.base_url}/v1/decisions", json=asked) as response,
    ):
        assert response.status == 422
        assert [error["field"] for error in (await response.json())["errors"]] == ["client_ip"]
