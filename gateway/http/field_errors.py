"""pydantic's validation errors as sentences in both languages, never with the value that was sent."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from gateway.core.errors import FieldError
from gateway.http.forms import ASKED_FOR

MOST_ERRORS = 20
"""More would help nobody, and a hostile body could ask for thousands."""

LONGEST_NAME = 40
"""Characters of one part of a field's path: the name of an unknown field is the caller's to choose."""

_NOT_SHOWN = re.compile(r"[^A-Za-z_-]")
"""No field of ours has a digit in its name; an unknown one may be a number, a date or a code that went astray."""

_Sentence = tuple[str, str]

_CHOICE: _Sentence = ("{expected} 중 하나여야 합니다.", "Give one of {expected}.")
_OTHER: _Sentence = ("허용되지 않는 값입니다.", "This value is not allowed.")

_SENTENCES: Mapping[str, _Sentence] = {
    "missing": ("필수 항목입니다.", "This field is required."),
    "extra_forbidden": ("알 수 없는 항목입니다.", "This field is not known."),
    "string_type": ("문자열이어야 합니다.", "Give a string."),
    "string_too_short": ("{min_length}자 이상이어야 합니다.", "Give at least {min_length} characters."),
    "string_too_long": ("{max_length}자를 넘을 수 없습니다.", "Give at most {max_length} characters."),
    "string_pattern_mismatch": ("형식이 맞지 않습니다.", "The form is not right."),
    "int_type": ("정수를 입력해 주세요.", "Give a whole number."),
    "bool_type": ("true 또는 false여야 합니다.", "Give true or false."),
    "literal_error": _CHOICE,
    "enum": _CHOICE,
    "greater_than_equal": ("{ge} 이상이어야 합니다.", "Give at least {ge}."),
    "less_than_equal": ("{le} 이하여야 합니다.", "Give at most {le}."),
    "tuple_type": ("목록이어야 합니다.", "Give a list."),
    "too_long": ("{max_length}개를 넘을 수 없습니다.", "Give at most {max_length}."),
    "model_type": ("JSON 객체여야 합니다.", "Give a JSON object."),
    "explained": ("{ko}", "{en}"),
    "idempotency_key": (
        "눈에 보이는 ASCII 문자 1~255자여야 합니다.",
        "Give 1 to 255 visible ASCII characters.",
    ),
    "repeated": ("한 번만 보낼 수 있습니다.", "Send this once only."),
}


def field_errors(error: ValidationError) -> tuple[FieldError, ...]:
    """One entry per field error, the first twenty of them."""
    listed = error.errors(include_url=False, include_input=False)[:MOST_ERRORS]
    return tuple(_field_error(one["loc"], one["type"], one.get("ctx", {})) for one in listed)


def field_error_of(name: str, kind: str) -> FieldError:
    """The entry for one top-level field or header; `kind` names the error as pydantic does."""
    return _field_error((name,), kind, {})


def _field_error(location: tuple[int | str, ...], kind: str, context: Mapping[str, Any]) -> FieldError:
    problem_ko, problem_en = _form_asked_for(context) or _SENTENCES.get(kind, _OTHER)
    if kind in ("literal_error", "enum"):
        context = {"expected": str(context.get("expected", "")).replace(" or ", ", ")}
    return FieldError(
        field=".".join(_shown(part) for part in location),
        problem_ko=problem_ko.format_map(context),
        problem_en=problem_en.format_map(context),
    )


def _form_asked_for(context: Mapping[str, Any]) -> _Sentence | None:
    return ASKED_FOR.get(str(context.get("pattern", "")))


def _shown(part: int | str) -> str:
    return str(part) if isinstance(part, int) else _NOT_SHOWN.sub("?", part[:LONGEST_NAME])
