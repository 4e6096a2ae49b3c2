"""The served OpenAPI document, as the generators of clients read it: stricter than a validator of the format is."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema.validators import validator_for  # type: ignore[import-untyped]

from gateway.core.problems import Problem
from gateway.http.forms import ASKED_FOR
from tests.e2e.caller import Caller, Person

NOT_OF_AN_OPERATION = {
    "bad-request", "head-too-slow", "method-not-allowed", "not-found", "too-many-connections",  # of HTTP
    "draining",  # of /readyz
    "turn-already-taken", "webhook-refused", "webhook-signature",  # of carriers
}  # fmt: skip
NOT_VALIDATING = {
    "title", "description", "default", "examples", "format", "deprecated", "readOnly", "writeOnly",
    "contentMediaType", "contentSchema",
}  # fmt: skip


@pytest.fixture
async def document(issuer: Caller) -> dict[str, Any]:
    described: dict[str, Any] = (await issuer.get("/openapi.json")).json
    return described


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _nodes(part)


def _schemas(value: Any) -> Iterator[dict[str, Any]]:
    """Every schema in what may hold schemas."""
    for node in _nodes(value):
        if isinstance(node.get("schema"), dict):
            yield from _within(node["schema"])
    for named in value.get("components", {}).get("schemas", {}).values():
        yield from _within(named)


def _within(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield schema
    for parts in (schema.get("properties", {}).values(), schema.get("anyOf", ()), schema.get("allOf", ())):
        for part in parts:
            yield from _within(part)
    for name in ("items", "additionalProperties"):
        if isinstance(schema.get(name), dict):
            yield from _within(schema[name])


def _operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for path in document["paths"].values() for operation in path.values()]


async def test_every_reference_leads_somewhere_and_everything_described_is_referred_to(
    document: dict[str, Any],
) -> None:
    references = {node["$ref"] for node in _nodes(document) if "$ref" in node}
    assert references == {
        f"#/components/{kind}/{name}" for kind in ("schemas", "headers") for name in document["components"][kind]
    }


async def test_every_operation_has_an_id_of_its_own_and_says_which_key_it_takes(document: dict[str, Any]) -> None:
    ids = [operation["operationId"] for operation in _operations(document)]
    assert len(set(ids)) == len(ids)
    assert all("security" in operation for operation in _operations(document))


async def test_the_ids_still_say_what_they_are_about_when_a_client_has_them_all_in_one_place(
    document: dict[str, Any],
) -> None:
    vague = {"get", "put", "list", "open", "send", "check", "delete", "keys", "issue", "revoke", "events"}
    assert vague.isdisjoint(operation["operationId"] for operation in _operations(document))


async def test_a_schema_limits_a_value_only_by_keywords_that_json_schema_has(document: dict[str, Any]) -> None:
    known = set(validator_for({"$schema": "https://json-schema.org/draft/2020-12/schema"}).VALIDATORS)
    used = {keyword for schema in _schemas(document) for keyword in schema}
    assert used <= known | NOT_VALIDATING


async def test_a_client_learns_where_the_service_is_and_under_what_licence(document: dict[str, Any]) -> None:
    assert document["servers"] == [{"url": "/"}]
    assert document["info"]["license"]["identifier"] == "Apache-2.0"


async def test_every_problem_is_described_where_a_caller_meets_it(document: dict[str, Any]) -> None:
    described = {slug for node in _nodes(document["paths"]) for slug in node.get("examples", {})}
    assert described == {problem.value.slug for problem in Problem} - NOT_OF_AN_OPERATION


async def test_what_no_carrier_takes_is_described_where_something_is_sent(document: dict[str, Any]) -> None:
    sends = {
        operation["operationId"]
        for operation in _operations(document)
        if any("method-not-carried" in node.get("examples", {}) for node in _nodes(operation["responses"]))
    }
    assert sends == {"open_verification", "resend_verification"}


async def test_what_may_be_left_out_of_a_body_has_no_default_there(document: dict[str, Any]) -> None:
    """Or a client in TypeScript has to send it: its generators take such a field for one that is always there."""
    bodies = [operation["requestBody"] for operation in _operations(document) if "requestBody" in operation]
    named = {body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2] for body in bodies}
    fields = [
        field for name in named for field in document["components"]["schemas"][name].get("properties", {}).values()
    ]
    assert fields
    assert not [field for field in fields if "default" in field]


async def test_a_value_has_one_form_beside_null(document: dict[str, Any]) -> None:
    """Of two forms, generators for Kotlin and C# make a class that nothing can be put into."""
    unions = [schema["anyOf"] for schema in _schemas(document) if "anyOf" in schema]
    assert unions
    for first, second in unions:
        assert "type" in first or "$ref" in first
        assert second == {"type": "null"}


async def test_every_field_and_parameter_says_what_it_means_in_both_languages(document: dict[str, Any]) -> None:
    fields = {
        (field, described.get("description", ""))
        for schema in _schemas(document)
        for field, described in schema.get("properties", {}).items()
    }
    fields |= {
        (parameter["name"], parameter.get("description") or parameter["schema"].get("description", ""))
        for operation in _operations(document)
        for parameter in operation["parameters"]
        if parameter["in"] != "header"
    }
    assert len(fields) > 80
    assert not sorted(field for field, meaning in fields if not re.search("[가-힣].* / ", meaning))


async def test_what_may_be_left_out_of_an_answer_is_never_null(document: dict[str, Any]) -> None:
    """Or a client has to tell apart two ways of saying nothing."""
    answers = [schema for schema in _schemas(document) if schema.get("additionalProperties") is not False]
    optional = [
        described
        for schema in answers
        for field, described in schema.get("properties", {}).items()
        if field not in schema.get("required", ())
    ]
    assert optional
    assert not [described for described in optional if {"type": "null"} in described.get("anyOf", ())]


async def test_what_may_be_left_out_of_a_body_may_as_well_be_null(
    document: dict[str, Any], person: Person, issuer: Caller
) -> None:
    """Many serializers write what is not set as null."""
    opening = document["components"]["schemas"]["OpenVerification"]
    left_out = dict.fromkeys(opening["properties"].keys() - opening["required"])
    opened = await issuer.post("/v1/verifications", left_out | person.request("sms"))
    assert opened.status == 201
    bodies = [schema for schema in _schemas(document) if schema.get("additionalProperties") is False]
    for schema in bodies:
        for field in schema["properties"].keys() - schema.get("required", ()):
            assert {"type": "null"} in schema["properties"][field]["anyOf"], field


async def test_every_form_that_text_must_have_is_one_that_a_refusal_tells(document: dict[str, Any]) -> None:
    told_by_themselves = {r"^\+[1-9][0-9]{1,14}$", "^[0-9]{6}$"}  # phone numbers and codes
    patterns = {
        schema["pattern"] for named in document["components"]["schemas"].values() for schema in _within(named)
        if "pattern" in schema
    }  # fmt: skip
    assert patterns == ASKED_FOR.keys() | told_by_themselves


async def test_the_body_that_is_shown_is_one_that_could_be_sent(
    document: dict[str, Any], person: Person, issuer: Caller
) -> None:
    """It is what the documentation page offers to send."""
    shown = {
        f"{method} {path}": operation["requestBody"]["content"]["application/json"]
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if "requestBody" in operation
    }
    for body in shown.values():
        schema = {**body["schema"], "components": document["components"]}
        validator_for({"$schema": "https://json-schema.org/draft/2020-12/schema"})(schema).validate(body["example"])
    ids = {"customer_id": person.customer_id, "contact_id": person.contact_id}
    for path in ("/v1/decisions", "/v1/verifications", "/v1/branch-passwords", "/v1/notices"):
        body = shown[f"post {path}"]["example"]
        taken = await issuer.post(path, {field: ids.get(field, value) for field, value in body.items()})
        assert taken.status in (200, 201, 202), taken.content


async def test_the_example_of_a_problem_is_one_that_a_caller_could_get(document: dict[str, Any]) -> None:
    examples = [example["value"] for node in _nodes(document["paths"]) for example in _examples(node)]
    schema = {"$ref": "#/components/schemas/Problem", "components": document["components"]}
    for example in examples:
        validator_for({"$schema": "https://json-schema.org/draft/2020-12/schema"})(schema).validate(example)
        assert "{" not in example["detail"].replace("{customer_id}", ""), example["type"]
    assert len(examples) > 300


def _examples(node: dict[str, Any]) -> list[dict[str, Any]]:
    """Of a media type, whose examples have names; those of a schema are a list."""
    named = node.get("examples", {})
    return list(named.values()) if isinstance(named, dict) else []
