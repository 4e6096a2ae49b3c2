import asyncio

import pytest
from aiohttp import ClientSession

from tests.gateway.http.demo_app import World

PATH = "/v1/customers/c1/greetings"
KEY = {"Idempotency-Key": "order-1"}
JSON = {"Content-Type": "application/json"}


async def test_the_same_request_is_carried_out_once_and_answered_alike(client: ClientSession, world: World) -> None:
    async with client.post(PATH, data=b'{"name": "Kim", "times": 2}', headers=KEY | JSON) as first:
        original = await first.read()
    async with client.post(PATH, data=b'{ "times":2,"name":"Kim" }', headers=KEY | JSON) as second:
        repeated = await second.read()
    assert world.calls == 1
    assert (first.status, original) == (second.status, repeated) == (201, original)
    assert second.headers["Location"] == first.headers["Location"]
    assert second.headers["Content-Type"] == "application/json"
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"


async def test_another_body_under_the_same_key_is_refused(client: ClientSession, world: World) -> None:
    async with client.post(PATH, json={"name": "Kim"}, headers=KEY):
        pass
    async with client.post(PATH, json={"name": "Lee"}, headers=KEY) as answer:
        assert answer.status == 422
        assert (await answer.json(content_type=None))["type"] == "/problems/idempotency-mismatch"
    assert world.calls == 1


async def test_two_keys_on_one_request_are_refused(client: ClientSession, world: World) -> None:
    headers = [("Idempotency-Key", "order-1"), ("Idempotency-Key", "order-2"), *JSON.items()]
    async with client.post(PATH, data=b'{"name": "Kim"}', headers=headers) as answer:
        assert answer.status == 422
        (error,) = (await answer.json(content_type=None))["errors"]
    assert error["field"] == "Idempotency-Key"
    assert world.calls == 0


async def test_the_same_body_on_another_path_is_another_request(client: ClientSession) -> None:
    async with client.post(PATH, json={"name": "Kim"}, headers=KEY):
        pass
    async with client.post("/v1/customers/c2/greetings", json={"name": "Kim"}, headers=KEY) as answer:
        assert answer.status == 422


async def test_two_copies_of_a_request_at_once_get_the_same_answer(client: ClientSession, world: World) -> None:
    first = asyncio.ensure_future(client.post("/v1/gate", json={}, headers=KEY))
    await world.arrived.wait()
    second = asyncio.ensure_future(client.post("/v1/gate", json={}, headers=KEY))
    world.gate.set()
    async with await first as one, await second as other:
        assert await one.json() == await other.json() == {"count": 1}
        assert other.headers["Idempotent-Replayed"] == "true"


async def test_a_request_that_is_still_being_worked_on_is_not_started_again(
    client: ClientSession, world: World
) -> None:
    first = asyncio.ensure_future(client.post("/v1/gate", json={}, headers=KEY))
    await world.arrived.wait()
    async with client.post("/v1/gate", json={}, headers=KEY) as second:
        assert second.status == 409
        assert second.headers["Retry-After"] == "1"
        assert (await second.json(content_type=None))["type"] == "/problems/idempotency-in-progress"
    world.gate.set()
    async with await first as answer:
        assert await answer.json() == {"count": 1}


@pytest.mark.parametrize("how", ["crash", "store", "refuse"])
async def test_a_request_that_failed_may_be_sent_again(client: ClientSession, world: World, how: str) -> None:
    for _ in range(2):
        async with client.post("/v1/trouble", json={"how": how}, headers=KEY) as answer:
            assert answer.status >= 400
    assert world.calls == 2


async def test_an_invalid_body_uses_no_key_up(client: ClientSession) -> None:
    async with client.post(PATH, json={}, headers=KEY) as answer:
        assert answer.status == 422
    async with client.post(PATH, json={"name": "Kim"}, headers=KEY) as answer:
        assert answer.status == 201


async def test_an_answer_stands_when_it_cannot_be_remembered(client: ClientSession, world: World) -> None:
    world.answers.reachable = False
    async with client.post(PATH, json={"name": "Kim"}, headers=KEY) as answer:
        assert answer.status == 201


@pytest.mark.parametrize("key", ["", " ", "a b", "k" * 256, "열쇠"])
async def test_a_key_is_visible_ascii_of_at_most_255_characters(client: ClientSession, key: str) -> None:
    async with client.post(PATH, json={"name": "Kim"}, headers={"Idempotency-Key": key}) as answer:
        problem = await answer.json(content_type=None)
    assert answer.status == 422
    assert problem["errors"][0]["field"] == "Idempotency-Key"


async def test_without_a_key_every_request_counts(client: ClientSession, world: World) -> None:
    for _ in range(2):
        async with client.post(PATH, json={"name": "Kim"}) as answer:
            assert answer.status == 201
    assert world.calls == 2
