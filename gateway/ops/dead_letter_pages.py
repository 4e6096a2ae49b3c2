"""`/ops/dead-letters`: deliveries that failed for good, to be tried again or thrown away."""

from typing import Final

from aiohttp import web

from gateway.core.dead_letters import DeadLetter, DeadLetters, Replay
from gateway.core.operators import Role
from gateway.core.ops_actions import OpsActions
from gateway.ops.guard import PREFIX, Guard, Visit
from gateway.ops.rendering import Pages, back_to

_PATH: Final = f"{PREFIX}/dead-letters"
_SHOWN: Final = 200
_DONE: Final = {
    Replay.QUEUED: "replayed",
    Replay.MISSING: "letter_missing",
    Replay.CLOSED: "letter_closed",
    Replay.REPLACED: "letter_replaced",
    Replay.WITH_CARRIER: "letter_with_carrier",
}


class DeadLetterPages:
    """The first of them, and what may be done with one."""

    def __init__(self, dead_letters: DeadLetters, actions: OpsActions, pages: Pages) -> None:
        self._dead_letters = dead_letters
        self._actions = actions
        self._pages = pages

    def routes(self, guard: Guard) -> list[web.RouteDef]:
        one = f"{_PATH}/{{dead_letter_id:[0-9-]{{3,50}}}}"
        return [
            web.get(_PATH, guard.page(self.show)),
            web.post(f"{one}/replay", guard.action(self.replay, Role.OPERATOR)),
            web.post(f"{one}/discard", guard.action(self.discard, Role.OPERATOR)),
        ]

    async def show(self, visit: Visit) -> web.StreamResponse:
        return self._pages.show(
            visit.request, visit.locale, "dead_letters.html", session=visit.session,
            letters=await self._first(),
            shown=_SHOWN,
            may_act=visit.session.operator.role.may_act_as(Role.OPERATOR),
        )  # fmt: skip

    async def replay(self, visit: Visit) -> web.StreamResponse:
        outcome = await self._actions.replay(visit.request.match_info["dead_letter_id"], visit.person, visit.reason)
        return back_to(_PATH, _DONE[outcome])

    async def discard(self, visit: Visit) -> web.StreamResponse:
        done = await self._actions.discard(visit.request.match_info["dead_letter_id"], visit.person, visit.reason)
        return back_to(_PATH, "discarded" if done else "letter_missing")

    async def _first(self) -> list[DeadLetter]:
        letters: list[DeadLetter] = []
        async for letter in self._dead_letters.entries():
            letters.append(letter)
            if len(letters) == _SHOWN:
                break
        return sorted(letters, key=lambda letter: letter.at, reverse=True)
