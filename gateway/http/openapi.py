"""The OpenAPI 3.1 document, made from the registry of routes and the models they name."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import orjson
from aiohttp import web
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from gateway.core.callers import Scope
from gateway.core.errors import Refusal
from gateway.core.problems import Problem
from gateway.http import idempotency, problems, request_id
from gateway.http.bodies import LARGEST_BODY
from gateway.http.models import Query
from gateway.http.routes import PathType, Route

PATH = "/openapi.json"


@dataclass(frozen=True, slots=True)
class _Models:
    """What to write where a model is meant."""

    references: Mapping[tuple[Any, str], dict[str, Any]]
    """By the model and its direction."""
    queries: Mapping[Any, dict[str, Any]]
    """The schema of each model of query parameters, which are described one by one."""


_INTRODUCTION = """\
Authorize에 API 키를 Bearer로, 또는 Basic의 비밀번호로 넣습니다. 오류는 `application/problem+json`(RFC 9457)이고 \
`Accept-Language`의 언어로 답합니다. 모든 POST는 `Idempotency-Key`를 받습니다.

Authorize with an API key, as Bearer or as the password of Basic. Errors are `application/problem+json` (RFC 9457) in \
the language of `Accept-Language`. Every POST takes an `Idempotency-Key`. Times are RFC 3339 in UTC, durations whole \
seconds, numbers E.164, and masked in answers."""

_SCOPES: Mapping[Scope, str] = {
    Scope.VERIFY: "추가인증 요청과 확인 / open and check verifications, redeem receipts",
    Scope.CONTACTS: "고객과 연락처 / customers and contacts",
    Scope.BRANCH: "영업점 일회용 비밀번호 / branch passwords",
    Scope.DECIDE: "추가인증 대상 판단 / decisions",
    Scope.OPS_READ: "운영 조회 / read operations data",
    Scope.OPS_WRITE: "운영 변경 / change operations data",
}

_PROBLEMS_OF_AUTH = (Problem.UNAUTHENTICATED, Problem.MISSING_SCOPE, Problem.TOO_MANY_REQUESTS)
_PROBLEMS_OF_BODIES = (
    Problem.MALFORMED_JSON,
    Problem.BODY_TOO_SLOW,
    Problem.BODY_TOO_LARGE,
    Problem.UNSUPPORTED_MEDIA_TYPE,
)
_PROBLEMS_OF_IDEMPOTENCY = (Problem.IDEMPOTENCY_IN_PROGRESS, Problem.IDEMPOTENCY_MISMATCH)
_PROBLEMS_OF_ALL = (Problem.STORE_UNAVAILABLE, Problem.INTERNAL)

_PROBLEM_SCHEMA: Mapping[str, Any] = {
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
        "retry_after": {"type": "integer", "description": "seconds"},
        "attempts_remaining": {"type": "integer"},
    },
}

_HEADERS: Mapping[str, Any] = {request_id.HEADER: {"schema": {"type": "string"}}}

_IDEMPOTENCY_PARAMETER: Mapping[str, Any] = {
    "name": idempotency.HEADER,
    "in": "header",
    "required": False,
    "description": "같은 키와 본문이면 같은 응답 / the same key and body get the same answer",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^[\x21-\x7e]+$"},
}


def add_openapi(
    app: web.Application, routes: Sequence[Route], path_types: Mapping[str, PathType], version: str
) -> None:
    """Serve the document at `/openapi.json`. It is made once, when somebody asks: most processes never show it."""
    making = asyncio.Lock()

    @cache
    def encoded() -> bytes:
        return orjson.dumps(openapi_document(routes, path_types, version))

    async def show(_: web.Request) -> web.Response:
        async with making:
            body = await asyncio.to_thread(encoded)
        return web.Response(body=body, headers={"Content-Type": "application/json"})

    app.router.add_get(PATH, show)


def openapi_document(routes: Sequence[Route], path_types: Mapping[str, PathType], version: str) -> dict[str, Any]:
    """The document as plain data."""
    models, schemas = _schemas(routes)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        operation = _operation(route, path_types, models)
        paths.setdefault(route.path, {})[route.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "bonin",
            "version": version,
            "summary": "추가인증 게이트웨이 / step-up verification gateway",
            "description": _INTRODUCTION,
            "license": {"name": "Apache License 2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": _security_schemes()},
    }


class _Untitled(GenerateJsonSchema):
    """Without titles that only repeat the names of the fields."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def _schemas(routes: Sequence[Route]) -> tuple[_Models, dict[str, Any]]:
    """The models of all routes, and the schemas that they refer to."""
    wanted: dict[tuple[type[BaseModel], Literal["validation", "serialization"]], None] = {}
    for route in routes:
        for taken in (route.request, route.query):
            if taken is not None:
                wanted[taken, "validation"] = None
        for answered in route.responses.values():
            if answered is not None:
                wanted[answered, "serialization"] = None
    references, definitions = models_json_schema(
        list(wanted), ref_template="#/components/schemas/{model}", schema_generator=_Untitled
    )
    schemas: dict[str, Any] = dict(definitions.get("$defs", {}))
    schemas["Problem"] = _PROBLEM_SCHEMA
    queries = {
        model: schemas.pop(reference["$ref"].rpartition("/")[2])
        for (model, _), reference in references.items()
        if issubclass(model, Query)
    }
    return _Models({(model, mode): reference for (model, mode), reference in references.items()}, queries), schemas


def _operation(route: Route, path_types: Mapping[str, PathType], models: _Models) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.handler.__name__,
        "summary": f"{route.summary_ko} / {route.summary_en}",
        "tags": list(route.tags),
        "parameters": _parameters(route, path_types, models),
        "responses": _answers(route, models) | _refusals(route, path_types),
    }
    if route.request is not None:
        operation["requestBody"] = {
            "required": True,
            "description": f"{LARGEST_BODY} bytes at most",
            "content": {"application/json": {"schema": models.references[route.request, "validation"]}},
        }
    scopes = () if route.scope is None else (route.scope, *route.or_scopes)
    operation["security"] = [{scheme: [scope.value]} for scope in scopes for scheme in ("bearer", "basic")]
    return operation


def _parameters(route: Route, path_types: Mapping[str, PathType], models: _Models) -> list[Mapping[str, Any]]:
    parameters: list[Mapping[str, Any]] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": path_types[name].description,
            "schema": {"type": "string", "pattern": f"^(?:{path_types[name].pattern})$"},
        }
        for name in route.path_parameters
    ]
    if route.query is not None:
        schema = models.queries[route.query]
        parameters += [
            {"name": name, "in": "query", "required": name in schema.get("required", ()), "schema": one}
            for name, one in schema["properties"].items()
        ]
    if route.takes_idempotency_key:
        parameters.append(_IDEMPOTENCY_PARAMETER)
    return parameters


def _answers(route: Route, models: _Models) -> dict[str, dict[str, Any]]:
    answers: dict[str, dict[str, Any]] = {}
    for status, model in route.responses.items():
        answer: dict[str, Any] = {"description": route.summary_en, "headers": _HEADERS}
        if model is not None:
            media_type = "text/event-stream" if route.streams else "application/json"
            answer["content"] = {media_type: {"schema": models.references[model, "serialization"]}}
        answers[str(status)] = answer
    return answers


def _refusals(route: Route, path_types: Mapping[str, PathType]) -> dict[str, dict[str, Any]]:
    """The problems by their status: what any such route may answer, and what this one adds."""
    by_status: dict[int, list[Problem]] = {}
    for problem in sorted(_possible(route, path_types), key=lambda one: (one.value.status, one.value.slug)):
        by_status.setdefault(problem.value.status, []).append(problem)
    return {
        str(status): {
            "description": "; ".join(
                f"`{one.value.slug}`: {one.value.title_ko} / {one.value.title_en}" for one in listed
            ),
            "headers": _HEADERS,
            "content": {
                problems.CONTENT_TYPE: {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                    "examples": {one.value.slug: _example(one) for one in listed},
                }
            },
        }
        for status, listed in by_status.items()
    }


def _example(problem: Problem) -> dict[str, Any]:
    document = problems.problem_document(Refusal(problem), "ko", "4f0c2a9be1d7c35a68b0d9e2")
    return {"summary": problem.value.title_en, "value": document}


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


def _security_schemes() -> dict[str, Any]:
    scopes = "\n".join(f"- `{scope.value}`: {meaning}" for scope, meaning in _SCOPES.items())
    return {
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "description": f"API 키 / an API key. Scopes:\n{scopes}",
        },
        "basic": {
            "type": "http",
            "scheme": "basic",
            "description": "비밀번호가 API 키 / any user name, the API key as the password",
        },
    }
