"""Raising an alarm is told in the log and fails nothing."""

from structlog.testing import capture_logs

from gateway.core.alarms import ALARM_NAMES, Alarm, AlarmKind, Alarms, Seen
from gateway.core.errors import StoreUnavailable


class Noting:
    """An alarm store that says what it is told to say."""

    def __init__(self, says: bool | None) -> None:
        self._says = says

    async def note(self, kind: AlarmKind, subject: str, seen: Seen) -> bool:
        if self._says is None:
            raise StoreUnavailable("away")
        return self._says

    async def clear(self, kind: AlarmKind, subject: str, by: str, reason: str) -> bool:
        raise NotImplementedError

    async def standing(self) -> list[Alarm]:
        raise NotImplementedError

    async def cleared(self, most: int = 100) -> list[Alarm]:
        raise NotImplementedError


async def _logged(says: bool | None) -> list[tuple[str, str, str]]:
    with capture_logs() as logs:
        await Alarms(Noting(says)).sound(AlarmKind.DENIED, "hong-gildong", {"method": "ars"})
    return [(line["log_level"], line["event"], line["method"]) for line in logs]


async def test_an_alarm_is_logged_when_it_is_new() -> None:
    assert await _logged(True) == [("warning", "alarm_raised", "ars")]
    assert await _logged(False) == []


async def test_an_alarm_that_cannot_be_kept_is_in_the_log_and_fails_nothing() -> None:
    assert await _logged(None) == [("error", "alarm_not_recorded", "ars")]


def test_every_kind_has_a_name_for_operators() -> None:
    assert set(ALARM_NAMES) == set(AlarmKind)
    assert all(korean and english for korean, english in ALARM_NAMES.values())
