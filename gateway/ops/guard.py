"""What every request to the operations pages passes: a session that is signed in, the role, no other site behind it."""

import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final
from urllib.parse import parse_qsl, quote, urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from gateway.core.errors import FieldError, Refusal
from gateway.core.operators import Role, Session, SignIn
from gateway.core.ops_problems import OpsProblem
from gateway.core.problems import Problem
from gateway.http.bodies import LARGEST_BODY, read_capped
from gateway.http.language import Locale, negotiate
from gateway.ops.rendering import Pages, see
from gateway.ops.words import word

PREFIX: Final = "/ops"
SIGN_IN_PATH: Final = f"{PREFIX}/sign-in"
COOKIE: Final = "bonin_ops"
LANGUAGE_COOKIE: Final = "bonin_ops_language"
BY_ITSELF: Final = "X-Refresh"
"""In requests that a page makes by itself: they keep no session alive."""

_MOST_FIELDS = 20
_LONGEST_REASON = 200
_FORM = "application/x-www-form-urlencoded"
_NO_FIELDS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Visit:
    """A request of somebody who is signed in. `form` is what they sent."""

    request: web.Request
    session: Session
    cookie: str = field(repr=False)
    locale: Locale
    form: Mapping[str, str] = field(default_factory=lambda: _NO_FIELDS, repr=False)

    @property
    def person(self) -> str:
        return self.session.operator.person

    @property
    def reason(self) -> str:
        """Why they do it; every action asks. Raises `Refusal`."""
        reason = " ".join(self.form.get("reason", "").split())
        if not reason or len(reason) > _LONGEST_REASON or not reason.isprintable():
            error = FieldError(
                "reason",
                f"사유를 {_LONGEST_REASON}자 이내로 적어 주세요.",
                f"Give a reason of up to {_LONGEST_REASON} characters.",
            )
            raise Refusal(Problem.INVALID_FIELDS, errors=(error,))
        return reason


VisitHandler = Callable[[Visit], Awaitable[web.StreamResponse]]


class Guard:
    """Makes aiohttp handlers of handlers that take a `Visit`. Refusals become pages here."""

    def __init__(self, sign_in: SignIn, pages: Pages) -> None:
        self._sign_in = sign_in
        self._pages = pages

    def page(self, handler: VisitHandler, *, by_itself: bool = False) -> Handler:
        """For whoever is signed in; others are sent to sign in, and come back. `by_itself`: no person asked for it."""

        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                visit = await self._visit(request, touch=not by_itself and BY_ITSELF not in request.headers)
                response = self._to_sign_in(request) if visit is None else await handler(visit)
            except Refusal as refusal:
                response = self._pages.problem(request, locale_of(request), refusal)
            return remember_language(request, response)

        return handle

    def action(self, handler: VisitHandler, role: Role) -> Handler:
        """For an operator with this role who meant it: the form carries the session's token."""

        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                require_same_origin(request)
                visit = await self._visit(request, touch=True)
                if visit is None:
                    return self._to_sign_in(request)
                form = await read_form(request)
                require_token(form, visit.session)
                if not visit.session.operator.role.may_act_as(role):
                    names = {"role": word("role", role, "en"), "role_ko": word("role", role, "ko")}
                    raise Refusal(OpsProblem.ROLE_MISSING, values=names)
                return await handler(replace(visit, form=form))
            except Refusal as refusal:
                return self._pages.problem(request, locale_of(request), refusal)

        return handle

    async def _visit(self, request: web.Request, *, touch: bool) -> Visit | None:
        cookie = request.cookies.get(COOKIE, "")
        session = await self._sign_in.session(cookie, touch=touch) if cookie else None
        if session is None or not session.signed_in:
            return None
        return Visit(request, session, cookie, locale_of(request))

    @staticmethod
    def _to_sign_in(request: web.Request) -> web.StreamResponse:
        if BY_ITSELF in request.headers:
            raise Refusal(OpsProblem.SESSION_OVER)
        where = SIGN_IN_PATH if request.method == "POST" else f"{SIGN_IN_PATH}?next={quote(request.path_qs, safe='')}"
        return see(where)


def require_same_origin(request: web.Request) -> None:
    """Browsers send `Origin` with every POST, and `Sec-Fetch-Site` where the connection is trustworthy."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise Refusal(OpsProblem.CROSS_SITE)
    origin = request.headers.get("Origin")
    if origin is not None and _host_in(origin) != request.host:
        raise Refusal(OpsProblem.CROSS_SITE)


def require_token(form: Mapping[str, str], session: Session) -> None:
    """A form of ours carries the session's token, which no other site can read."""
    if not hmac.compare_digest(form.get("csrf", "").encode(), session.csrf_token.encode()):
        raise Refusal(OpsProblem.CROSS_SITE)


def _host_in(origin: str) -> str | None:
    """Host and port; None where it is no origin."""
    try:
        return urlsplit(origin).netloc
    except ValueError:  # `http://[`, for one
        return None


async def read_form(request: web.Request) -> dict[str, str]:
    """The fields of a form; one that is sent twice counts once. Raises `Refusal`."""
    if request.content_type != _FORM:
        raise Refusal(Problem.UNSUPPORTED_MEDIA_TYPE, values={"expected": _FORM})
    raw = await read_capped(request, LARGEST_BODY)
    try:
        return dict(parse_qsl(raw.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"))
    except ValueError:
        raise Refusal(Problem.BAD_REQUEST) from None


def locale_of(request: web.Request) -> Locale:
    """The language that was chosen last; without a choice, the browser's."""
    chosen = request.query.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    if chosen in ("ko", "en"):
        return "en" if chosen == "en" else "ko"
    return negotiate(request.headers.get("Accept-Language"))


def remember_language(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    """The response, which keeps the language that was just chosen for the pages after it."""
    if request.query.get("lang") in ("ko", "en") and not response.prepared:
        response.set_cookie(LANGUAGE_COOKIE, request.query["lang"], path=PREFIX, samesite="Strict", httponly=True)
    return response


def where_to_go(path: str | None) -> str:
    """Where somebody wanted to go before they signed in; a page of ours, or the first one."""
    if path and (path == PREFIX or path.startswith((f"{PREFIX}/", f"{PREFIX}?"))) and path.isprintable():
        return path
    return PREFIX
