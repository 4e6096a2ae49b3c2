"""Alarms: raised once however often they are seen, cleared by somebody with a reason, and never without bound."""

import asyncio

import pytest

from gateway.core.alarms import THE_REST, AlarmKind, AlarmStore, Seen
from gateway.store import alarms, keys
from gateway.store.alarms import RedisAlarms
from gateway.store.customer_words import ERASED
from gateway.store.erasure import RedisErasure
from tests import builders
from tests.contracts.store.servers import LIMITS, Ports

KIND, SUBJECT = AlarmKind.DENIED, "hong-gildong"


@pytest.fixture
async def kept(ports: Ports) -> AlarmStore:
    await ports.customers.put(builders.individual(SUBJECT))
    return RedisAlarms(ports.store, builders.personal_data())


async def test_an_alarm_that_many_raise_at_once_is_new_to_one_of_them(kept: AlarmStore) -> None:
    new = await asyncio.gather(*(kept.note(KIND, SUBJECT, {"time": n}) for n in range(20)))
    assert sorted(new) == [False] * 19 + [True]
    (alarm,) = await kept.standing()
    assert (alarm.kind, alarm.subject, alarm.count) == (KIND, SUBJECT, 20)
    assert alarm.since <= alarm.last_seen


async def test_an_alarm_shows_what_was_seen_last(kept: AlarmStore) -> None:
    await kept.note(KIND, SUBJECT, {"method": "ars"})
    await kept.note(KIND, SUBJECT, {"method": "둘째 \"'{}", "sent": 50})
    assert [alarm.seen for alarm in await kept.standing()] == [{"method": "둘째 \"'{}", "sent": 50}]


async def test_the_latest_seen_comes_first(kept: AlarmStore) -> None:
    await kept.note(KIND, SUBJECT, {})
    await asyncio.sleep(0.002)
    await kept.note(AlarmKind.LOW_CONVERSION, "+821023", {})
    assert [alarm.subject for alarm in await kept.standing()] == ["+821023", SUBJECT]


async def test_a_cleared_alarm_is_kept_with_who_and_why_and_may_be_raised_anew(kept: AlarmStore) -> None:
    await kept.note(KIND, SUBJECT, {"method": "ars"})
    assert await kept.clear(KIND, SUBJECT, "lee", "고객과 통화함")
    assert not await kept.clear(KIND, SUBJECT, "kim", "too late")
    assert await kept.standing() == []
    (alarm,) = await kept.cleared()
    assert (alarm.subject, alarm.seen, alarm.cleared_by, alarm.cleared_because) == (
        SUBJECT, {"method": "ars"}, "lee", "고객과 통화함",
    )  # fmt: skip
    assert alarm.cleared_at is not None
    assert alarm.cleared_at >= alarm.since
    assert await kept.note(KIND, SUBJECT, {})
    assert [alarm.count for alarm in await kept.standing()] == [1]


async def test_why_one_was_cleared_is_kept_without_a_number(kept: AlarmStore) -> None:
    await kept.note(KIND, SUBJECT, {})
    await kept.clear(KIND, SUBJECT, "lee", "010-1234-5678로 통화함")
    assert [alarm.cleared_because for alarm in await kept.cleared()] == ["***로 통화함"]


@pytest.mark.parametrize(
    ("kind", "subject", "seen"),
    [(KIND, SUBJECT, {}), (AlarmKind.NOTICE_DENIED, "ntc_" + "0" * 22, {"customer_id": SUBJECT})],
)
async def test_what_was_found_out_about_a_customer_is_sealed_and_goes_with_them(
    kept: AlarmStore, ports: Ports, kind: AlarmKind, subject: str, seen: Seen
) -> None:
    await kept.note(kind, subject, seen)
    await kept.clear(kind, subject, "lee", "어머니가 받으심")
    assert "어머니가 받으심".encode() not in b"".join(await ports.store.command("LRANGE", keys.CLEARED_ALARMS, 0, -1))
    assert [alarm.cleared_because for alarm in await kept.cleared()] == ["어머니가 받으심"]
    await RedisErasure(ports.store, builders.personal_data(), LIMITS).erase(SUBJECT, "lee", "삭제 요청")
    (alarm,) = await kept.cleared()
    assert (alarm.subject, alarm.cleared_by, alarm.cleared_because) == (subject, "lee", ERASED)


async def test_what_was_found_out_about_a_range_is_kept_as_it_was_written(kept: AlarmStore) -> None:
    await kept.note(AlarmKind.LOW_CONVERSION, "+821023", {})
    await kept.clear(AlarmKind.LOW_CONVERSION, "+821023", "lee", "행사 문자였음")
    assert [alarm.cleared_because for alarm in await kept.cleared()] == ["행사 문자였음"]


async def test_an_alarm_that_does_not_stand_cannot_be_cleared(kept: AlarmStore) -> None:
    assert not await kept.clear(KIND, "nobody", "lee", "mistake")
    assert await kept.cleared() == []


async def test_whoever_raises_alarms_without_end_fills_one_line(
    kept: AlarmStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alarms, "MOST_STANDING", 3)
    for number in range(8):
        await kept.note(KIND, f"customer-{number}", {})
    counts = {alarm.subject: alarm.count for alarm in await kept.standing()}
    assert counts == {"customer-0": 1, "customer-1": 1, "customer-2": 1, THE_REST: 5}


async def test_the_history_forgets_its_oldest(kept: AlarmStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alarms, "CLEARED_KEPT", 3)
    for number in range(5):
        await kept.note(KIND, f"customer-{number}", {})
        await kept.clear(KIND, f"customer-{number}", "lee", "seen")
    assert [alarm.subject for alarm in await kept.cleared()] == ["customer-4", "customer-3", "customer-2"]
    assert [alarm.subject for alarm in await kept.cleared(1)] == ["customer-4"]
