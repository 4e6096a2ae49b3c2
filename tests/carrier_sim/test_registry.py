import asyncio
from typing import Any

import pytest

from carrier_sim.settings import FaultSettings, Person, RegistryState
from tests.carrier_sim.conftest import StartBench
from tests.carrier_sim.support import LANDLINE, MOBILE, OTHER_MOBILE, REGISTRY_TOKEN, Bench

OUT = "+821011112222"
PEOPLE = (
    Person(number=MOBILE, name="김하나", birth_date="1990-01-02"),
    Person(number=OTHER_MOBILE, name="이두리", owner_name="John Smith"),
    Person(number=OUT, name="박세나", registry=RegistryState.OUTAGE),
)


async def match(bench: Bench, number: str, name: str, **more: str) -> Any:
    response = await bench.http.post(
        "/registry/match",
        json={"phone_number": number, "name": name, **more},
        headers={"Authorization": f"Bearer {REGISTRY_TOKEN}"},
    )
    return (await response.json())["name_match"] if response.status == 200 else response.status


@pytest.mark.parametrize(
    ("number", "name", "more", "verdict"),
    [
        (MOBILE, "김하나", {}, "true"),
        (MOBILE, " 김 하나 ", {}, "true"),
        (MOBILE, "김하나", {"birth_date": "1990-01-02"}, "true"),
        (MOBILE, "김하나", {"birth_date": "1991-01-02"}, "false"),
        (MOBILE, "이두리", {}, "false"),
        (OTHER_MOBILE, "이두리", {}, "false"),
        (OTHER_MOBILE, "john SMITH", {}, "true"),
        (OUT, "박세나", {}, 503),
        ("+821099998888", "누구든지", {}, "true"),
        (LANDLINE, "누구든지", {}, "not_available"),
        ("010", "누구든지", {}, 400),
    ],
)
async def test_a_number_is_in_the_name_of_its_owner(
    start_bench: StartBench, number: str, name: str, more: dict[str, str], verdict: str | int
) -> None:
    bench = await start_bench(people=PEOPLE)
    assert await match(bench, number, name, **more) == verdict


async def test_an_owner_and_an_outage_can_be_set_from_outside(bench: Bench) -> None:
    await bench.behave(MOBILE, "manual", owner_name="김하나")
    assert await match(bench, MOBILE, "이두리") == "false"
    await bench.behave(MOBILE, "manual", registry="outage")
    assert await match(bench, MOBILE, "김하나") == 503


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer wrong", f"Basic {REGISTRY_TOKEN}"])
async def test_a_stranger_learns_nothing(bench: Bench, authorization: str) -> None:
    response = await bench.http.post("/registry/match", json={}, headers={"Authorization": authorization})
    assert response.status == 401


@pytest.mark.parametrize("path", ["/registry/match", "/departures/check"])
async def test_a_token_that_is_no_text_is_a_strangers(bench: Bench, path: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", bench.http.port)
    writer.write(f"POST {path} HTTP/1.1\r\nHost: sim\r\nContent-Length: 0\r\n".encode())
    writer.write(b"Authorization: Bearer \xff\r\n\r\n")
    assert b" 401 " in await reader.readline()
    writer.close()


async def test_the_faults_of_look_ups_befall_the_registry_too(start_bench: StartBench) -> None:
    bench = await start_bench(people=PEOPLE, faults=FaultSettings(seed=3, look_up_error_rate=1))
    assert {await match(bench, MOBILE, "김하나") for _ in range(20)} == {429, 500}
