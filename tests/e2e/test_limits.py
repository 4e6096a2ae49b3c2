"""How often, and what a caller is told when it was too often; and the same request sent twice."""

import asyncio
import secrets

import pytest

from demo.api import Api
from tests.e2e.caller import Answer, Caller, Person, another


def _told_to_wait(answer: Answer) -> None:
    assert (answer.status, answer.slug) == (429, "too-many-requests")
    assert answer.headers["Retry-After"] == str(answer.json["retry_after"])
    assert 1 <= answer.json["retry_after"] <= 86_400


async def test_a_customer_opens_so_many_and_no_more(person: Person, issuer: Caller) -> None:
    answers = [await issuer.post("/v1/verifications", person.request("branch_otp")) for _ in range(11)]
    assert [answer.status for answer in answers[:10]] == [201] * 10
    _told_to_wait(answers[10])


async def test_a_number_is_reached_so_often_over_all_its_customers(clients: tuple[Api, Api], issuer: Caller) -> None:
    people = [Person(*clients) for _ in range(3)]
    answers = []
    for person in people:
        person.number = people[0].number
        await person.register()
        answers += [await issuer.post("/v1/verifications", person.request("sms")) for _ in range(4)]
    assert [answer.status for answer in answers[:10]] == [201] * 10
    for answer in answers[10:]:
        _told_to_wait(answer)


async def test_a_text_is_sent_again_only_after_a_while(person: Person, issuer: Caller) -> None:
    opened = await person.start("sms")
    assert opened["created_at"] < opened["next_resend_at"] < opened["expires_at"]
    refused = await issuer.post(f"/v1/verifications/{opened['id']}/resend")
    _told_to_wait(refused)
    assert refused.json["retry_after"] <= 30
    assert (await person.now(opened))["resends_remaining"] == opened["resends_remaining"]


def _key() -> dict[str, str]:
    return {"Idempotency-Key": secrets.token_hex(8)}


async def test_the_same_request_at_once_opens_one_verification(person: Person, issuer: Caller) -> None:
    key, body = _key(), person.request("sms")
    answers = await asyncio.gather(*(issuer.post("/v1/verifications", body, key) for _ in range(12)))
    assert {answer.status for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotent-Replayed" not in answer.headers for answer in answers) == 1
    assert len(await person.texted(1)) == 1


async def test_a_branch_password_is_told_again_under_its_key(person: Person, issuer: Caller) -> None:
    key = _key()
    body = {"customer_id": person.customer_id, "operation": "issue", "branch": "여의도", "issued_by": "박지점"}
    first, again = [await issuer.post("/v1/branch-passwords", body, key) for _ in range(2)]
    assert first.json == again.json
    assert (await person.check(await person.start("branch_otp"), first.json["password"]))["correct"] is True


async def test_a_wrong_code_sent_again_under_its_key_costs_one_try(person: Person, issuer: Caller) -> None:
    opened = await person.start("sms")
    wrong, key = {"code": another(await person.texted_code())}, _key()
    answers = [await issuer.post(f"/v1/verifications/{opened['id']}/check", wrong, key) for _ in range(3)]
    assert [answer.json["attempts_remaining"] for answer in answers] == [4, 4, 4]


async def test_another_request_under_a_used_key_is_refused(person: Person, issuer: Caller) -> None:
    key = _key()
    await issuer.post("/v1/verifications", person.request("branch_otp"), key)
    for path, body in (
        ("/v1/verifications", person.request("branch_otp", "reissue")),
        ("/v1/receipts/redeem", {"receipt": "a.b.c", "operation": "issue", "customer_id": person.customer_id}),
    ):
        refused = await issuer.post(path, body, key)
        assert (refused.status, refused.slug) == (422, "idempotency-mismatch")


async def test_two_clients_do_not_share_keys(person: Person, issuer: Caller, another_client: Caller) -> None:
    key, body = _key(), person.request("branch_otp")
    mine, theirs = (
        await issuer.post("/v1/verifications", body, key),
        await another_client.post("/v1/verifications", body, key),
    )
    assert mine.json["id"] != theirs.json["id"]


@pytest.mark.parametrize("key", ["", "a b", "x" * 256])
async def test_a_key_that_is_none_is_named(person: Person, issuer: Caller, key: str) -> None:
    refused = await issuer.post("/v1/verifications", person.request("sms"), {"Idempotency-Key": key})
    assert (refused.status, refused.fields) == (422, ["Idempotency-Key"])
    assert await person.texts() == []
