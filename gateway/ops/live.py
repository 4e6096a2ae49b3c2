"""`/ops/live`: tells open pages that something has changed; each then fetches what it shows."""

import asyncio
from collections.abc import AsyncGenerator

import orjson
from aiohttp import web

from gateway.core.operators import SignIn
from gateway.core.read_model import ReadModel
from gateway.http.lifecycle import LIFECYCLE
from gateway.http.sse import ServerEvent, stream_events
from gateway.ops.diagnosis import Trouble
from gateway.ops.guard import PREFIX, Guard, Visit

_LOOK_EVERY = 1.0
_TROUBLE_EVERY = 5
_SESSION_EVERY = 15


class LivePages:
    """One stream a page. It keeps no session alive, and ends with it."""

    def __init__(self, read_model: ReadModel, sign_in: SignIn, trouble: Trouble) -> None:
        self._read_model = read_model
        self._trouble = trouble
        self._sign_in = sign_in

    def routes(self, guard: Guard) -> list[web.RouteDef]:
        return [web.get(f"{PREFIX}/live", guard.page(self.follow, by_itself=True))]

    async def follow(self, visit: Visit) -> web.StreamResponse:
        return await stream_events(visit.request, self._events(visit.cookie), visit.request.app[LIFECYCLE])

    async def _events(self, cookie: str) -> AsyncGenerator[ServerEvent, None]:
        known, trouble, looks = None, None, 0
        while True:
            revision = await self._read_model.revision()
            if looks % _TROUBLE_EVERY == 0:
                trouble = await self._trouble()
            if (revision, trouble) != known:
                known = revision, trouble
                yield ServerEvent("changed", orjson.dumps({"revision": revision}))
            looks += 1
            if looks % _SESSION_EVERY == 0 and await self._sign_in.session(cookie, touch=False) is None:
                yield ServerEvent("over", orjson.dumps({"revision": revision}))
                return
            await asyncio.sleep(_LOOK_EVERY)
