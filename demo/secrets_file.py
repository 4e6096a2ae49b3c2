"""The demo's keys and passwords: made once, kept beside its data, so that the data outlives a restart."""

import base64
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import orjson
import pyotp
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec


class SecretsDamaged(Exception):
    """What an earlier demo kept cannot be read; the message says what to do."""


@dataclass(frozen=True, slots=True)
class DemoSecrets:
    """Everything that a firm would keep in its vault."""

    encryption_key: str = field(repr=False)
    index_key: str = field(repr=False)
    code_pepper: str = field(repr=False)
    receipt_key: str = field(repr=False)
    audit_key: str = field(repr=False)
    api_key: str = field(repr=False)
    operator_key: str = field(repr=False)
    operator_totp: str = field(repr=False)
    colleague_key: str = field(repr=False)
    twilio_account_sid: str
    twilio_auth_token: str = field(repr=False)
    backup_account_sid: str
    backup_auth_token: str = field(repr=False)
    verify_service_sid: str
    registry_token: str = field(repr=False)
    departure_token: str = field(repr=False)
    camara_client_id: str
    camara_client_secret: str = field(repr=False)

    def keys_of_a_gateway(self) -> dict[str, str]:
        """The keys without which no gateway starts, by the names of their settings."""
        names = ("encryption_key", "index_key", "code_pepper", "receipt_key", "audit_key")
        return {name: getattr(self, name) for name in names}


def load_or_make(path: Path) -> DemoSecrets:
    """The secrets of this demo, made on the first start. Only this user can read the file.

    What an older demo did not have yet is made now, and the rest stays: its data would be unreadable otherwise.

    :raises SecretsDamaged: the file holds something else.
    """
    fresh = asdict(_make())
    try:
        kept = orjson.loads(path.read_bytes()) if path.exists() else {}
        secrets = fresh | {name: kept[name] for name in fresh.keys() & kept.keys()}
    except (orjson.JSONDecodeError, AttributeError) as error:
        raise SecretsDamaged(
            f"{path} is damaged: delete {path.parent} to begin anew. 손상된 파일입니다. 폴더를 지우고 다시 시작하세요."
        ) from error
    if secrets != kept:
        write_private(path, secrets)
    return DemoSecrets(**secrets)


def write_private(path: Path, content: object) -> None:
    """Write JSON that only this user can read; whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_suffix(".new")
    write_for_this_user(temporary, orjson.dumps(content, option=orjson.OPT_INDENT_2))
    temporary.replace(path)


def write_settings(directory: Path, settings: Mapping[str, object]) -> None:
    """A file for each setting, as `BONIN_SECRETS_DIR` takes them: `bonin` then works on the demo as well."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in directory.glob("bonin_*"):
        # What an older demo was given may not go together with what this one is.
        left.unlink()
    for name, value in settings.items():
        text = str(value.resolve() if isinstance(value, Path) else value)
        write_for_this_user(directory / f"bonin_{name}", text.encode())


def write_for_this_user(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)


def _make() -> DemoSecrets:
    return DemoSecrets(
        encryption_key=_key(),
        index_key=_key(),
        code_pepper=_key(),
        receipt_key=_signing_key(),
        audit_key=_signing_key(),
        api_key=f"bonin_{secrets.token_urlsafe(32)}",
        operator_key=f"bonin_{secrets.token_urlsafe(32)}",
        operator_totp=pyotp.random_base32(),
        colleague_key=f"bonin_{secrets.token_urlsafe(32)}",
        twilio_account_sid=f"AC{secrets.token_hex(16)}",
        twilio_auth_token=secrets.token_hex(16),
        backup_account_sid=f"AC{secrets.token_hex(16)}",
        backup_auth_token=secrets.token_hex(16),
        verify_service_sid=f"VA{secrets.token_hex(16)}",
        registry_token=secrets.token_urlsafe(24),
        departure_token=secrets.token_urlsafe(24),
        camara_client_id=f"bonin-{secrets.token_hex(8)}",
        camara_client_secret=secrets.token_urlsafe(24),
    )


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _signing_key() -> str:
    return (
        ec.generate_private_key(ec.SECP256R1())
        .private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        .decode()
    )
