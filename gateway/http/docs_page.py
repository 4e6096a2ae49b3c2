"""`/docs`: the API reference in the browser, from a vendored Swagger UI that asks no other host."""

from pathlib import Path

from aiohttp import web

_STATIC = Path(__file__).parent / "static"

_PAGE = """<!doctype html>
<html lang="ko">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>bonin API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/static/swagger/swagger-ui.css">
<body>
<div id="swagger-ui"></div>
<script src="/docs/static/swagger/swagger-ui-bundle.js"></script>
<script src="/docs/static/docs.js"></script>
</body>
</html>
"""

# Swagger UI sets style attributes on elements it makes from strings; nothing else may be inline.
_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def add_docs_page(app: web.Application) -> None:
    """Serve `/docs` and the files it needs."""

    async def show(_: web.Request) -> web.Response:
        return web.Response(
            text=_PAGE, content_type="text/html", charset="utf-8", headers={"Content-Security-Policy": _CSP}
        )

    app.router.add_get("/docs", show)
    app.router.add_static("/docs/static", _STATIC)
