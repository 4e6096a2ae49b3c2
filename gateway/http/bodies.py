"""Reading what a caller sent: JSON bodies and query parameters, strictly and within limits.

The limits hold while the bytes arrive, for chunked bodies too, so that a slow or huge body costs little.
"""

import asyncio
import codecs
from email.message import Message
from typing import Any, TypeVar, cast

import orjson
from aiohttp import StreamReader, hdrs, web
from pydantic import ValidationError

from gateway.core.errors import Refusal
from gateway.core.problems import Problem
from gateway.http.field_errors import MOST_ERRORS, field_error_of, field_errors
from gateway.http.models import Body, Query
from gateway.http.repeated_fields import repeated_fields
from gateway.http.whole_request import Incoming

LARGEST_BODY = 8 * 1024
"""Bytes."""

BODY_SECONDS = 5.0
"""How long a caller may take to send a body, from its first byte to its last."""

B = TypeVar("B", bound=Body)
Q = TypeVar("Q", bound=Query)

_JSON_TYPES = frozenset({"application/json", "application/json; charset=utf-8", "application/json;charset=utf-8"})
_PLAIN_JSON = {"expected": "application/json; charset=utf-8"}
_TOO_DEEP = ("너무 깊음", "nested too deeply")
_NOT_COMPRESSED = {"expected": "application/json; charset=utf-8, Content-Encoding: identity"}


async def read_body(request: web.Request) -> bytes:
    """The body of what the API is asked, as it arrives. Raises `Refusal`."""
    # A compressed body is small on the wire and large in memory.
    if request.headers.get(hdrs.CONTENT_ENCODING, "identity").lower() != "identity":
        raise Refusal(Problem.UNSUPPORTED_MEDIA_TYPE, values=_NOT_COMPRESSED)
    return await read_capped(request, LARGEST_BODY)


def read_json(request: Incoming, raw: bytes, *, says_nothing: bool) -> tuple[bytes, dict[str, Any]]:
    """The bytes of a body and the object in them; no body at all is `{}`. Raises `Refusal`.

    Where a body `says_nothing`, none is needed, whatever type a client gives each of its requests.
    """
    if not raw and (says_nothing or hdrs.CONTENT_TYPE not in request.headers):
        return b"{}", {}
    _require_json_type(request)
    return raw, _parse_object(raw)


async def read_capped(request: web.Request, limit: int) -> bytes:
    """The whole body: refused over `limit` bytes (413) or when it takes too long to arrive (408)."""
    try:
        if request.content.is_eof():
            raw = request.content.read_nowait()
        else:
            if (request.content_length or 0) > limit:
                raise Refusal(Problem.BODY_TOO_LARGE, values={"limit": limit})
            async with asyncio.timeout(BODY_SECONDS):
                raw = await _read_up_to(request.content, limit)
    except TimeoutError:
        raise Refusal(Problem.BODY_TOO_SLOW, values={"seconds": int(BODY_SECONDS)}) from None
    except (web.RequestPayloadError, ConnectionError):
        raise Refusal(Problem.BAD_REQUEST) from None
    if len(raw) > limit:
        raise Refusal(Problem.BODY_TOO_LARGE, values={"limit": limit})
    return raw


async def _read_up_to(content: StreamReader, limit: int) -> bytes:
    """Everything, or a little more than `limit`: enough to know that it is too much."""
    chunks = bytearray()
    while len(chunks) <= limit:
        chunk = await content.readany()
        if not chunk:
            break
        chunks += chunk
    # The end of a chunk wakes the reader: where the body breaks behind it, aiohttp tells of the end, not of the break.
    if (broken := content.exception()) is not None:
        raise broken
    return bytes(chunks)


def _require_json_type(request: Incoming) -> None:
    content_type = request.headers.get(hdrs.CONTENT_TYPE, "")
    if content_type not in _JSON_TYPES and not _means_json(content_type):
        raise Refusal(Problem.UNSUPPORTED_MEDIA_TYPE, values=_PLAIN_JSON)


def _means_json(content_type: str) -> bool:
    header = Message()
    try:
        header[hdrs.CONTENT_TYPE] = content_type
        return header.get_content_type() == "application/json" and header.get_content_charset("utf-8") == "utf-8"
    except (LookupError, ValueError):
        # The e-mail package stumbles over some, such as `;]?;é*`.
        return False


def _parse_object(raw: bytes) -> dict[str, Any]:
    try:
        document = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise _malformed(*_what_is_wrong(raw, error)) from None
    if not isinstance(document, dict):
        raise _malformed("객체가 아님", "not an object")
    try:
        errors = repeated_fields(raw, len(document))
    except RecursionError:
        raise _malformed(*_TOO_DEEP) from None
    if errors:
        raise Refusal(Problem.INVALID_FIELDS, errors=errors)
    return document


def _what_is_wrong(raw: bytes, error: orjson.JSONDecodeError) -> tuple[str, str]:
    """In both languages. The message of the decoder could quote the body; its position cannot."""
    if not raw:
        return "본문이 비어 있음", "the body is empty"
    if raw.startswith(codecs.BOM_UTF8):
        return "맨 앞에 BOM이 있음", "it begins with a byte order mark"
    try:
        raw.decode()
    except UnicodeDecodeError:
        return "UTF-8이 아님", "not UTF-8"
    return f"{error.lineno}행 {error.colno}열", f"line {error.lineno}, column {error.colno}"


def _malformed(wrong_ko: str, wrong_en: str) -> Refusal:
    return Refusal(Problem.MALFORMED_JSON, values={"wrong_ko": wrong_ko, "wrong_en": wrong_en})


def validate_body(model: type[B], raw: bytes) -> B:
    """The model in the bytes of an object that `read_json` accepted. Raises `Refusal`."""
    try:
        return cast(B, model.__pydantic_validator__.validate_json(raw))
    except ValidationError as error:
        raise _invalid(error) from None


def read_query(model: type[Q], request: Incoming) -> Q:
    """The model in the query parameters; one that is unknown or sent twice is refused. Raises `Refusal`."""
    sent = request.query
    given = dict(sent)
    if len(given) != len(sent):
        repeated = sorted(name for name in given if len(sent.getall(name)) > 1)
        errors = tuple(field_error_of(name, "repeated") for name in repeated[:MOST_ERRORS])
        raise Refusal(Problem.INVALID_FIELDS, errors=errors)
    try:
        return cast(Q, model.__pydantic_validator__.validate_python(given))
    except ValidationError as error:
        raise _invalid(error) from None


def _invalid(error: ValidationError) -> Refusal:
    if error.errors(include_url=False, include_input=False, include_context=False)[0]["type"] == "json_invalid":
        # pydantic's parser gives up on nesting earlier than orjson does.
        return _malformed(*_TOO_DEEP)
    return Refusal(Problem.INVALID_FIELDS, errors=field_errors(error))
