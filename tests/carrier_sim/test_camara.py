"""The CAMARA services of the local carrier: who gets in, and how they say what is wrong."""

import base64
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import ClientTimeout

from tests.carrier_sim.conftest import StartBench
from tests.carrier_sim.support import LANDLINE, MOBILE, Bench

CLIENT_ID, CLIENT_SECRET = "a client/1", "a secret: 100%"
SIM_SWAP = "/sim-swap/v2/check"
FORWARDING = "/call-forwarding-signal/v0.3/unconditional-call-forwardings"
RECYCLING = "/number-recycling/v0.1/check"
KYC = "/kyc-match/v0.3/match"


def basic(client_id: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()


GOOD = basic("a%20client%2F1", "a%20secret%3A%20100%25")


@pytest.fixture
async def bench(start_bench: StartBench) -> Bench:
    return await start_bench(camara_client_id=CLIENT_ID, camara_client_secret=CLIENT_SECRET)


async def token(bench: Bench, authorization: str = GOOD, grant: str = "client_credentials") -> Any:
    response = await bench.http.post(
        "/oauth2/token",
        data={"grant_type": grant, "scope": "kyc-match:match"},
        headers={"Authorization": authorization},
    )
    return response.status, await response.json()


async def ask(bench: Bench, path: str, content: object, **headers: str) -> Any:
    if "Authorization" not in headers:
        _, given = await token(bench)
        headers["Authorization"] = f"Bearer {given['access_token']}"
    response = await bench.http.post(path, json=content, headers=headers)
    return response.status, await response.json()


async def phone_is(bench: Bench, number: str, expect: int = 200, **state: object) -> Any:
    response = await bench.http.put(f"/control/phones/{number.replace('+', '%2B')}", json=state)
    assert response.status == expect
    return await response.json()


async def test_the_client_gets_a_bearer_token_that_expires(bench: Bench) -> None:
    status, given = await token(bench)
    assert status == 200
    assert (given["token_type"], given["expires_in"] > 0) == ("Bearer", True)


@pytest.mark.parametrize("authorization", ["", "Basic", "Basic !", basic("a", "b"), basic("", ""), "Bearer x"])
async def test_a_stranger_gets_no_token(bench: Bench, authorization: str) -> None:
    assert await token(bench, authorization) == (401, {"error": "invalid_client"})


async def test_a_carrier_without_a_client_lets_nobody_in(start_bench: StartBench) -> None:
    bench = await start_bench()
    assert (await token(bench, basic("", "")))[0] == 401


async def test_only_client_credentials_are_known(bench: Bench) -> None:
    assert await token(bench, grant="password") == (400, {"error": "unsupported_grant_type"})


@pytest.mark.parametrize("path", [KYC, SIM_SWAP, FORWARDING, RECYCLING])
@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer wrong", GOOD])
async def test_without_a_token_nothing_is_told(bench: Bench, path: str, authorization: str) -> None:
    status, error = await ask(bench, path, {"phoneNumber": MOBILE}, Authorization=authorization)
    assert (status, error["code"], error["status"]) == (401, "UNAUTHENTICATED", 401)


@pytest.mark.parametrize(
    ("path", "content", "status", "code"),
    [
        (SIM_SWAP, [], 400, "INVALID_ARGUMENT"),
        (SIM_SWAP, {}, 422, "MISSING_IDENTIFIER"),
        (SIM_SWAP, {"phoneNumber": "010"}, 400, "INVALID_ARGUMENT"),
        (SIM_SWAP, {"phoneNumber": MOBILE, "maxAge": 0}, 400, "OUT_OF_RANGE"),
        (SIM_SWAP, {"phoneNumber": MOBILE, "maxAge": 2401}, 400, "OUT_OF_RANGE"),
        (SIM_SWAP, {"phoneNumber": MOBILE, "maxAge": "72"}, 400, "INVALID_ARGUMENT"),
        (SIM_SWAP, {"phoneNumber": LANDLINE}, 422, "SERVICE_NOT_APPLICABLE"),
        (KYC, {"phoneNumber": LANDLINE, "name": "홍길동"}, 422, "SERVICE_NOT_APPLICABLE"),
        (KYC, {"phoneNumber": MOBILE}, 400, "INVALID_ARGUMENT"),
        (KYC, {"phoneNumber": MOBILE, "name": "홍길동", "birthdate": "1985"}, 400, "INVALID_ARGUMENT"),
        (RECYCLING, {"phoneNumber": MOBILE}, 400, "INVALID_ARGUMENT"),
        (RECYCLING, {"phoneNumber": MOBILE, "specifiedDate": "2026-02-30"}, 400, "INVALID_ARGUMENT"),
    ],
)
async def test_a_wrong_question_is_refused_with_the_code_of_the_standard(
    bench: Bench, path: str, content: object, status: int, code: str
) -> None:
    seen, error = await ask(bench, path, content)
    assert (seen, error["code"], error["status"]) == (status, code, status)


async def test_a_name_that_does_not_match_has_a_score_beside_it(bench: Bench) -> None:
    await phone_is(bench, MOBILE, owner_name="홍길동")
    _, answer = await ask(bench, KYC, {"phoneNumber": MOBILE, "name": "홍길순", "birthdate": "1985-03-02"})
    assert answer == {"nameMatch": "false", "nameMatchScore": 66, "birthdateMatch": "true"}


async def test_the_state_of_a_phone_is_set_shown_and_cleared(bench: Bench) -> None:
    view = await phone_is(bench, MOBILE, sim_swapped_hours_ago=24, forwarded=True, recycled_on="2026-03-01")
    swapped_at = datetime.fromisoformat(view["sim_swapped_at"])
    assert 86_390 < (datetime.now(UTC) - swapped_at).total_seconds() < 86_500
    assert (view["forwarded"], view["recycled_on"]) == (True, "2026-03-01")
    assert await ask(bench, SIM_SWAP, {"phoneNumber": MOBILE, "maxAge": 72}) == (200, {"swapped": True})
    assert await ask(bench, FORWARDING, {"phoneNumber": MOBILE}) == (200, {"active": True})
    recycled = {"phoneNumber": MOBILE, "specifiedDate": "2026-03-01"}
    assert await ask(bench, RECYCLING, recycled) == (200, {"phoneNumberRecycled": True})
    view = await phone_is(bench, MOBILE, sim_swapped_hours_ago=None, forwarded=False, recycled_on=None)
    assert (view["sim_swapped_at"], view["forwarded"], view["recycled_on"]) == (None, False, None)
    assert await ask(bench, SIM_SWAP, {"phoneNumber": MOBILE}) == (200, {"swapped": False})


@pytest.mark.parametrize(
    "state",
    [
        {"sim_swapped_hours_ago": -1},
        {"sim_swapped_hours_ago": True},
        {"sim_swapped_hours_ago": "24"},
        {"sim_swapped_hours_ago": 1e9},
        {"forwarded": "yes"},
        {"forwarded": None},
        {"recycled_on": "yesterday"},
        {"recycled_on": 20260301},
    ],
)
async def test_a_state_that_makes_no_sense_is_refused(bench: Bench, state: dict[str, object]) -> None:
    assert (await phone_is(bench, MOBILE, 400, **state))["error"] == "invalid-field"


async def test_a_correlation_id_comes_back(bench: Bench) -> None:
    response = await bench.http.post(SIM_SWAP, json={}, headers={"x-correlator": "b4333c46-49c0"})
    assert response.headers["x-correlator"] == "b4333c46-49c0"


async def test_faults_befall_these_services_and_leave_those_of_messages_alone(bench: Bench) -> None:
    response = await bench.http.put("/control/faults", json={"seed": 5, "look_up_error_rate": 1})
    assert response.status == 200
    before = [bench.carrier.faults.of_webhook() for _ in range(3)]
    await bench.http.put("/control/faults", json={"seed": 5, "look_up_error_rate": 1})
    status, error = await ask(bench, FORWARDING, {"phoneNumber": MOBILE}, Authorization="Bearer x")
    assert (status, error["code"]) in [(500, "INTERNAL"), (429, "TOO_MANY_REQUESTS")]
    assert [bench.carrier.faults.of_webhook() for _ in range(3)] == before


async def test_an_answer_that_never_comes_is_a_fault_too(bench: Bench) -> None:
    await bench.http.put("/control/faults", json={"seed": 5, "look_up_timeout": 1})
    with pytest.raises(TimeoutError):
        await bench.http.post(FORWARDING, json={"phoneNumber": MOBILE}, timeout=ClientTimeout(total=0.2))


async def test_the_faults_of_messages_and_calls_leave_these_services_alone(bench: Bench) -> None:
    await bench.http.put("/control/faults", json={"seed": 5, "error_rate": 1, "accept_then_timeout": 1})
    assert await ask(bench, FORWARDING, {"phoneNumber": MOBILE}) == (200, {"active": False})
