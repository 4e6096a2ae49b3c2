"""`/ops`: what goes on, on one page."""

from collections.abc import Sequence

import orjson
from aiohttp import web

from gateway.core.alarms import ALARM_NAMES, AlarmStore
from gateway.core.read_model import LATENCIES, Live, Minute, ReadModel
from gateway.core.verification import Method
from gateway.ops.diagnosis import Trouble, carrier_health, diagnose, quantile
from gateway.ops.guard import PREFIX, Guard, Visit
from gateway.ops.rendering import Pages

_MINUTES = 60
_RECENT = 15
_FAILED = ("failed", "expired", "denied")
_ALARMS_SHOWN = 5


class NowPage:
    """Us, the carrier, or one customer: the answer first, then the numbers behind it."""

    def __init__(self, read_model: ReadModel, alarms: AlarmStore, pages: Pages, trouble: Trouble) -> None:
        self._read_model = read_model
        self._trouble = trouble
        self._alarms = alarms
        self._pages = pages

    def routes(self, guard: Guard) -> list[web.RouteDef]:
        return [web.get(PREFIX, guard.page(self.show)), web.get(f"{PREFIX}/", guard.page(self.show))]

    async def show(self, visit: Visit) -> web.StreamResponse:
        now, live, minutes = (
            await self._read_model.now(), await self._read_model.live(), await self._read_model.minutes(_MINUTES),
        )  # fmt: skip
        carriers = [carrier_health(*each) for each in (await self._read_model.carriers()).items()]
        recent = minutes[-_RECENT:]
        return self._pages.show(
            visit.request, visit.locale, "now.html", session=visit.session,
            now=now, live=live, minutes=minutes, carriers=carriers,
            diagnosis=diagnose(now, live, carriers, minutes, await self._trouble()),
            methods=[(method, _of_method(minutes, live, method)) for method in Method],
            latencies=[
                (name, quantile(recent, name, 0.5), quantile(recent, name, 0.95), _count(recent, name))
                for name in LATENCIES
            ],
            chart=_chart(minutes),
            calls=_calls(live, now),
            alarms=(await self._alarms.standing())[:_ALARMS_SHOWN],
            alarm_names=ALARM_NAMES,
        )  # fmt: skip


def _of_method(minutes: Sequence[Minute], live: Live, method: Method) -> dict[str, int]:
    def total(*names: str) -> int:
        return sum(minute.of(f"{name}:{method}") for minute in minutes for name in names)

    verified = total("verified")
    return {
        "open": live.number(f"open:{method}"),
        "opened": total("opened"),
        "verified": verified,
        "closed": verified + total(*_FAILED, "canceled"),
        "wrong": total("wrong_answer"),
        "resent": total("resent"),
    }


def _count(minutes: Sequence[Minute], latency: str) -> int:
    return sum(minute.of(f"{latency}:count") for minute in minutes)


def _chart(minutes: Sequence[Minute]) -> str:
    """Times in s, then opened, verified and gone wrong; the last minute is not over."""
    return orjson.dumps(
        [
            [minute.number * 60 for minute in minutes],
            [minute.of("opened") for minute in minutes],
            [minute.of("verified") for minute in minutes],
            [sum(minute.of(status) for status in _FAILED) for minute in minutes],
        ]
    ).decode()


def _calls(live: Live, now: int) -> list[tuple[str, str, int]]:
    """Verification, state and how long in ms; the longest first."""
    found = []
    for verification, text in live.calls.items():
        state, _, since = text.partition(" ")
        found.append((verification, state, max(0, now - int(since))))
    return sorted(found, key=lambda call: -call[2])
