"""`/ops/sign-in`, `/ops/enrol` and `/ops/sign-out`."""

from aiohttp import web
from markupsafe import Markup

from gateway.core.errors import Refusal
from gateway.core.operators import Role, Session, SignIn
from gateway.core.ops_problems import OpsProblem
from gateway.http.auth import key_digest
from gateway.ops.guard import (
    COOKIE,
    PREFIX,
    SIGN_IN_PATH,
    Guard,
    Visit,
    locale_of,
    read_form,
    remember_language,
    require_same_origin,
    require_token,
    where_to_go,
)
from gateway.ops.rendering import Pages, see

_ENROL_PATH = f"{PREFIX}/enrol"
_LONGEST_KEY = 256


class SignInPages:
    """Forms only: they work without scripts. `secure`: browsers reach the gateway over TLS."""

    def __init__(self, sign_in: SignIn, pages: Pages, *, secure: bool) -> None:
        self._sign_in = sign_in
        self._pages = pages
        self._secure = secure

    def routes(self, guard: Guard) -> list[web.RouteDef]:
        return [
            web.get(SIGN_IN_PATH, self.show),
            web.post(SIGN_IN_PATH, self.sign_in),
            web.get(_ENROL_PATH, self.show_enrolment),
            web.post(_ENROL_PATH, self.enrol),
            web.post(f"{PREFIX}/sign-out", guard.action(self.sign_out, Role.VIEWER)),
        ]

    async def show(self, request: web.Request) -> web.StreamResponse:
        return self._show(request, where_to_go(request.query.get("next")))

    async def sign_in(self, request: web.Request) -> web.StreamResponse:
        then = PREFIX
        try:
            require_same_origin(request)
            form = await read_form(request)
            then = where_to_go(form.get("next"))
            key = form.get("key", "").strip()
            if not key or len(key) > _LONGEST_KEY:
                raise Refusal(OpsProblem.SIGN_IN_REFUSED)
            cookie, signed_in = await self._sign_in.begin(key_digest(key), form.get("code", ""))
        except Refusal as refusal:
            return self._show(request, then, refusal)
        return self._enter(cookie, then if signed_in else _ENROL_PATH)

    async def show_enrolment(self, request: web.Request) -> web.StreamResponse:
        session = await self._enrolling(request)
        return self._to_sign_in() if session is None else self._show_enrolment(request, session)

    async def enrol(self, request: web.Request) -> web.StreamResponse:
        session = await self._enrolling(request)
        if session is None:
            return self._to_sign_in()
        try:
            require_same_origin(request)
            form = await read_form(request)
            require_token(form, session)
            cookie = await self._sign_in.enrol(request.cookies[COOKIE], form.get("code", ""))
        except Refusal as refusal:
            if refusal.problem is OpsProblem.SESSION_OVER:
                return self._to_sign_in()
            return self._show_enrolment(request, session, refusal)
        return self._enter(cookie, PREFIX)

    async def sign_out(self, visit: Visit) -> web.StreamResponse:
        await self._sign_in.end(visit.cookie, visit.person)
        response = self._to_sign_in()
        response.del_cookie(COOKIE, path=PREFIX)
        return response

    async def _enrolling(self, request: web.Request) -> Session | None:
        cookie = request.cookies.get(COOKIE, "")
        session = await self._sign_in.session(cookie, touch=True) if cookie else None
        return session if session is not None and session.sealed_pending_secret is not None else None

    def _show(self, request: web.Request, then: str, refusal: Refusal | None = None) -> web.StreamResponse:
        return self._form(request, "sign_in.html", refusal, next=then)

    def _show_enrolment(
        self, request: web.Request, session: Session, refusal: Refusal | None = None
    ) -> web.StreamResponse:
        import segno  # for whoever enrols, which is once a person

        picture = segno.make(self._sign_in.enrolment_uri(session), error="m", micro=False)
        return self._form(
            request,
            "enrol.html",
            refusal,
            picture=Markup(picture.svg_inline(omitsize=True, border=4, dark="#071f4a", light="#ffffff")),  # noqa: S704 - ours
            secret=self._sign_in.enrolment_secret(session),
            session=session,
        )

    def _form(
        self, request: web.Request, template: str, refusal: Refusal | None, **values: object
    ) -> web.StreamResponse:
        locale = locale_of(request)
        said = None
        status = 200
        if refusal is not None:
            status = refusal.problem.value.status
            said = self._pages.sentence(request, locale, refusal)
        response = self._pages.show(request, locale, template, status=status, refusal=said, **values)
        if refusal is not None and refusal.retry_after is not None:
            response.headers["Retry-After"] = str(refusal.retry_after)
        return remember_language(request, response)

    def _enter(self, cookie: str, where: str) -> web.Response:
        response = see(where)
        response.set_cookie(COOKIE, cookie, path=PREFIX, httponly=True, samesite="Strict", secure=self._secure)
        return response

    @staticmethod
    def _to_sign_in() -> web.Response:
        return see(SIGN_IN_PATH)
