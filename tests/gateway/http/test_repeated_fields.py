"""A field that is there twice: two readers could take either of its values, so none does (RFC 8259, 4)."""

import pytest
from aiohttp import ClientSession

from tests.gateway.http.test_bodies import refusal_of


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"name": "Kim", "name": "Lee"}', "name"),
        (b'{"name": "Kim", "n\\u0061me": "Lee"}', "name"),
        (b'{"name": "Kim", "name": "Kim"}', "name"),
        (b'{"name": "Kim", "addresses": [{"city": "a", "city": "b"}]}', "city"),
        (b'{"name": ":", "times": 2, "times": 3}', "times"),
    ],
)
async def test_a_field_that_is_there_twice_is_named(client: ClientSession, body: bytes, field: str) -> None:
    status, slug, problem = await refusal_of(client, body)
    assert (status, slug) == (422, "invalid-fields")
    assert [error["field"] for error in problem["errors"]] == [field]
