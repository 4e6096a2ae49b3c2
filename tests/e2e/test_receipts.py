"""Receipts: what was proven, for what, once."""

import asyncio
import time

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.e2e.caller import Caller, Person


async def _receipt(person: Person, operation_hash: str | None = None) -> str:
    return str((await person.verified_by_sms(operation_hash=operation_hash))["receipt"])


def _redeeming(person: Person, receipt: str, **more: object) -> dict[str, object]:
    return {"receipt": receipt, "operation": "issue", "customer_id": person.customer_id, **more}


async def test_a_receipt_says_what_was_proven_and_anybody_can_verify_it(person: Person, stranger: Caller) -> None:
    verified = await person.verified_by_sms(operation_hash="sha256:abc")
    keys = KeySet.import_key_set((await stranger.get("/.well-known/jwks.json")).json)
    token = jwt.decode(verified["receipt"], keys, algorithms=["ES256"])
    assert token.header["kid"] in {key.kid for key in keys.keys}
    claims = token.claims
    said = {name: claims[name] for name in ("sub", "verification_id", "operation", "method", "contact_id")}
    assert said == {
        "sub": person.customer_id,
        "verification_id": verified["id"],
        "operation": "issue",
        "method": "sms",
        "contact_id": person.contact_id,
    }
    assert claims["operation_hash"] == "sha256:abc"
    assert claims["iat"] <= time.time() + 1 < claims["exp"] <= claims["iat"] + 3600


async def test_the_published_keys_are_public(stranger: Caller) -> None:
    keys = (await stranger.get("/.well-known/jwks.json")).json["keys"]
    assert keys
    for key in keys:
        assert (key["kty"], key["crv"], key["alg"], key["use"]) == ("EC", "P-256", "ES256", "sig")
        assert "d" not in key


async def test_of_many_who_redeem_at_once_exactly_one_may(person: Person, issuer: Caller) -> None:
    body = _redeeming(person, await _receipt(person))
    answers = await asyncio.gather(*(issuer.post("/v1/receipts/redeem", body) for _ in range(16)))
    assert sorted(answer.status for answer in answers) == [200] + [409] * 15
    assert {answer.slug for answer in answers if answer.status == 409} == {"receipt-already-redeemed"}
    claims = next(answer.json for answer in answers if answer.status == 200)
    assert (claims["customer_id"], claims["operation"], claims["method"]) == (person.customer_id, "issue", "sms")


async def test_a_receipt_told_twice_is_still_good_once(person: Person, issuer: Caller) -> None:
    verified = await person.verified_by_sms()
    again = (await person.now(verified))["receipt"]
    assert (await issuer.post("/v1/receipts/redeem", _redeeming(person, verified["receipt"]))).status == 200
    refused = await issuer.post("/v1/receipts/redeem", _redeeming(person, again))
    assert refused.slug == "receipt-already-redeemed"


@pytest.mark.parametrize(
    "other", [{"operation": "reissue"}, {"customer_id": "somebody-else"}, {"operation_hash": "sha256:other"}]
)
async def test_a_receipt_is_good_only_for_what_it_was_given_for(
    person: Person, issuer: Caller, other: dict[str, object]
) -> None:
    receipt = await _receipt(person)
    refused = await issuer.post("/v1/receipts/redeem", _redeeming(person, receipt) | other)
    assert (refused.status, refused.slug) == (409, "receipt-mismatch")
    assert (await issuer.post("/v1/receipts/redeem", _redeeming(person, receipt))).status == 200


async def test_an_operation_hash_may_not_be_left_out(person: Person, issuer: Caller) -> None:
    receipt = await _receipt(person, operation_hash="sha256:abc")
    assert (await issuer.post("/v1/receipts/redeem", _redeeming(person, receipt))).slug == "receipt-mismatch"
    body = _redeeming(person, receipt, operation_hash="sha256:abc")
    assert (await issuer.post("/v1/receipts/redeem", body)).status == 200


async def test_a_receipt_that_was_touched_is_none(person: Person, issuer: Caller) -> None:
    head, claims, signature = (await _receipt(person)).split(".")
    unsigned = "eyJhbGciOiJub25lIn0"
    for forged in (
        f"{unsigned}.{claims}.",
        f"{unsigned}.{claims}.{signature}",
        f"{head}.{claims}.",
        f"{head}.{claims}.{signature[:-4]}AAAA",
        f"{head}.{claims[:-2]}AA.{signature}",
        f"{head}.{claims}",
        "a.b.c",
        "receipt",
    ):
        refused = await issuer.post("/v1/receipts/redeem", _redeeming(person, forged))
        assert (refused.status, refused.slug, refused.fields) == (422, "receipt-invalid", ["receipt"])


async def test_a_landline_becomes_verifiable_by_the_receipt_that_vouches_for_it_once(
    person: Person, issuer: Caller
) -> None:
    landline = await person.add_contact("+82276540001")
    path = f"/v1/customers/{person.customer_id}/contacts/{landline}"
    wrong_purpose = await issuer.post(f"{path}/vouch", {"receipt": await _receipt(person)})
    assert (wrong_purpose.status, wrong_purpose.slug) == (409, "vouch-refused")
    verified = await person.verified_by_sms("vouch", target_contact_id=landline)
    vouched = await issuer.post(f"{path}/vouch", {"receipt": verified["receipt"]})
    assert (vouched.json["status"], vouched.json["methods"], vouched.json["verified_by"]) == (
        "verifiable",
        ["ars"],
        "vouch",
    )
    assert (await issuer.post(f"{path}/vouch", {"receipt": verified["receipt"]})).status == 409
