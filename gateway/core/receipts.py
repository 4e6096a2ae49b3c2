"""Receipts: the signed word that a customer was verified (JWS, ES256, RFC 7515/7518).

The claims are rebuilt from the verification, so the same verification always gives the same claims;
whether a receipt has been redeemed is the store's to know.
"""

from dataclasses import dataclass
from typing import Any

from joserfc import jwk, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from gateway.core.errors import FieldError, Refusal
from gateway.core.problems import Problem
from gateway.core.verification import Verification

_ALGORITHM = "ES256"
_NOT_OURS = FieldError(
    "receipt", "이 게이트웨이가 서명한 receipt가 아닙니다.", "This is not a receipt that this gateway signed."
)


@dataclass(frozen=True, slots=True)
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
    """Signs with the first key and accepts all of them, so that a key can be rotated without a gap."""

    def __init__(self, issuer: str, keys: list[ECKey], life_seconds: int) -> None:
        self._issuer = issuer
        self._life = life_seconds
        self._signing_key = keys[0]
        self._keys = KeySet([*keys])

    def sign(self, verification: Verification) -> str:
        """The receipt of a verified verification, as a compact JWS."""
        verified_at = (verification.closed_at or 0) // 1000
        claims = {
            "iss": self._issuer,
            "sub": verification.customer_id,
            "jti": verification.receipt_id,
            "iat": verified_at,
            "exp": verified_at + self._life,
            "verification_id": verification.verification_id,
            "operation": verification.operation.value,
            "operation_hash": verification.operation_hash,
            "method": verification.method.value,
            "contact_id": verification.contact_id,
            "target_contact_id": verification.target_contact_id,
            "policy_version": verification.policy_version,
        }
        header = {"alg": _ALGORITHM, "typ": "JWT", "kid": self._signing_key.thumbprint()}
        return jwt.encode(header, claims, self._signing_key, algorithms=[_ALGORITHM])

    def read(self, receipt: str, now_seconds: int) -> ReceiptClaims:
        """The claims of a receipt that this gateway signed; `Refusal` when it did not, or when it is too old."""
        try:
            claims = jwt.decode(receipt, self._keys, algorithms=[_ALGORITHM]).claims
            read = self._claims(claims)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise Refusal(Problem.RECEIPT_INVALID, errors=(_NOT_OURS,)) from error
        if now_seconds >= read.exp:
            raise Refusal(Problem.RECEIPT_EXPIRED)
        return read

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
            jti=str(claims["jti"]),
            verification_id=str(claims["verification_id"]),
            customer_id=str(claims["sub"]),
            operation=str(claims["operation"]),
            operation_hash=claims["operation_hash"],
            method=str(claims["method"]),
            contact_id=claims["contact_id"],
            target_contact_id=claims["target_contact_id"],
            policy_version=claims.get("policy_version"),
            iat=int(claims["iat"]),
            exp=int(claims["exp"]),
        )


def load_receipt_key(pem: str) -> ECKey:
    """A P-256 private key from PEM; ValueError when it is something else."""
    key = jwk.import_key(pem, "EC")
    if not isinstance(key, ECKey) or key.curve_name != "P-256" or not key.is_private:
        raise ValueError("the receipt key must be a private EC key on P-256")
    return ECKey.import_key(key.as_dict(private=True), {"kid": key.thumbprint()})
