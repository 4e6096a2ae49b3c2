"""Keys that sign: ES256, on P-256 (RFC 7518)."""

from joserfc import jwk
from joserfc.jwk import ECKey


def load_signing_key(pem: str) -> ECKey:
    """A P-256 private key from PEM; ValueError when it is something else."""
    key = jwk.import_key(pem, "EC")
    if not isinstance(key, ECKey) or key.curve_name != "P-256" or not key.is_private:
        raise ValueError("a signing key must be a private EC key on P-256")
    return ECKey.import_key(key.as_dict(private=True), {"kid": key.thumbprint()})
