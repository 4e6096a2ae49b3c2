import pytest
from aiohttp import ClientSession
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("wait=x", "wait"),
        ("wait=-1", "wait"),
        ("wait=31", "wait"),
        ("wait=1.0", "wait"),
        ("wait=1_0", "wait"),
        ("wait=%EF%BC%91", "wait"),
        ("wait=", "wait"),
        ("wait=%201", "wait"),
        ("wait=%00", "wait"),
        ("wait=%FF", "wait"),
        ("wait=99999999999999999999", "wait"),
        ("wait=1&wait=2", "wait"),
        ("wiat=1", "wiat"),
        ("wait=1&=2", ""),
    ],
)
async def test_a_wrong_query_parameter_is_named(client: ClientSession, query: str, field: str) -> None:
    async with client.get(f"/v1/greetings?{query}") as answer:
        problem = await answer.json(content_type=None)
    assert answer.status == 422
    assert [error["field"] for error in problem["errors"]] == [field]


async def test_query_parameters_reach_the_handler_and_only_the_model_leaves_it(client: ClientSession) -> None:
    async with client.get("/v1/greetings?wait=30") as answer:
        assert await answer.json() == {"waited": 30}


async def test_a_query_on_a_path_that_takes_none_is_refused(client: ClientSession) -> None:
    async with client.delete("/v1/customers/c1?force=true") as answer:
        assert answer.status == 422


@given(name=st.text(), value=st.text())
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_query_is_ever_answered_with_a_5xx(client: ClientSession, name: str, value: str) -> None:
    async with client.get("/v1/greetings", params={"wait": value, name: "1"}) as answer:
        assert answer.status < 500
