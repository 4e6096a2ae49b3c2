"""What every answer carries beside its own headers."""

from collections.abc import Mapping
from types import MappingProxyType

from aiohttp import web

from gateway.http import request_id

_PAGE_CSP = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)

USUAL: Mapping[str, str] = MappingProxyType(
    {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    }
)
"""Of an answer of the API."""


def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """To one of aiohttp's own responses, before its head is sent: pages, files, streams."""
    headers = response.headers
    headers.pop("Server", None)
    headers[request_id.HEADER] = request_id.request_id_of(request)
    if isinstance(response, web.FileResponse):
        headers.setdefault("Cache-Control", "no-cache")
    if response.content_type == "text/html":
        headers.setdefault("Content-Security-Policy", _PAGE_CSP)
    for name, value in USUAL.items():
        headers.setdefault(name, value)
