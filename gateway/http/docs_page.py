"""`/docs`: the API reference in the browser, from a vendored Swagger UI that asks no other host."""

from aiohttp import web

from gateway.http.static_files import STATIC_PATH

_PAGE = f"""<!doctype html>
<html lang="ko">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>bonin API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{STATIC_PATH}/swagger/swagger-ui.css">
<body>
<noscript>이 화면은 자바스크립트가 필요합니다. · This page needs JavaScript: what it shows is in
<a href="/openapi.json">/openapi.json</a>.</noscript>
<div id="swagger-ui"></div>
<script src="{STATIC_PATH}/swagger/swagger-ui-bundle.js"></script>
<script src="{STATIC_PATH}/docs.js"></script>
</body>
</html>
"""

_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def add_docs_page(app: web.Application) -> None:
    """Serve `/docs`, and lead there from the bare address and from `/docs/`; its files are among the static ones."""

    async def show(_: web.Request) -> web.Response:
        return web.Response(
            text=_PAGE, content_type="text/html", charset="utf-8", headers={"Content-Security-Policy": _CSP}
        )

    async def lead(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "/docs"})

    app.router.add_get("/docs", show)
    for path in ("/", "/docs/"):
        app.router.add_get(path, lead)
