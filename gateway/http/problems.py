"""The one mapper from what went wrong to `application/problem+json` (RFC 9457)."""

import re
from collections.abc import Mapping
from html import escape
from types import MappingProxyType
from typing import Any, cast

import orjson
import structlog
from aiohttp import web

from contacts.protection import KeyNotGiven
from gateway.core.errors import Refusal, StoreUnavailable
from gateway.core.ops_problems import OpsProblem
from gateway.core.problem_kind import ProblemKind
from gateway.core.problems import Problem
from gateway.http.language import DEFAULT, Locale, negotiate
from gateway.http.request_id import assign, request_id_of
from gateway.http.request_id import new as new_request_id
from gateway.http.static_files import STATIC_PATH
from gateway.http.whole_answer import WholeAnswer, answer_to_no_request
from gateway.http.whole_request import Incoming

CONTENT_TYPE = "application/problem+json"
_NAMED = re.compile(r"\{(\w+)\}")
"""A placeholder in a sentence. Its value is known only once a request is refused."""
_QUOTED = re.compile("`([^`]+)`")
"""A word of the interface in a sentence."""

_BY_SLUG: Mapping[str, ProblemKind] = {problem.value.slug: problem.value for problem in (*Problem, *OpsProblem)}
_BY_HTTP_STATUS: Mapping[int, Problem] = {
    404: Problem.NOT_FOUND,
    405: Problem.METHOD_NOT_ALLOWED,
}

_CLOSES_THE_CONNECTION = frozenset({Problem.BAD_REQUEST, Problem.BODY_TOO_LARGE, Problem.BODY_TOO_SLOW})
"""The rest of such a request is not waited for, or cannot be told from the next one."""

_STORE_WILL_NOT_DO = (StoreUnavailable, KeyNotGiven)
"""It is away, or another installation's: what it holds is under keys that this process lacks (`/readyz` says so)."""

_log = structlog.get_logger(__name__)
_access_log = structlog.get_logger("gateway.http.access")


class _Named(dict[str, object]):
    """Values of a sentence; one that is not known shows its name instead of failing the answer."""

    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"


def problem_response(request: Incoming, error: Exception) -> WholeAnswer:
    """The answer for any exception that left a handler."""
    refusal = refusal_for(error)
    locale = negotiate(request.headers.get("Accept-Language"))
    response = WholeAnswer(*_told(refusal, locale, request_id_of(request)))
    if refusal.problem in _CLOSES_THE_CONNECTION:
        response.force_close()
    return response


def refuse(request: web.BaseRequest) -> web.StreamResponse:
    """The answer to what is not HTTP as a client of an API speaks it; the connection then closes."""
    assert isinstance(request, web.Request)  # noqa: S101 - of an application
    assign(request)
    response = problem_response(request, Refusal(Problem.BAD_REQUEST))
    _access_log.info("not_http", status=response.status)
    # aiohttp asks of a response what ours has, whatever its class.
    return cast(web.StreamResponse, response)


def problem_of_no_request(refusal: Refusal) -> bytes:
    """The answer on a connection that ends before there is a request, in bytes."""
    assigned = new_request_id()
    return answer_to_no_request(*_told(refusal, DEFAULT, assigned), assigned)


def _told(refusal: Refusal, locale: Locale, assigned: str) -> tuple[int, bytes, Mapping[str, str]]:
    """Status, body and headers."""
    headers = {**refusal.headers, "Content-Type": CONTENT_TYPE, "Content-Language": locale}
    if refusal.retry_after is not None:
        headers["Retry-After"] = str(refusal.retry_after)
    return refusal.problem.value.status, orjson.dumps(problem_document(refusal, locale, assigned)), headers


def problem_document(refusal: Refusal, locale: Locale, request_id: str) -> dict[str, Any]:
    """The members of the problem, with its sentences in one language."""
    kind = refusal.problem.value
    detail = kind.detail_ko if locale == "ko" else kind.detail_en
    document: dict[str, Any] = {
        "type": f"/problems/{kind.slug}",
        "title": kind.title_ko if locale == "ko" else kind.title_en,
        "status": kind.status,
        "detail": detail.format_map(_Named(_known(refusal.values))),
        "instance": f"/requests/{request_id}",
    }
    if refusal.errors:
        document["errors"] = [
            {"field": error.field, "problem": error.problem_ko if locale == "ko" else error.problem_en}
            for error in refusal.errors
        ]
    if refusal.retry_after is not None:
        document["retry_after"] = refusal.retry_after
    return {**refusal.members, **document}


def _known(values: Mapping[str, object]) -> Mapping[str, object]:
    return {name: value for name, value in values.items() if value is not None}


def refusal_for(error: Exception) -> Refusal:
    """What is told of any exception. What is not a refusal says nothing of its cause: the log has where it was."""
    refusal = _as_refusal(error)
    if refusal is None:
        _log.error("unexpected_exception", exc_info=error)
        return Refusal(Problem.INTERNAL)
    return refusal


def _as_refusal(error: Exception) -> Refusal | None:
    """What went wrong as something that can be told; None for what nobody expected."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, _STORE_WILL_NOT_DO):
        _log.warning("store_unavailable", reason=str(error))
        return Refusal(Problem.STORE_UNAVAILABLE, retry_after=1)
    if isinstance(error, web.HTTPException) and 400 <= error.status < 500:
        return _from_aiohttp(error)
    return None


def _from_aiohttp(error: web.HTTPException) -> Refusal:
    problem = _BY_HTTP_STATUS.get(error.status, Problem.BAD_REQUEST)
    if isinstance(error, web.HTTPMethodNotAllowed):
        allowed = ", ".join(sorted(error.allowed_methods))
        return Refusal(problem, values={"allowed": allowed}, headers={"Allow": allowed})
    return Refusal(problem)


async def show_problem(request: web.Request) -> web.Response:
    """`GET /problems/{slug}`: what a problem type means, for people or for programs."""
    kind = _BY_SLUG.get(request.match_info["slug"])
    if kind is None:
        raise web.HTTPNotFound
    if is_for_people(request):
        return web.Response(text=_page(kind), content_type="text/html", charset="utf-8")
    return web.Response(body=orjson.dumps(_description(kind)), content_type="application/json")


def is_for_people(request: web.Request) -> bool:
    """Whether a browser asks, for somebody to read."""
    return "text/html" in request.headers.get("Accept", "")


def problem_page(request: web.Request, refusal: Refusal) -> web.Response:
    """What was refused, where people look at it."""
    kind = refusal.problem.value
    text = _page(kind, _known(refusal.values), f"/requests/{request_id_of(request)}")
    page = web.Response(status=kind.status, text=text, content_type="text/html", charset="utf-8")
    if refusal.retry_after is not None:
        page.headers["Retry-After"] = str(refusal.retry_after)
    return page


def _description(kind: ProblemKind, values: Mapping[str, object] = MappingProxyType({})) -> dict[str, Any]:
    """Values that are not known are left as names."""
    named = _Named(values)
    return {
        "type": f"/problems/{kind.slug}",
        "status": kind.status,
        "title": {"ko": kind.title_ko, "en": kind.title_en},
        "detail": {"ko": kind.detail_ko.format_map(named), "en": kind.detail_en.format_map(named)},
    }


def _page(kind: ProblemKind, values: Mapping[str, object] = MappingProxyType({}), instance: str = "") -> str:
    described = _description(kind, values)
    paragraphs = "".join(
        f'<section lang="{locale}"><h2>{escape(described["title"][locale])}</h2>'
        f"<p>{_for_people(described['detail'][locale])}</p></section>"
        for locale in ("ko", "en")
    )
    quoted = f"<p><code>instance</code> <code>{escape(instance)}</code></p>" if instance else ""
    return (
        '<!doctype html><html lang="ko"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="icon" href="data:,"><link rel="stylesheet" href="{STATIC_PATH}/problem.css">'
        f"<title>{escape(kind.title_ko)} · {escape(kind.title_en)}</title>"
        f'<main><h1 lang="en">{kind.status} <code>{escape(kind.slug)}</code></h1>{paragraphs}{quoted}</main></html>'
    )


def _for_people(sentence: str) -> str:
    return _QUOTED.sub(r"<code>\1</code>", _NAMED.sub(r"<var>\1</var>", escape(sentence)))
