"""The desk as an application to be mounted at `/desk`."""

from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import web

from desk.cases import CaseHandlers
from desk.gateway_client import GatewayClient
from desk.guard import guard
from desk.handlers import DeskHandlers
from desk.sessions import Sessions
from desk.settings import DeskSettings

_STATIC = Path(__file__).parent / "static"

_CSP = "; ".join(
    (
        "default-src 'none'",
        *(f"{kind} 'self'" for kind in ("script-src", "style-src", "img-src", "font-src", "connect-src")),
        *(f"{kind} 'none'" for kind in ("base-uri", "form-action", "frame-ancestors")),
    )
)
_CUSTOMER = "/api/customers/{customer_id:[A-Za-z0-9._-]{1,64}}"
_CASE = "/api/cases/{case_id:[A-Za-z0-9_-]{1,64}}"
_VERIFICATION = "/api/verifications/{verification_id:[a-z0-9_]{1,64}}"


def create_app(settings: DeskSettings) -> web.Application:
    """The desk; mount it with `add_subapp(desk.settings.PREFIX, …)`."""
    gateway = GatewayClient(settings.gateway_url, settings.api_key)
    sessions = Sessions()
    app = web.Application(middlewares=[guard(sessions, settings.public_url)])
    app.add_routes(_routes(DeskHandlers(settings, sessions, gateway), CaseHandlers(settings, gateway)))

    async def connected(_: web.Application) -> AsyncIterator[None]:
        await gateway.open()
        yield
        await gateway.close()

    app.cleanup_ctx.append(connected)
    return app


def _routes(handlers: DeskHandlers, cases: CaseHandlers) -> list[web.AbstractRouteDef]:
    return [
        web.get("", _page),
        web.get("/", _page),
        web.static("/static", _STATIC),
        web.get("/api/session", handlers.session),
        web.get(_CUSTOMER, handlers.customer),
        web.post(f"{_CUSTOMER}/contacts/{{contact_id:[a-z0-9_]{{1,64}}}}/ownership-check", handlers.check_ownership),
        web.post("/api/cases", cases.open),
        web.post(f"{_CASE}/decision", cases.decide_again),
        web.post(f"{_CASE}/complete", cases.complete),
        web.post("/api/verifications", handlers.open),
        web.get(_VERIFICATION, handlers.verification),
        web.get(f"{_VERIFICATION}/events", handlers.events, allow_head=False),
        web.post(f"{_VERIFICATION}/check", handlers.check),
        web.post(f"{_VERIFICATION}/resend", handlers.resend),
        web.post(f"{_VERIFICATION}/cancel", handlers.cancel),
        web.post(f"{_VERIFICATION}/vouch", handlers.vouch),
        web.post(f"{_VERIFICATION}/redeem", handlers.redeem),
        web.post(f"{_VERIFICATION}/auto-connect", cases.remember_device),
        web.post("/api/branch-passwords", handlers.issue_branch_password),
    ]


async def _page(_: web.Request) -> web.FileResponse:
    return web.FileResponse(
        _STATIC / "index.html", headers={"Content-Security-Policy": _CSP, "Cache-Control": "no-cache"}
    )
