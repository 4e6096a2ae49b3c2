"""What the desk answers its page."""

from typing import Any

import orjson
from aiohttp import web


def json_answer(document: Any, status: int = 200, content_type: str = "application/json") -> web.Response:
    return web.Response(
        status=status,
        body=orjson.dumps(document),
        content_type=content_type,
        headers={"Cache-Control": "no-store"},
    )
