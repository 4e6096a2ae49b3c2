"""What every request and answer model starts from."""

import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from gateway.http import forms

_WHOLE_NUMBER = re.compile(r"[0-9]{1,9}")


class Body(BaseModel):
    """A JSON body: exactly the fields and types it names, and no error ever repeats a value."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)


class NoBody(Body):
    """An empty body: `{}`, or no bytes at all."""


class Query(BaseModel):
    """The query parameters of a path, each at most once. All values are text: count with `WholeNumber`."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class NoQuery(Query):
    """A path that takes no query parameters."""


class Answer(BaseModel):
    """The body of an answer: only what the model names leaves the gateway."""

    model_config = ConfigDict(frozen=True, serialize_by_alias=True, hide_input_in_errors=True)


def omitted_when_none(alias: str | None = None) -> Any:
    """The default of an `Answer` field that is left out, rather than null, when there is nothing to say."""
    return Field(default=None, alias=alias, exclude_if=_is_none, json_schema_extra=_never_null)


def _is_none(value: object) -> bool:
    return value is None


def _never_null(schema: dict[str, Any]) -> None:
    """A field that is left out is never null: its schema should not say that it may be."""
    schema.pop("default", None)
    kinds = [kind for kind in schema.pop("anyOf", []) if kind != {"type": "null"}]
    if len(kinds) == 1:
        schema.update(kinds[0])
    elif kinds:
        schema["anyOf"] = kinds


def field_error(problem_ko: str, problem_en: str) -> PydanticCustomError:
    """What a validator raises to say in both languages what is wrong, without repeating the value."""
    return PydanticCustomError("explained", "explained", {"ko": problem_ko, "en": problem_en})


def _whole_number(value: str) -> int:
    # int() also takes signs, underscores, spaces and the digits of every script.
    if _WHOLE_NUMBER.fullmatch(value) is None:
        raise field_error("0 이상의 정수를 입력해 주세요.", "Give a whole number.")
    return int(value)


WholeNumber = Annotated[int, BeforeValidator(_whole_number)]
"""A count in a query parameter: one to nine ASCII digits."""

Line = Annotated[str, Field(examples=["김하나"]), StringConstraints(min_length=1, max_length=200, pattern=forms.LINE)]
"""One line that a person wrote (a name, a reason): 1 to 200 characters, not all blank, no control, direction or unseen
mark."""
