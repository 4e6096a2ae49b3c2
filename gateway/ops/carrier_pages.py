"""`/ops/carriers`: how each carrier is doing, and what goes wrong there."""

from aiohttp import web

from gateway.core.read_model import ReadModel
from gateway.ops.diagnosis import carrier_health
from gateway.ops.guard import PREFIX, Guard, Visit
from gateway.ops.rendering import Pages

_PATH = f"{PREFIX}/carriers"


class CarrierPages:
    """One card a carrier."""

    def __init__(self, read_model: ReadModel, pages: Pages) -> None:
        self._read_model = read_model
        self._pages = pages

    def routes(self, guard: Guard) -> list[web.AbstractRouteDef]:
        return [web.get(_PATH, guard.page(self.show))]

    async def show(self, visit: Visit) -> web.StreamResponse:
        carriers = [carrier_health(*each) for each in (await self._read_model.carriers()).items()]
        return self._pages.show(visit.request, visit.locale, "carriers.html", session=visit.session, carriers=carriers)
