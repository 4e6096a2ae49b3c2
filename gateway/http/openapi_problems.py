"""What a route may refuse, as the OpenAPI document tells of it."""

from collections.abc import Mapping
from typing import Any

from gateway.core.problems import Problem
from gateway.core.verification import Method
from gateway.http import problems
from gateway.http.openapi_examples import ASK_AGAIN, example_of
from gateway.http.openapi_headers import headers_given
from gateway.http.routes import PathType, Route

_PROBLEMS_OF_AUTH = (Problem.UNAUTHENTICATED, Problem.MISSING_SCOPE, Problem.TOO_MANY_REQUESTS)
_PROBLEMS_OF_BODIES = (
    Problem.MALFORMED_JSON,
    Problem.BODY_TOO_SLOW,
    Problem.BODY_TOO_LARGE,
    Problem.UNSUPPORTED_MEDIA_TYPE,
)
_PROBLEMS_OF_IDEMPOTENCY = (Problem.IDEMPOTENCY_IN_PROGRESS, Problem.IDEMPOTENCY_MISMATCH)
_PROBLEMS_OF_ALL = (Problem.STORE_UNAVAILABLE, Problem.INTERNAL)

_METHODS: Mapping[str, Any] = {"type": "array", "items": {"type": "string", "enum": list(Method)}}

PROBLEM_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "description": "RFC 9457",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "examples": ["/problems/invalid-fields"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string", "format": "uri-reference"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "problem"],
                "properties": {"field": {"type": "string"}, "problem": {"type": "string"}},
            },
        },
        "retry_after": {"type": "integer", "description": "초 / seconds"},
        "attempts_remaining": {"type": "integer"},
        "methods": {
            **_METHODS,
            "description": "이 연락처에서 지금 쓸 수 있는 방법 / what may be used now with this contact instead",
        },
        "contacts": {
            "type": "array",
            "description": "지금 쓸 수 있는 다른 연락처 / other contacts that may be used now",
            "items": {
                "type": "object",
                "required": ["contact_id", "methods"],
                "properties": {"contact_id": {"type": "string"}, "methods": _METHODS},
            },
        },
        "signal": {
            "type": "string",
            "description": "보류의 원인이 된 통신사 위험 신호 / the carrier's risk signal that holds it",
        },
    },
}


def refusals(route: Route, path_types: Mapping[str, PathType]) -> dict[str, dict[str, Any]]:
    """The problems by their status: what any such route may answer, and what this one adds."""
    by_status: dict[int, list[Problem]] = {}
    for problem in sorted(_possible(route, path_types), key=lambda one: (one.value.status, one.value.slug)):
        by_status.setdefault(problem.value.status, []).append(problem)
    return {
        str(status): {
            "description": "; ".join(
                f"`{one.value.slug}`: {one.value.title_ko} / {one.value.title_en}" for one in listed
            ),
            "headers": headers_given("Content-Language", *_headers_of(listed)),
            "content": {
                problems.CONTENT_TYPE: {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                    "examples": {one.value.slug: example_of(one) for one in listed},
                }
            },
        }
        for status, listed in by_status.items()
    }


def _headers_of(listed: list[Problem]) -> list[str]:
    challenge = ["WWW-Authenticate"] if Problem.UNAUTHENTICATED in listed else []
    return [*challenge, "Retry-After"] if not ASK_AGAIN.isdisjoint(listed) else challenge


def _possible(route: Route, path_types: Mapping[str, PathType]) -> set[Problem]:
    possible = {*route.problems, *_PROBLEMS_OF_ALL, Problem.INVALID_FIELDS}
    possible.update(path_types[name].problem for name in route.path_parameters)
    if route.scope is not None:
        possible.update(_PROBLEMS_OF_AUTH)
    if route.takes_body:
        possible.update(_PROBLEMS_OF_BODIES)
    if route.takes_idempotency_key:
        possible.update(_PROBLEMS_OF_IDEMPOTENCY)
    return possible
