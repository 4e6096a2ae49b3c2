"""The operations pages as routes of the gateway's application."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, cast

from aiohttp import web
from aiohttp.typedefs import Handler

from gateway.core.errors import Refusal
from gateway.core.problems import Problem
from gateway.http.problems import refusal_for
from gateway.ops.guard import PREFIX, Guard, Visit, locale_of
from gateway.ops.rendering import STATIC_PATH, Pages


class Section(Protocol):
    """Some pages."""

    def routes(self, guard: Guard) -> list[web.RouteDef]: ...


def add_ops_pages(app: web.Application, guard: Guard, pages: Pages, sections: Sequence[Section]) -> None:
    """Serve the pages and their files; every page but the sign-in passes the guard."""
    app.router.add_static(STATIC_PATH, Path(__file__).parent / "static")
    for section in sections:
        app.add_routes([_as_pages(pages, route) for route in section.routes(guard)])
    # Last: what nothing else matches, such as a mistyped id, is answered by a page too.
    app.add_routes([_as_pages(pages, web.get(f"{PREFIX}/{{other:.+}}", guard.page(_nothing_there)))])


async def _nothing_there(_: Visit) -> web.StreamResponse:
    raise Refusal(Problem.NOT_FOUND)


def _as_pages(pages: Pages, route: web.RouteDef) -> web.RouteDef:
    """The route with the templates loaded before it. What went wrong, or a store that is away, is told by a page."""
    handler = cast(Handler, route.handler)  # none of ours is a class

    async def handle(request: web.Request) -> web.StreamResponse:
        await pages.load()
        try:
            return await handler(request)
        except Exception as error:
            if request.writer.output_size:
                raise  # a stream that has begun can only be cut short
            return pages.problem(request, locale_of(request), refusal_for(error))

    return web.RouteDef(route.method, route.path, handle, route.kwargs)
