"""Receipts: the signed word that a customer was verified (JWS, ES256, RFC 7515/7518).

The claims are made from the verification alone: however often its receipt is signed, the claims are the same, and `jti`
is the verification's id. Whether it has been redeemed is known to the store.
"""

from base64 import urlsafe_b64encode
from typing import Any

import orjson
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from contacts.records import record
from gateway.core.errors import FieldError, Refusal
from gateway.core.problems import Problem
from gateway.core.verification import Verification

_ALGORITHM = "ES256"
_ECDSA = ec.ECDSA(hashes.SHA256())
_COORDINATE_BYTES = 32  # of P-256
_NOT_OURS = FieldError(
    "receipt", "이 게이트웨이가 서명한 receipt가 아닙니다.", "This is not a receipt that this gateway signed."
)


@record()
class ReceiptClaims:
    """What a receipt says. Times are seconds since the epoch."""

    jti: str
    verification_id: str
    customer_id: str
    operation: str
    operation_hash: str | None
    method: str
    contact_id: str | None
    target_contact_id: str | None
    policy_version: str | None
    iat: int
    exp: int


class ReceiptSigner:
    """Signs with the first key and accepts all, so that a key can be rotated without a gap."""

    def __init__(self, issuer: str, keys: list[ECKey], life_seconds: int) -> None:
        private_key = keys[0].private_key
        if private_key is None:
            raise ValueError("the receipt key must be private")
        self._issuer = issuer
        self._life = life_seconds
        self._keys = KeySet([*keys])
        self._private_key = private_key
        header = {"alg": _ALGORITHM, "typ": "JWT", "kid": keys[0].thumbprint()}
        self._header = _base64url(orjson.dumps(header))

    def sign(self, verification: Verification) -> str:
        """The receipt of a verified verification, as a compact JWS."""
        verified_at = (verification.closed_at or 0) // 1000
        claims = {
            "iss": self._issuer,
            "sub": verification.customer_id,
            "jti": verification.verification_id,
            "iat": verified_at,
            "exp": verified_at + self._life,
            "verification_id": verification.verification_id,
            "operation": verification.operation,
            "operation_hash": verification.operation_hash,
            "method": verification.method,
            "contact_id": verification.contact_id,
            "target_contact_id": verification.target_contact_id,
            "policy_version": verification.policy_version,
        }
        # RFC 7515, 3.1 and RFC 7518, 3.4. By hand, because the library's checks of our own claims cost as much as the
        # signature. The library reads receipts, which keeps this to the standards.
        signed = self._header + b"." + _base64url(orjson.dumps(claims))
        r, s = decode_dss_signature(self._private_key.sign(signed, _ECDSA))
        signature = r.to_bytes(_COORDINATE_BYTES, "big") + s.to_bytes(_COORDINATE_BYTES, "big")
        return (signed + b"." + _base64url(signature)).decode()

    def read(self, receipt: str) -> ReceiptClaims:
        """The claims of a receipt that this gateway signed, however old it is; `Refusal` when it did not."""
        try:
            return self._claims(jwt.decode(receipt, self._keys, algorithms=[_ALGORITHM]).claims)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise Refusal(Problem.RECEIPT_INVALID, errors=(_NOT_OURS,)) from error

    def public_keys(self) -> dict[str, Any]:
        """The JWK Set (RFC 7517) that verifies receipts."""
        return {
            "keys": [
                {**key.as_dict(private=False), "kid": key.thumbprint(), "use": "sig", "alg": _ALGORITHM}
                for key in self._keys.keys
            ]
        }

    def _claims(self, claims: dict[str, Any]) -> ReceiptClaims:
        if claims["iss"] != self._issuer:
            raise ValueError("another issuer")
        return ReceiptClaims(
            jti=claims["jti"],
            verification_id=claims["verification_id"],
            customer_id=claims["sub"],
            operation=claims["operation"],
            operation_hash=claims["operation_hash"],
            method=claims["method"],
            contact_id=claims["contact_id"],
            target_contact_id=claims["target_contact_id"],
            policy_version=claims["policy_version"],
            iat=claims["iat"],
            exp=claims["exp"],
        )


def _base64url(content: bytes) -> bytes:
    return urlsafe_b64encode(content).rstrip(b"=")
