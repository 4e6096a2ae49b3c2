"""What every request to the desk passes: the right host, no other site behind it, a session with its token."""

import ipaddress
from urllib.parse import SplitResult, urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from desk.answers import json_answer
from desk.refusals import CONTENT_TYPE, DeskRefused, GatewayRefused, Refusal
from desk.sessions import Session, Sessions
from desk.settings import PREFIX

COOKIE = "bonin_desk"
TOKEN_HEADER = "X-CSRF-Token"  # noqa: S105 - a header's name
SESSION_PATH = f"{PREFIX}/api/session"

_SESSION = web.RequestKey("session", Session)


def guard(sessions: Sessions, public_url: str) -> Middleware:
    """Refuse what no page of this desk sent. Refusals become answers here."""
    public_host = urlsplit(public_url).hostname

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            _require_host(request, public_host)
            if request.path.startswith(f"{PREFIX}/api/") and request.path != SESSION_PATH:
                request[_SESSION] = _require_session(request, sessions)
            return await handler(request)
        except (DeskRefused, GatewayRefused) as refused:
            document = refused.document(locale_of(request))
            return json_answer(document, document["status"], CONTENT_TYPE)

    return check


def session_of(request: web.Request) -> Session:
    """The session that the guard found."""
    return request[_SESSION]


def locale_of(request: web.Request) -> str:
    """The language that the page is shown in: it says so in every request."""
    return "en" if request.headers.get("Accept-Language", "").startswith("en") else "ko"


def _require_host(request: web.Request, public_host: str | None) -> None:
    """A name of somebody else's that leads here would make that somebody's pages our own (DNS rebinding)."""
    host = _read_address(f"//{request.host}").hostname
    if host in (public_host, "localhost") or _is_address(host or ""):
        return
    raise DeskRefused(Refusal.UNKNOWN_HOST)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _require_session(request: web.Request, sessions: Sessions) -> Session:
    if request.method not in ("GET", "HEAD"):
        _require_same_origin(request)
    session = sessions.find(request.cookies.get(COOKIE, ""))
    if session is None:
        raise DeskRefused(Refusal.SESSION_OVER)
    if request.method not in ("GET", "HEAD") and not session.has_token(request.headers.get(TOKEN_HEADER, "")):
        raise DeskRefused(Refusal.SESSION_OVER)
    return session


def _require_same_origin(request: web.Request) -> None:
    """Browsers always send `Origin` with a POST, and `Sec-Fetch-Site` where the connection is trustworthy."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        raise DeskRefused(Refusal.CROSS_SITE)
    if _read_address(request.headers.get("Origin", "")).netloc != request.host:
        raise DeskRefused(Refusal.CROSS_SITE)


def _read_address(text: str) -> SplitResult:
    """The parts of an address; what is none, as `http://[`, has none."""
    try:
        return urlsplit(text)
    except ValueError:
        return urlsplit("")
