"""The OpenAPI 3.1 document, made from the registry of routes and the models they name."""

import asyncio
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import orjson
from aiohttp import web
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from gateway.core.callers import Scope
from gateway.http import idempotency
from gateway.http.bodies import LARGEST_BODY
from gateway.http.models import NoBody, Query
from gateway.http.openapi_bodies import EXAMPLES
from gateway.http.openapi_fields import describe_fields, meaning_of
from gateway.http.openapi_headers import header_components, headers_given, headers_taken
from gateway.http.openapi_problems import PROBLEM_SCHEMA, refusals
from gateway.http.routes import PathType, Route

PATH = "/openapi.json"


@dataclass(frozen=True, slots=True)
class _Models:
    """What to write where a model is meant."""

    references: Mapping[Any, dict[str, Any]]
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
        "components": {
            "schemas": schemas,
            "headers": header_components(),
            "securitySchemes": _security_schemes(),
        },
    }


class _ForClients(GenerateJsonSchema):
    """Leaves out what makes generators of clients write worse code."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """A title that only repeats the name of its field becomes a type of its own."""
        return False

    def default_schema(self, schema: Any) -> dict[str, Any]:
        """A default of null says nothing, and TypeScript then takes the field for one that is always sent."""
        described = super().default_schema(schema)
        return {name: value for name, value in described.items() if name != "default" or value is not None}


def _schemas(routes: Sequence[Route]) -> tuple[_Models, dict[str, Any]]:
    """The models of all routes, and the schemas that they refer to."""
    wanted: dict[tuple[type[BaseModel], Literal["validation", "serialization"]], None] = {}
    for route in routes:
        for sent in (route.request, route.query):
            if sent is not None:
                wanted[sent, "validation"] = None
        for answered in route.responses.values():
            if answered is not None:
                wanted[answered, "serialization"] = None
    references, definitions = models_json_schema(
        list(wanted), ref_template="#/components/schemas/{model}", schema_generator=_ForClients
    )
    schemas: dict[str, Any] = dict(definitions.get("$defs", {}))
    schemas["Problem"] = deepcopy(PROBLEM_SCHEMA)
    describe_fields(schemas)
    queries = {
        model: schemas.pop(reference["$ref"].rpartition("/")[2])
        for (model, _), reference in references.items()
        if issubclass(model, Query)
    }
    return _Models(references, queries), schemas


def _operation(route: Route, path_types: Mapping[str, PathType], models: _Models) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.handler.__name__,
        "summary": f"{route.summary_ko} / {route.summary_en}",
        "tags": list(route.tags),
        "parameters": _parameters(route, path_types, models),
        "responses": _answers(route, models) | refusals(route, path_types),
    }
    if route.request is not None:
        operation["requestBody"] = {
            "required": route.request is not NoBody,
            "description": f"{LARGEST_BODY} bytes at most",
            "content": {"application/json": _body(route.request, models)},
        }
    scopes = () if route.scope is None else (route.scope, *route.or_scopes)
    operation["security"] = [{scheme: [scope.value]} for scope in scopes for scheme in ("bearer", "basic")]
    return operation


def _body(model: type[BaseModel], models: _Models) -> dict[str, Any]:
    body: dict[str, Any] = {"schema": models.references[model, "validation"]}
    if model.__name__ in EXAMPLES:
        body["example"] = EXAMPLES[model.__name__]
    return body


def _parameters(route: Route, path_types: Mapping[str, PathType], models: _Models) -> list[Mapping[str, Any]]:
    parameters: list[Mapping[str, Any]] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": path_types[name].description or meaning_of(name),
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
    return parameters + headers_taken((*route.takes, *([idempotency.HEADER] if route.takes_idempotency_key else ())))


def _answers(route: Route, models: _Models) -> dict[str, dict[str, Any]]:
    answers: dict[str, dict[str, Any]] = {}
    replayed = (idempotency.REPLAYED,) if route.takes_idempotency_key else ()
    for status, model in route.responses.items():
        answer: dict[str, Any] = {"description": route.summary_en, "headers": headers_given(*route.gives, *replayed)}
        if model is not None:
            schema = models.references[model, "serialization"]
            answer["content"] = (
                {"text/event-stream": {"schema": _event_of(schema)}}
                if route.streams
                else {"application/json": {"schema": schema}}
            )
        answers[str(status)] = answer
    return answers


def _event_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """Each event of a stream, as a client reads it (WHATWG HTML, 9.2.6): its data is JSON in a string."""
    return {
        "type": "object",
        "properties": {
            "id": {"type": "string", "description": "Last-Event-ID로 이어 받습니다 / to go on by Last-Event-ID"},
            "event": {"type": "string", "description": "무엇이 바뀌었는지 / what has changed"},
            "data": {
                "type": "string",
                "contentMediaType": "application/json",
                "contentSchema": data,
                "description": "바뀐 뒤의 상태 / how it is after the change",
            },
        },
        "required": ["event", "data"],
    }


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
