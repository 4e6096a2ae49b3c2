"""`/ops/carriers`: how each carrier is doing, what goes wrong there, and pausing it."""

from collections.abc import Sequence

from aiohttp import web

from gateway.core.carrier_board import CarrierBoard
from gateway.core.errors import Refusal
from gateway.core.operators import Role
from gateway.core.problems import Problem
from gateway.core.read_model import ReadModel
from gateway.ops.diagnosis import carrier_health
from gateway.ops.guard import PREFIX, Guard, Visit
from gateway.ops.rendering import Pages, back_to

_PATH = f"{PREFIX}/carriers"


class CarrierPages:
    """One card a carrier, in the order in which they are asked."""

    def __init__(self, read_model: ReadModel, board: CarrierBoard, names: Sequence[str], pages: Pages) -> None:
        self._read_model = read_model
        self._board = board
        self._names = names
        self._pages = pages

    def routes(self, guard: Guard) -> list[web.RouteDef]:
        one = f"{_PATH}/{{carrier}}"
        return [
            web.get(_PATH, guard.page(self.show)),
            web.post(f"{one}/pause", guard.action(self.pause, Role.OPERATOR)),
            web.post(f"{one}/resume", guard.action(self.resume, Role.OPERATOR)),
        ]

    async def show(self, visit: Visit) -> web.StreamResponse:
        found = await self._read_model.carriers()
        names = [*self._names, *(name for name in found if name not in self._names)]
        return self._pages.show(
            visit.request, visit.locale, "carriers.html", session=visit.session,
            carriers=[carrier_health(name, found.get(name, {})) for name in names],
            pauses=await self._board.pauses(),
            in_use=self._names,
            may_act=visit.session.operator.role.may_act_as(Role.OPERATOR),
        )  # fmt: skip

    async def pause(self, visit: Visit) -> web.StreamResponse:
        carrier = self._carrier(visit)
        await self._board.pause(carrier, visit.reason, visit.person)
        return back_to(_PATH, "paused")

    async def resume(self, visit: Visit) -> web.StreamResponse:
        await self._board.resume(self._carrier(visit), visit.person)
        return back_to(_PATH, "resumed")

    def _carrier(self, visit: Visit) -> str:
        carrier = visit.request.match_info["carrier"]
        if carrier not in self._names:
            raise Refusal(Problem.NOT_FOUND)
        return carrier
