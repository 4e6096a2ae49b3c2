"""Headers that a caller has a use for, as the OpenAPI document tells of them."""

from collections.abc import Iterable, Mapping
from typing import Any

from gateway.http import idempotency, request_id

_TAKEN: Mapping[str, Mapping[str, Any]] = {
    idempotency.HEADER: {
        "description": "같은 키와 본문으로 다시 보내면 같은 응답을 받습니다 / "
        "the same key with the same body gets the same answer",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^[\x21-\x7e]+$"},
    },
    "If-None-Match": {
        "description": "마지막으로 받은 ETag. 그 뒤에 바뀐 내용이 있으면 바로 응답하고, 없으면 304로 응답합니다 / "
        "the last ETag received: with `wait`, a change since then is answered at once; 304 if there is none",
        "schema": {"type": "string"},
    },
    "Last-Event-ID": {
        "description": "마지막으로 받은 이벤트의 id. EventSource가 자동으로 보냅니다 / "
        "the id of the last event received; an EventSource sends it by itself",
        "schema": {"type": "string"},
    },
}

_GIVEN: Mapping[str, Mapping[str, Any]] = {
    request_id.HEADER: {
        "description": "요청 ID / the id of the request in the gateway's log",
        "schema": {"type": "string"},
    },
    "Content-Language": {
        "description": "문구의 언어 / the language of the texts",
        "schema": {"type": "string", "enum": ["ko", "en"]},
    },
    "ETag": {
        "description": "If-None-Match에 넣을 값 / the value to send as `If-None-Match`",
        "schema": {"type": "string"},
    },
    "Location": {
        "description": "생성된 리소스의 주소 / the address of what was created",
        "schema": {"type": "string", "format": "uri-reference"},
    },
    idempotency.REPLAYED: {
        "description": "같은 Idempotency-Key의 이전 응답을 다시 보냈음 / this is an earlier answer to the same key",
        "schema": {"type": "string", "enum": ["true"]},
    },
    "Retry-After": {
        "description": "다시 요청할 때까지의 초 / seconds to wait before the next request",
        "schema": {"type": "integer"},
    },
    "WWW-Authenticate": {
        "description": "지원하는 인증 방식 / the supported authentication schemes",
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
