from typing import Any

import pytest

from carrier_sim.settings import FaultSettings, Person
from tests.carrier_sim.conftest import StartBench
from tests.carrier_sim.support import DEPARTURE_TOKEN, MOBILE, Bench

AWAY = Person(number=MOBILE, name="장보고", birth_date="1979-08-15", departed=True)


async def check(bench: Bench, name: str, birth_date: str, token: str = DEPARTURE_TOKEN) -> tuple[int, Any]:
    response = await bench.http.post(
        "/departures/check",
        json={"name": name, "birth_date": birth_date},
        headers={"Authorization": f"Bearer {token}"},
    )
    return response.status, await response.json()


async def put(bench: Bench, **record: object) -> int:
    response = await bench.http.put("/control/departures", json=record)
    return response.status


@pytest.mark.parametrize(
    ("name", "birth_date", "departed"),
    [
        ("장보고", "1979-08-15", True),
        (" 장 보고", "1979-08-15", True),
        ("장보고", "1979-08-16", False),
        ("홍길동", "1979-08-15", False),
    ],
)
async def test_a_person_is_known_by_name_and_birth_date(
    start_bench: StartBench, name: str, birth_date: str, departed: bool
) -> None:
    status, answer = await check(await start_bench(people=(AWAY,)), name, birth_date)
    assert (status, answer["departed"]) == (200, departed)
    assert answer["as_of"].endswith("+00:00")


async def test_a_record_can_be_changed_from_outside(bench: Bench) -> None:
    person = {"name": "홍길동", "birth_date": "1985-03-02"}
    assert await put(bench, **person, departed=True, as_of="2026-01-02T03:04:05+09:00") == 200
    assert await check(bench, **person) == (200, {"departed": True, "as_of": "2026-01-02T03:04:05+09:00"})
    assert await put(bench, **person, departed="unknown") == 200
    assert (await check(bench, **person))[1]["departed"] == "unknown"
    assert await put(bench, **person, departed="outage") == 200
    assert (await check(bench, **person))[0] == 503


@pytest.mark.parametrize(
    "wrong",
    [
        {"departed": "yes"},
        {"departed": 1},
        {"departed": None},
        {"birth_date": "19790815"},
        {"birth_date": "1979-02-30"},
        {"as_of": "2026-01-02T03:04:05"},
        {"as_of": "yesterday"},
        {"as_of": 5},
        {"number": MOBILE},
    ],
)
async def test_a_record_that_makes_no_sense_is_refused(bench: Bench, wrong: dict[str, object]) -> None:
    assert await put(bench, **{"name": "홍길동", "birth_date": "1985-03-02", "departed": True, **wrong}) == 400


@pytest.mark.parametrize("token", ["", "wrong", "é"])
async def test_a_stranger_learns_nothing(bench: Bench, token: str) -> None:
    assert (await check(bench, "장보고", "1979-08-15", token))[0] == 401


async def test_without_a_token_nobody_is_let_in(start_bench: StartBench) -> None:
    assert (await check(await start_bench(departure_token=""), "장보고", "1979-08-15", ""))[0] == 401


async def test_the_faults_befall_the_records_too(start_bench: StartBench) -> None:
    bench = await start_bench(people=(AWAY,), faults=FaultSettings(seed=3, look_up_error_rate=1))
    statuses = {(await check(bench, "장보고", "1979-08-15"))[0] for _ in range(20)}
    assert statuses == {429, 500}
