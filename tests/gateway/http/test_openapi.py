from typing import Any

import pytest
from aiohttp import ClientSession
from openapi_spec_validator import OpenAPIV31SpecValidator

PATH = "/v1/customers/{customer_id}/greetings"


@pytest.fixture
async def document(client: ClientSession) -> dict[str, Any]:
    async with client.get("/openapi.json") as answer:
        assert answer.status == 200
        described: dict[str, Any] = await answer.json()
        return described


async def test_the_document_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(document).validate()
    assert document["openapi"] == "3.1.0"
    assert document["info"]["version"] == "1.2.3"


async def test_a_request_body_is_described_as_strictly_as_it_is_read(document: dict[str, Any]) -> None:
    body = document["paths"][PATH]["post"]["requestBody"]
    assert body["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Greet"}
    greet = document["components"]["schemas"]["Greet"]
    assert greet["additionalProperties"] is False
    assert greet["required"] == ["name"]
    assert greet["properties"]["times"] == {"type": "integer", "minimum": 1, "maximum": 5, "default": 1}


async def test_an_answer_is_described_by_its_model_and_what_may_be_left_out_is_never_null(
    document: dict[str, Any],
) -> None:
    answer = document["paths"][PATH]["post"]["responses"]["201"]
    assert answer["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Greeting"}
    greeting = document["components"]["schemas"]["Greeting"]
    assert greeting["required"] == ["text", "client"]
    assert greeting["properties"]["note"] == {"type": "string"}


async def test_parameters_are_described_with_their_limits(document: dict[str, Any]) -> None:
    customer_id, key = document["paths"][PATH]["post"]["parameters"]
    assert customer_id["schema"] == {"type": "string", "pattern": "^(?:[A-Za-z0-9_-]{1,32})$"}
    assert (key["name"], key["in"], key["required"]) == ("Idempotency-Key", "header", False)
    (wait,) = document["paths"]["/v1/greetings"]["get"]["parameters"]
    assert (wait["name"], wait["in"], wait["required"]) == ("wait", "query", False)
    assert wait["schema"]["maximum"] == 30


async def test_the_scope_is_asked_for_by_bearer_or_basic(document: dict[str, Any]) -> None:
    assert document["paths"][PATH]["post"]["security"] == [{"bearer": ["contacts"]}, {"basic": ["contacts"]}]
    assert document["paths"]["/whoami"]["get"]["security"] == []
    assert "`contacts`" in document["components"]["securitySchemes"]["bearer"]["description"]


async def test_every_problem_a_route_may_answer_is_listed(document: dict[str, Any]) -> None:
    responses = document["paths"][PATH]["post"]["responses"]
    assert set(responses) == {
        "201",
        "400",
        "401",
        "403",
        "404",
        "408",
        "409",
        "413",
        "415",
        "422",
        "423",
        "429",
        "500",
        "503",
    }
    assert "`idempotency-mismatch`" in responses["422"]["description"]
    assert "`customer-locked`" in responses["423"]["description"]
    assert "`customer-not-found`" in responses["404"]["description"]


async def test_operations_have_ids_of_their_own(document: dict[str, Any]) -> None:
    ids = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
    assert len(set(ids)) == len(ids)


async def test_a_stream_is_described_by_its_events_whose_data_is_json_in_a_string(document: dict[str, Any]) -> None:
    answer = document["paths"]["/v1/events"]["get"]["responses"]["200"]
    event = answer["content"]["text/event-stream"]["schema"]
    assert event["required"] == ["event", "data"]
    data = event["properties"]["data"]
    assert (data["type"], data["contentSchema"]) == ("string", {"$ref": "#/components/schemas/Count"})


async def test_the_headers_of_an_answer_are_described(document: dict[str, Any]) -> None:
    responses = document["paths"][PATH]["post"]["responses"]
    assert set(responses["201"]["headers"]) == {"X-Request-Id", "Idempotent-Replayed"}
    assert set(responses["401"]["headers"]) == {"X-Request-Id", "Content-Language", "WWW-Authenticate"}
    assert set(responses["429"]["headers"]) == {"X-Request-Id", "Content-Language", "Retry-After"}
    assert set(responses["422"]["headers"]) == {"X-Request-Id", "Content-Language"}


async def test_what_may_be_asked_again_later_says_when_in_its_example(document: dict[str, Any]) -> None:
    busy = document["paths"][PATH]["post"]["responses"]["429"]["content"]["application/problem+json"]["examples"]
    assert busy["too-many-requests"]["value"]["retry_after"] > 0
