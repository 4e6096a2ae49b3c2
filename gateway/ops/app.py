"""The operations pages as routes of the gateway's application."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from aiohttp import web

from gateway.ops.guard import Guard
from gateway.ops.rendering import STATIC_PATH


class Section(Protocol):
    """Some pages."""

    def routes(self, guard: Guard) -> list[web.AbstractRouteDef]: ...


def add_ops_pages(app: web.Application, guard: Guard, sections: Sequence[Section]) -> None:
    """Serve the pages and their files; every page but the signing in passes the guard."""
    app.router.add_static(STATIC_PATH, Path(__file__).parent / "static")
    for section in sections:
        app.add_routes(section.routes(guard))
