"""`/ops/alarms`: what somebody has to look at, and clearing it once somebody has."""

from aiohttp import web

from gateway.core.alarms import ALARM_NAMES, AlarmKind, AlarmStore
from gateway.core.errors import Refusal
from gateway.core.operators import Role
from gateway.core.problems import Problem
from gateway.ops.guard import PREFIX, Guard, Visit
from gateway.ops.rendering import Pages, back_to

_PATH = f"{PREFIX}/alarms"


class AlarmPages:
    """Alarms that stand, and those that were cleared last."""

    def __init__(self, alarms: AlarmStore, pages: Pages) -> None:
        self._alarms = alarms
        self._pages = pages

    def routes(self, guard: Guard) -> list[web.RouteDef]:
        return [
            web.get(_PATH, guard.page(self.show)),
            web.post(f"{_PATH}/clear", guard.action(self.clear, Role.OPERATOR)),
        ]

    async def show(self, visit: Visit) -> web.StreamResponse:
        standing, cleared = await self._alarms.standing(), await self._alarms.cleared()
        return self._pages.show(
            visit.request, visit.locale, "alarms.html", session=visit.session,
            standing=standing, cleared=cleared, names=ALARM_NAMES,
            may_act=visit.session.operator.role.may_act_as(Role.OPERATOR),
        )  # fmt: skip

    async def clear(self, visit: Visit) -> web.StreamResponse:
        kind, subject = visit.form.get("kind", ""), visit.form.get("subject", "")
        if kind not in set(AlarmKind):
            raise Refusal(Problem.NOT_FOUND)
        if not await self._alarms.clear(AlarmKind(kind), subject, visit.person, visit.reason):
            raise Refusal(Problem.NOT_FOUND)
        return back_to(_PATH, "cleared")
