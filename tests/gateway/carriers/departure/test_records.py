import asyncio
import dataclasses
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carrier_sim.app import create_app
from carrier_sim.settings import CarrierSettings, FaultSettings, Person
from demo.api import Api
from gateway.carriers.departure.records import HttpDepartureRecords, NoDepartureRecords
from gateway.core.ports import DepartureRecords, LookUpFailed

TOKEN = "a departure token of the tests"
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = 86_400
AWAY = Person(number="+821012345678", name="장보고", birth_date="1979-08-15", departed=True)
CARRIER = CarrierSettings(
    account_sid="AC" + "1" * 32,
    auth_token="auth",
    sms_number="+827012340001",
    voice_number="+827012340002",
    registry_token="registry",
    departure_token=TOKEN,
    people=(AWAY,),
    faults=FaultSettings(),
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def asking(
    app: web.Application, *, token: str = TOKEN, patience: float = 2.0
) -> AsyncIterator[tuple[HttpDepartureRecords, str]]:
    async with TestServer(app) as server:
        base_url = str(server.make_url(""))
        records = HttpDepartureRecords(base_url, token, DAY, patience)
        try:
            yield records, base_url
        finally:
            await records.close()


@asynccontextmanager
async def answered_by(handler: Handler, *, patience: float = 2.0) -> AsyncIterator[HttpDepartureRecords]:
    app = web.Application()
    app.router.add_post("/departures/check", handler)
    async with asking(app, patience=patience) as (records, _):
        yield records


async def ask(records: DepartureRecords, now: datetime = NOW) -> bool:
    return await records.has_left("jang-bogo", "장보고", "1979-08-15", in_ms(now))


def in_ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


async def test_a_person_who_left_has_left_and_another_has_not() -> None:
    async with asking(create_app(CARRIER)) as (records, _):
        now = datetime.now(UTC)
        assert await ask(records, now) is True
        assert await records.has_left("hong-gildong", "홍길동", "1985-03-02", in_ms(now)) is False


async def test_a_wrong_token_finds_out_nothing() -> None:
    async with asking(create_app(CARRIER), token="wrong") as (records, _):
        with pytest.raises(LookUpFailed):
            await ask(records, datetime.now(UTC))


@pytest.mark.parametrize(
    "record",
    [
        {"departed": "outage"},
        {"departed": "unknown"},
        {"departed": True, "as_of": "2020-01-01T00:00:00+09:00"},
        {"departed": True, "as_of": "2999-01-01T00:00:00Z"},
    ],
)
async def test_what_the_records_cannot_say_is_not_known(record: dict[str, object]) -> None:
    person = {"name": "장보고", "birth_date": "1979-08-15"}
    async with asking(create_app(CARRIER)) as (records, base_url), Api(base_url.rstrip("/")) as control:
        await control.call("PUT", "/control/departures", {**person, **record})
        with pytest.raises(LookUpFailed):
            await ask(records, datetime.now(UTC))


@pytest.mark.parametrize("faults", [FaultSettings(look_up_error_rate=1), FaultSettings(look_up_timeout=1)])
async def test_a_failing_service_says_nothing(faults: FaultSettings) -> None:
    carrier = create_app(dataclasses.replace(CARRIER, faults=faults))
    async with asking(carrier, patience=0.3) as (records, _):
        with pytest.raises(LookUpFailed):
            await ask(records, datetime.now(UTC))


def answer(departed: object = True, as_of: object = NOW.isoformat(), **more: object) -> bytes:
    return orjson.dumps({"departed": departed, "as_of": as_of, **more})


@pytest.mark.parametrize(
    ("age", "left"),
    [
        (timedelta(0), True),
        (timedelta(seconds=DAY), True),
        (timedelta(seconds=DAY + 1), None),
        (timedelta(minutes=-5), True),
        (timedelta(minutes=-5, seconds=-1), None),
    ],
)
async def test_a_record_counts_for_as_long_as_it_is_fresh(age: timedelta, left: bool | None) -> None:
    async def say(request: web.Request) -> web.Response:
        return web.Response(body=answer(as_of=(NOW - age).isoformat()))

    async with answered_by(say) as records:
        if left is None:
            with pytest.raises(LookUpFailed):
                await ask(records)
        else:
            assert await ask(records) is left


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b""),
        (200, b"true"),
        (200, b"[]"),
        (200, b'{"departed": true'),
        (200, b"<html>"),
        (200, b"\xff\xfe"),
        (200, answer("true")),
        (200, answer(1)),
        (200, answer(None)),
        (200, answer([True])),
        (200, answer(as_of=None)),
        (200, answer(as_of=1)),
        (200, answer(as_of="2026-06-01")),
        (200, answer(as_of="2026-06-01T12:00:00")),
        (200, answer(as_of="0001-01-01T00:00:00+23:59")),
        (200, answer(as_of="now")),
        (200, orjson.dumps({"departed": True})),
        (200, answer(padding="x" * 100_000)),
        (201, answer()),
        (204, b""),
        (401, answer()),
        (404, answer()),
        (429, answer()),
        (500, answer()),
        (503, answer()),
    ],
)
async def test_anything_but_a_clear_answer_is_none(status: int, body: bytes) -> None:
    async def say(request: web.Request) -> web.Response:
        return web.Response(status=status, body=body)

    async with answered_by(say) as records:
        with pytest.raises(LookUpFailed):
            await ask(records)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300) | st.dictionaries(st.sampled_from(["departed", "as_of"]), st.text()).map(orjson.dumps))
async def test_no_answer_gives_anything_but_a_failure(body: bytes) -> None:
    async def say(request: web.Request) -> web.Response:
        return web.Response(body=body)

    async with answered_by(say) as records:
        with pytest.raises(LookUpFailed):
            await ask(records)


async def test_a_redirect_is_not_followed_with_the_token_and_the_name() -> None:
    asked = []

    async def elsewhere(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(body=answer())

    async def redirect(request: web.Request) -> web.Response:
        raise web.HTTPTemporaryRedirect("/elsewhere")

    app = web.Application()
    app.router.add_post("/departures/check", redirect)
    app.router.add_post("/elsewhere", elsewhere)
    async with asking(app) as (records, _):
        with pytest.raises(LookUpFailed):
            await ask(records)
    assert asked == []


async def test_an_answer_that_does_not_end_is_not_waited_for() -> None:
    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b" ")
            await asyncio.sleep(0.02)

    async with answered_by(drip, patience=0.3) as records:
        with pytest.raises(LookUpFailed):
            async with asyncio.timeout(2):
                await ask(records)


async def test_a_compressed_answer_is_not_unpacked() -> None:
    async def squeeze(request: web.Request) -> web.Response:
        response = web.Response(body=answer(padding="x" * 1000))
        response.enable_compression(web.ContentCoding.gzip)
        return response

    async with answered_by(squeeze) as records:
        with pytest.raises(LookUpFailed):
            await ask(records)


async def test_nobody_there_is_a_failure_too() -> None:
    records = HttpDepartureRecords(f"http://127.0.0.1:{unused_port()}", TOKEN, DAY)
    try:
        with pytest.raises(LookUpFailed):
            await ask(records)
    finally:
        await records.close()


async def test_without_a_service_nothing_is_known() -> None:
    with pytest.raises(LookUpFailed):
        await ask(NoDepartureRecords())


async def test_what_is_asked_holds_the_person_and_nothing_else() -> None:
    asked: list[object] = []

    async def keep(request: web.Request) -> web.Response:
        asked.append((request.headers["Authorization"], await request.json()))
        return web.Response(body=answer(False))

    async with answered_by(keep) as records:
        assert await ask(records) is False
    assert asked == [(f"Bearer {TOKEN}", {"name": "장보고", "birth_date": "1979-08-15"})]
