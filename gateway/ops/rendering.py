"""The pages: Jinja templates, in one of two languages, with the words and formats that all of them use."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from aiohttp import web
from markupsafe import Markup

from gateway.core.errors import Refusal
from gateway.core.firm import Firm
from gateway.core.problems import Problem
from gateway.http.language import Locale
from gateway.http.moments import SEOUL
from gateway.http.problems import problem_document
from gateway.http.request_id import request_id_of
from gateway.ops.words import DONE, NEXT_STEPS, word

if TYPE_CHECKING:
    from jinja2 import Environment

STATIC_PATH = "/ops/static"
_HERE = Path(__file__).parent

CSP = "; ".join(
    (
        "default-src 'none'",
        *(f"{kind} 'self'" for kind in ("script-src", "style-src", "connect-src", "form-action")),
        "img-src 'self' data:",
        *(f"{kind} 'none'" for kind in ("base-uri", "frame-ancestors")),
    )
)


class Pages:
    """Renders templates."""

    def __init__(self, firm: Firm) -> None:
        self._firm = firm

    async def load(self) -> None:
        """Load the templates, before the first page; in a thread, as it takes a moment."""
        if "_environment" not in self.__dict__:
            await asyncio.to_thread(getattr, self, "_environment")

    @cached_property
    def _environment(self) -> "Environment":
        # At the first page: it is 5 MB, and most processes of a gateway never show one.
        from jinja2 import Environment, FileSystemLoader, StrictUndefined

        environment = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters |= {"clock": clock, "percent": percent, "span": span, "grouped": grouped}
        return environment

    def show(
        self, request: web.Request, locale: Locale, template: str, status: int = 200, **values: object
    ) -> web.Response:
        """A page. `t` chooses between a Korean and an English text, `w` names a code of ours."""
        text = self._environment.get_template(template).render(
            locale=locale,
            firm=self._firm,
            path=request.path,
            # The answer to a form has no address of its own to come back to.
            is_form=request.method == "POST",
            query=request.query,
            t=_chooser(locale),
            w=lambda kind, code: word(kind, code, locale),
            query_with=lambda **changes: urlencode({**request.query, **changes}),
            # Only codes of ours: anybody may have made up the link.
            done=word("done", code, locale) if (code := request.query.get("done")) in DONE else None,
            **values,
        )
        return web.Response(
            text=text,
            status=status,
            content_type="text/html",
            charset="utf-8",
            headers={
                "Content-Security-Policy": CSP,
                "Content-Language": locale,
                # With no-referrer a browser would send its forms with `Origin: null`.
                "Referrer-Policy": "same-origin",
            },
        )

    @staticmethod
    def sentence(request: web.Request, locale: Locale, refusal: Refusal) -> str:
        """What is said of a refusal within a page."""
        document = _told_to_operators(request, locale, refusal)
        return f"{document['title']}. {document['detail']}"

    def problem(self, request: web.Request, locale: Locale, refusal: Refusal) -> web.Response:
        """The page that says why not, and what to do next."""
        document = _told_to_operators(request, locale, refusal)
        status, back = refusal.problem.value.status, _where_from(request)
        response = self.show(request, locale, "problem.html", status=status, problem=document, back=back)
        if refusal.retry_after is not None:
            response.headers["Retry-After"] = str(refusal.retry_after)
        return response


def _where_from(request: web.Request) -> str | None:
    """The page of ours with the form or the link that led here; browsers send it (`Referrer-Policy`)."""
    try:
        page = urlsplit(request.headers.get("Referer", ""))
    except ValueError:  # `http://[`, for one
        return None
    is_ours = page.netloc == request.host and page.path.startswith("/ops") and page.path != request.path
    return page._replace(scheme="", netloc="").geturl() if is_ours else None


def _told_to_operators(request: web.Request, locale: Locale, refusal: Refusal) -> dict[str, Any]:
    """The problem, with what operators do next rather than callers of the API."""
    document = problem_document(refusal, locale, request_id_of(request))
    if isinstance(refusal.problem, Problem) and refusal.problem in NEXT_STEPS:
        document["detail"] = _chooser(locale)(*NEXT_STEPS[refusal.problem])
    return document


def _chooser(locale: Locale) -> Callable[[str, str], str]:
    return lambda ko, en: en if locale == "en" else ko


def clock(milliseconds: int | None, shape: str = "%m-%d %H:%M:%S") -> Markup:
    """A time as people in Seoul read it; the whole of it for machines."""
    if milliseconds is None:
        return Markup("–")
    moment = datetime.fromtimestamp(milliseconds / 1000, SEOUL)
    return Markup('<time datetime="{}">{}</time>').format(
        moment.isoformat(timespec="milliseconds"),
        moment.strftime(shape.replace("%f", f"{moment.microsecond // 1000:03d}")),
    )


def percent(part: float, whole: float) -> str:
    """How much of the whole; a dash where there was nothing."""
    return "–" if not whole else f"{100 * part / whole:.1f}%"


def span(milliseconds: float | None, locale: Locale) -> str:
    """A duration in the unit that suits it."""
    if milliseconds is None:
        return "–"
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    is_korean = locale == "ko"
    seconds = milliseconds / 1000
    if seconds < 100:
        return f"{seconds:.1f}초" if is_korean else f"{seconds:.1f} s"
    minutes = seconds / 60
    if minutes < 100:
        return f"{minutes:.0f}분" if is_korean else f"{minutes:.0f} min"
    return f"{minutes / 60:.1f}시간" if is_korean else f"{minutes / 60:.1f} h"


def grouped(count: float) -> str:
    return f"{count:,.0f}"


def see(where: str) -> web.Response:
    """Send a browser to another page of ours."""
    return web.Response(status=303, headers={"Location": where})


def back_to(path: str, done: str) -> web.Response:
    """After an action: the page it was asked on, which says that it is done."""
    return see(f"{path}?done={done}")
