"""The phone page: one HTML page, its static files, and the stream of changes that keeps it live."""

import asyncio
from pathlib import Path
from typing import Any

import orjson
from aiohttp import web

from carrier_sim.carrier import CARRIER, Carrier
from carrier_sim.views import call_view, message_view, phone_view

STATIC = Path(__file__).parent / "static"

HEARTBEAT_SECONDS = 15
RECENT = 200
"""How many texts and calls a page is given when it opens."""

CONTENT_SECURITY_POLICY = "default-src 'none'; " + "; ".join(
    f"{kind} 'self'"
    for kind in ("script-src", "style-src", "img-src", "font-src", "connect-src", "base-uri", "form-action")
)


async def page(_: web.Request) -> web.FileResponse:
    return web.FileResponse(
        STATIC / "index.html",
        headers={
            "Content-Security-Policy": f"{CONTENT_SECURITY_POLICY}; frame-ancestors 'self'",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-cache",
        },
    )


async def events(request: web.Request) -> web.StreamResponse:
    """First everything as it is (`snapshot`), then every change: `message`, `call`, `phone`."""
    carrier = request.app[CARRIER]
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await response.prepare(request)
    stopping = asyncio.ensure_future(carrier.background.stopping.wait())
    try:
        with carrier.events.subscription() as changes:
            await response.write(_event("snapshot", _snapshot(carrier)))
            while (change := await _next_change(changes, stopping)) is not None:
                await response.write(change)
    except ConnectionResetError:
        pass
    finally:
        stopping.cancel()
    return response


async def _next_change(changes: asyncio.Queue[Any], stopping: asyncio.Future[Any]) -> bytes | None:
    """The bytes to send next; None when this stream is over."""
    getting = asyncio.ensure_future(changes.get())
    done, _ = await asyncio.wait({getting, stopping}, timeout=HEARTBEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    if getting not in done:
        getting.cancel()
        return None if done else b": still here\n\n"
    change = getting.result()
    return None if change is None else _event(*change)


def _event(name: str, data: Any) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (name.encode(), orjson.dumps(data))


def _snapshot(carrier: Carrier) -> dict[str, Any]:
    texts = [text for text in carrier.messages() if text.arrived]
    return {
        "sms_number": carrier.settings.sms_number,
        "voice_number": carrier.settings.voice_number,
        "phones": [phone_view(phone) for phone in carrier.phones.all()],
        "messages": [message_view(text) for text in texts[-RECENT:]],
        "calls": [call_view(call) for call in carrier.calls()[-RECENT:]],
    }


ROUTES = [
    web.get("/", page),
    web.get("/events", events, allow_head=False),
    web.static("/static", STATIC),
]
