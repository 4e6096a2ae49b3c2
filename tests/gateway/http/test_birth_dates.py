"""Which days a customer may have been born on."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import TypeAdapter, ValidationError

from gateway.http.schemas import BirthDate

BIRTH_DATE = TypeAdapter[str](BirthDate)


@pytest.fixture(params=["WEST+12", "UTC", "EAST-14"])
def _server_in(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as environment:
        environment.setenv("TZ", request.param)
        time.tzset()
        yield
    time.tzset()


def _korean_day(days: int) -> str:
    return (datetime.now(UTC) + timedelta(hours=9, days=days)).date().isoformat()


@pytest.mark.usefixtures("_server_in")
def test_the_day_of_birth_has_begun_in_korea_wherever_the_server_stands() -> None:
    for day in (_korean_day(-1), _korean_day(0)):
        assert BIRTH_DATE.validate_python(day) == day
    with pytest.raises(ValidationError):
        BIRTH_DATE.validate_python(_korean_day(2))


@pytest.mark.parametrize("day", ["1900-01-01", "2000-02-29", "2024-02-29"])
def test_any_day_of_the_calendar_since_1900_is_one(day: str) -> None:
    assert BIRTH_DATE.validate_python(day) == day


@pytest.mark.parametrize(
    "day", ["1899-12-31", "1900-02-29", "2023-02-29", "2024-2-29", "20240229", "2024-W09-4", "850302", "１９８５-03-02"]
)
def test_what_is_no_such_day_is_refused(day: str) -> None:
    with pytest.raises(ValidationError):
        BIRTH_DATE.validate_python(day)
