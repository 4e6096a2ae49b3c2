"""Receipts: nothing but what this gateway signed is believed, and no longer than it lives."""

import base64
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey

from gateway.core.errors import Refusal
from gateway.core.operations import Operation
from gateway.core.problems import Problem
from gateway.core.receipts import ReceiptSigner
from gateway.core.signing_keys import load_signing_key
from gateway.core.verification import Method, Status, Verification

LIFE = 600
VERIFIED_AT = 1_800_000_000
VERIFICATION = Verification(
    verification_id="ver_00a",
    customer_id="hong-gildong",
    client="issuance",
    method=Method.SMS,
    operation=Operation.ISSUE,
    locale="ko",
    status=Status.VERIFIED,
    reason="correct",
    created_at=VERIFIED_AT * 1000 - 5000,
    expires_at=VERIFIED_AT * 1000 + 5000,
    revision=2,
    pepper_id="00000000",
    read_at=VERIFIED_AT * 1000,
    wrong_answers=0,
    locked=False,
    contact_id="con_1",
    operation_hash="ab" * 32,
    closed_at=VERIFIED_AT * 1000 + 999,
)
KEY, OTHER_KEY = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
SIGNER = ReceiptSigner("bonin", [KEY], LIFE)
RECEIPT = SIGNER.sign(VERIFICATION)


def refused(receipt: str, signer: ReceiptSigner = SIGNER) -> object:
    with pytest.raises(Refusal) as refusal:
        signer.read(receipt)
    return refusal.value.problem


def encoded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def test_a_receipt_says_what_was_verified() -> None:
    claims = SIGNER.read(RECEIPT)
    assert (claims.jti, claims.verification_id, claims.customer_id) == ("ver_00a", "ver_00a", "hong-gildong")
    assert (claims.operation, claims.operation_hash, claims.method) == ("issue", "ab" * 32, "sms")
    assert (claims.contact_id, claims.target_contact_id) == ("con_1", None)
    assert (claims.iat, claims.exp) == (VERIFIED_AT, VERIFIED_AT + LIFE)


def decoded(part: str) -> object:
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def test_a_receipt_holds_what_anybody_with_a_jwt_library_needs_and_nothing_else() -> None:
    vouched = replace(VERIFICATION, target_contact_id="con_2", policy_version="manual+1a2b3c4d")
    header, payload, _ = ReceiptSigner("bonin", [KEY], LIFE).sign(vouched).split(".")
    assert decoded(header) == {"alg": "ES256", "typ": "JWT", "kid": KEY.thumbprint()}
    assert decoded(payload) == {
        "iss": "bonin",
        "sub": "hong-gildong",
        "jti": "ver_00a",
        "iat": VERIFIED_AT,
        "exp": VERIFIED_AT + LIFE,
        "verification_id": "ver_00a",
        "operation": "issue",
        "operation_hash": "ab" * 32,
        "method": "sms",
        "contact_id": "con_1",
        "target_contact_id": "con_2",
        "policy_version": "manual+1a2b3c4d",
    }
    claims = SIGNER.read(SIGNER.sign(vouched))
    assert (claims.target_contact_id, claims.policy_version) == ("con_2", "manual+1a2b3c4d")


def test_whoever_presents_an_invalid_receipt_is_told_which_field_it_is() -> None:
    with pytest.raises(Refusal) as refusal:
        SIGNER.read("a.b.c")
    assert [error.field for error in refusal.value.errors] == ["receipt"]


def test_a_signer_is_not_made_of_a_public_key() -> None:
    public = ECKey.import_key(KEY.as_dict(private=False))
    with pytest.raises(ValueError, match=r"^the receipt key must be private$"):
        ReceiptSigner("bonin", [public], LIFE)


@given(st.data())
def test_a_receipt_with_any_character_changed_or_added_is_invalid_or_says_the_same(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(RECEIPT) - 1))
    character = data.draw(st.sampled_from("AQgw_-.=+\n é\ud800"))
    rest = data.draw(st.sampled_from((place, place + 1)))
    tampered = RECEIPT[:place] + character + RECEIPT[rest:]
    read: object
    try:
        read = SIGNER.read(tampered)
    except Refusal as refusal:
        read = refusal.problem
    # The last character of a part has bits that mean nothing.
    assert read in (Problem.RECEIPT_INVALID, SIGNER.read(RECEIPT))


@pytest.mark.parametrize("receipt", ["", ".", "..", "a.b.c", "null", RECEIPT + ".x", RECEIPT.rpartition(".")[0] + "."])
def test_what_is_no_receipt_is_invalid(receipt: str) -> None:
    assert refused(receipt) is Problem.RECEIPT_INVALID


def test_a_receipt_signed_by_another_key_or_issuer_is_invalid() -> None:
    assert refused(ReceiptSigner("bonin", [OTHER_KEY], LIFE).sign(VERIFICATION)) is Problem.RECEIPT_INVALID
    assert refused(ReceiptSigner("another", [KEY], LIFE).sign(VERIFICATION)) is Problem.RECEIPT_INVALID


@pytest.mark.parametrize("algorithm", ["none", "HS256", "ES384"])
def test_a_receipt_may_not_choose_its_own_algorithm(algorithm: str) -> None:
    header = {"alg": algorithm, "typ": "JWT", "kid": KEY.thumbprint()}
    _, payload, signature = RECEIPT.split(".")
    for signed in ("", signature):
        assert refused(f"{encoded(header)}.{payload}.{signed}") is Problem.RECEIPT_INVALID


def test_a_receipt_that_names_a_key_of_its_own_is_invalid() -> None:
    header = {"alg": "ES256", "typ": "JWT", "jwk": OTHER_KEY.as_dict(private=False)}
    _, payload, signature = ReceiptSigner("bonin", [OTHER_KEY], LIFE).sign(VERIFICATION).split(".")
    assert refused(f"{encoded(header)}.{payload}.{signature}") is Problem.RECEIPT_INVALID


def test_receipts_of_the_key_before_are_believed_until_it_is_dropped() -> None:
    rotated = ReceiptSigner("bonin", [OTHER_KEY, KEY], LIFE)
    assert rotated.read(RECEIPT).jti == "ver_00a"
    assert refused(rotated.sign(VERIFICATION)) is Problem.RECEIPT_INVALID
    assert refused(RECEIPT, signer=ReceiptSigner("bonin", [OTHER_KEY], LIFE)) is Problem.RECEIPT_INVALID


def test_the_published_keys_are_public_and_named() -> None:
    [key] = SIGNER.public_keys()["keys"]
    assert "d" not in key
    assert set(key) == {"kid", "use", "alg", "kty", "crv", "x", "y"}
    assert (key["kid"], key["use"], key["alg"], key["crv"]) == (KEY.thumbprint(), "sig", "ES256", "P-256")


def test_the_same_verification_always_gives_the_same_claims() -> None:
    later = replace(VERIFICATION, read_at=VERIFICATION.read_at + 60_000, revision=9)
    assert SIGNER.read(SIGNER.sign(later)) == SIGNER.read(RECEIPT)


@pytest.mark.parametrize("curve", ["P-384", "P-521"])
def test_a_key_on_another_curve_is_refused(curve: Any) -> None:
    with pytest.raises(ValueError, match="P-256"):
        load_signing_key(ECKey.generate_key(curve).as_pem(private=True).decode())


def test_a_public_key_cannot_sign() -> None:
    with pytest.raises(ValueError, match="private"):
        load_signing_key(KEY.as_pem(private=False).decode())
