"""Headers that a caller has a use for, as the OpenAPI document tells of them."""

from collections.abc import Iterable, Mapping
from typing import Any

from gateway.http import idempotency, request_id

_TAKEN: Mapping[str, Mapping[str, Any]] = {
    idempotency.HEADER: {
        "description": "같은 키와 본문이면 같은 응답 / the same key and body get the same answer",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^[\x21-\x7e]+$"},
    },
    "If-None-Match": {
        "description": "마지막으로 본 ETag: 그 뒤에 바뀐 것은 기다리지 않고 답하고, 바뀐 것이 없으면 304 / "
        "the ETag seen last: with `wait`, what has changed since is answered at once; 304 where nothing has",
        "schema": {"type": "string"},
    },
    "Last-Event-ID": {
        "description": "마지막으로 받은 이벤트의 id. EventSource가 스스로 보냅니다 / "
        "the id of the event received last, which an EventSource sends by itself",
        "schema": {"type": "string"},
    },
}

_GIVEN: Mapping[str, Mapping[str, Any]] = {
    request_id.HEADER: {
        "description": "요청 ID / names the request in our log",
        "schema": {"type": "string"},
    },
    "Content-Language": {
        "description": "문장의 언어 / the language of its sentences",
        "schema": {"type": "string", "enum": ["ko", "en"]},
    },
    "ETag": {
        "description": "If-None-Match에 넣을 값 / for `If-None-Match`",
        "schema": {"type": "string"},
    },
    "Location": {
        "description": "새로 생긴 것의 주소 / where what came of it can be read",
        "schema": {"type": "string", "format": "uri-reference"},
    },
    idempotency.REPLAYED: {
        "description": "같은 Idempotency-Key로 받은 응답을 다시 보냄 / an answer given before under the same key",
        "schema": {"type": "string", "enum": ["true"]},
    },
    "Retry-After": {
        "description": "다시 요청할 때까지의 초 / seconds until it may be asked again",
        "schema": {"type": "integer"},
    },
    "WWW-Authenticate": {
        "description": "받는 인증 방식 / what authentication is taken",
        "schema": {"type": "string"},
    },
}


def headers_taken(names: Iterable[str]) -> list[Mapping[str, Any]]:
    """Parameters for headers that a request may have."""
    return [{"name": name, "in": "header", "required": False, **_TAKEN[name]} for name in names]


def headers_given(*names: str) -> dict[str, Any]:
    """The headers of an answer. Every one has the request's id."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in (request_id.HEADER, *names)}


def header_components() -> dict[str, Any]:
    return dict(_GIVEN)
