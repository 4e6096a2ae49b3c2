import json
from typing import Any

import pytest
from aiohttp import ClientSession
from pydantic import ValidationError

import gateway.cli.import_rows
import gateway.http.api  # noqa: F401 - with these all models of bodies are there
from gateway.core.errors import Refusal
from gateway.http.auto_connect_routes import GiveAutoConnect
from gateway.http.bodies import validate_body
from gateway.http.field_errors import field_errors
from gateway.http.models import Body
from gateway.http.schemas import Check, OpenVerification
from tests.gateway.http.test_bodies import JSON, refusal_of

ONE_LINE = "Give one line with something to see in it, without line breaks, control or invisible characters."


@pytest.mark.parametrize(
    ("body", "field", "sentence"),
    [
        ({}, "name", "This field is required."),
        ({"name": 1}, "name", "Give a string."),
        ({"name": None}, "name", "Give a string."),
        ({"name": ""}, "name", "Give at least 1 characters."),
        ({"name": "a" * 201}, "name", "Give at most 200 characters."),
        ({"name": "a\u0000b"}, "name", ONE_LINE),
        ({"name": "a\u202eb"}, "name", ONE_LINE),
        ({"name": "a\u061cb"}, "name", ONE_LINE),
        ({"name": "a\u00adb"}, "name", ONE_LINE),
        ({"name": "  "}, "name", ONE_LINE),
        ({"name": "\u3164\u3000"}, "name", ONE_LINE),
        ({"name": "a", "kind": "howdy"}, "kind", "Give one of 'hello', 'farewell'."),
        ({"name": "a", "times": "2"}, "times", "Give a whole number."),
        ({"name": "a", "times": 2.5}, "times", "Give a whole number."),
        ({"name": "a", "times": True}, "times", "Give a whole number."),
        ({"name": "a", "times": 6}, "times", "Give at most 5."),
        ({"name": "a", "times": 0}, "times", "Give at least 1."),
        ({"name": "a", "times": 10**30}, "times", "Give at most 5."),
        ({"name": "a", "addresses": {}}, "addresses", "Give a list."),
        ({"name": "a", "addresses": [{"city": "x"}] * 4}, "addresses", "Give at most 3."),
        ({"name": "a", "addresses": ["x"]}, "addresses.0", "Give a JSON object."),
        ({"name": "a", "addresses": [{"city": "x"}, {}]}, "addresses.1.city", "This field is required."),
        ({"name": "a", "code": "１２３"}, "code", "Give six digits."),
        ({"name": "a", "nmae": "b"}, "nmae", "This field is not known."),
        ({"name": "a", "__proto__": {}}, "__proto__", "This field is not known."),
    ],
)
async def test_each_wrong_field_is_named_with_what_to_do(
    client: ClientSession, body: dict[str, Any], field: str, sentence: str
) -> None:
    status, slug, problem = await refusal_of(client, json.dumps(body))
    assert (status, slug) == (422, "invalid-fields")
    assert problem["errors"] == [{"field": field, "problem": sentence}]


async def test_the_sentences_are_korean_by_default(client: ClientSession) -> None:
    _, _, problem = await refusal_of(client, b'{"kind": "x"}', JSON | {"Accept-Language": "ko"})
    assert problem["errors"] == [
        {"field": "name", "problem": "필수 항목입니다."},
        {"field": "kind", "problem": "'hello', 'farewell' 중 하나여야 합니다."},
    ]


async def test_a_number_too_long_to_read_is_refused_like_any_other(client: ClientSession) -> None:
    status, _, problem = await refusal_of(client, b'{"name": "a", "times": ' + b"9" * 300 + b"}")
    assert status == 422
    assert problem["errors"][0]["field"] == "times"


async def test_the_name_of_an_unknown_field_is_shown_cut_and_cleaned(client: ClientSession) -> None:
    _, _, problem = await refusal_of(client, json.dumps({"name": "a", "<script>\n" + "x" * 100: 1}))
    assert problem["errors"][0]["field"] == "?script??" + "x" * 31


async def test_a_thousand_unknown_fields_are_not_all_listed(client: ClientSession) -> None:
    _, _, problem = await refusal_of(client, json.dumps({f"f{number}": 1 for number in range(300)}))
    assert len(problem["errors"]) == 20


async def test_no_answer_repeats_what_was_sent(client: ClientSession) -> None:
    planted = "01098765432"
    body = {"name": [planted], "kind": planted, "times": planted, "addresses": planted, "code": planted}
    _, _, problem = await refusal_of(client, json.dumps(body))
    assert len(problem["errors"]) == 5
    assert planted not in json.dumps(problem)


@pytest.mark.parametrize(
    ("model", "body", "in_korean", "in_english"),
    [
        (OpenVerification, {"customer_id": "홍길동"}, "영문자나 숫자로 시작하는", "beginning with a letter or digit"),
        (OpenVerification, {"contact_id": "con 1"}, "공백 없이", "without spaces"),
        (OpenVerification, {"operation_hash": "해시"}, "ASCII 문자만", "visible ASCII"),
        (Check, {"attempt_id": "한 번"}, "ASCII 문자만", "visible ASCII"),
        (GiveAutoConnect, {"verification_id": "1"}, "ver_로 시작하는", "begins with ver_"),
    ],
)
def test_a_text_of_another_form_is_told_the_one_it_should_have(
    model: type[Body], body: dict[str, str], in_korean: str, in_english: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        model.model_validate(body)
    (error,) = [one for one in field_errors(refused.value) if one.field in body]
    assert in_korean in error.problem_ko
    assert in_english in error.problem_en


def _models(of: type[Body] = Body) -> list[type[Body]]:
    return [one for model in of.__subclasses__() for one in (model, *_models(model))]


@pytest.mark.parametrize("model", _models())
def test_whatever_is_wrong_with_a_field_has_a_sentence_of_its_own(model: type[Body]) -> None:
    wrong = ("null", "true", "-1", "1.5", "9" * 300, '""', '"a b"', f'"{"a" * 5000}"', "[]", "[1]", "[{}]", "{}")
    for name, field in model.model_fields.items():
        for value in wrong:
            with pytest.raises(Refusal) as refused:
                validate_body(model, f'{{"{field.alias or name}": {value}, "another": 1}}'.encode())
            assert "This value is not allowed." not in [one.problem_en for one in refused.value.errors]
