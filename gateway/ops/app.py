"""The operations pages as routes of the gateway's application."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, cast

from aiohttp import web
from aiohttp.typedefs import Handler

from gateway.core.errors import Refusal
from gateway.core.problems import Problem
from gateway.ops.guard import PREFIX, Guard, Visit
from gateway.ops.rendering import STATIC_PATH, Pages


class Section(Protocol):
    """Some pages."""

    def routes(self, guard: Guard) -> list[web.RouteDef]: ...


def add_ops_pages(app: web.Application, guard: Guard, pages: Pages, sections: Sequence[Section]) -> None:
    """Serve the pages and their files; every page but the signing in passes the guard."""
    app.router.add_static(STATIC_PATH, Path(__file__).parent / "static")
    for section in sections:
        app.add_routes([_when_loaded(pages, route) for route in section.routes(guard)])
    # Last: what nothing else matches, an id with a slip in it for one, is told by a page.
    app.add_routes([_when_loaded(pages, web.get(f"{PREFIX}/{{other:.+}}", guard.page(_nothing_there)))])


async def _nothing_there(_: Visit) -> web.StreamResponse:
    raise Refusal(Problem.NOT_FOUND)


def _when_loaded(pages: Pages, route: web.RouteDef) -> web.RouteDef:
    handler = cast(Handler, route.handler)  # none of ours is a class

    async def handle(request: web.Request) -> web.StreamResponse:
        await pages.load()
        return await handler(request)

    return web.RouteDef(route.method, route.path, handle, route.kwargs)
