"""Style sheets and scripts of the pages, and the vendored Swagger UI."""

from pathlib import Path

from aiohttp import web

STATIC_PATH = "/static/http"


def add_static_files(app: web.Application) -> None:
    """Serve everything in `static/`, without listings."""
    app.router.add_static(STATIC_PATH, Path(__file__).parent / "static")
