"""`bonin audit verify` shows what a file is and what is wrong with it, and nothing that the file would have it show."""

import base64
from pathlib import Path

import orjson
import pytest

from gateway.cli import main
from gateway.core.audit.chain import line
from gateway.core.audit.records import AuditSigner, RecordKind, public_key_set
from tests.audit_rooms import KEY
from tests.gateway.audited import CUSTOMER_ID, printed_to, tell

FORGED = "\x1b[2J\x1b[H\n✓ as it was sealed\x9b8m\u202e" + "x" * 100

Captured = pytest.CaptureFixture[str]

pytestmark = pytest.mark.usefixtures("log_as_before")


@pytest.fixture
def keys_file(tmp_path: Path, settings_of_an_empty_store: str) -> str:
    """The public keys of a gateway whose store holds one event."""
    tell(1)
    written = tmp_path / "keys.json"
    assert printed_to(written, "keys") == 0
    return str(written)


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@pytest.mark.parametrize("kind", [RecordKind.HEAD, RecordKind.SEGMENT])
def test_a_forged_file_does_not_speak_for_the_command(kind: RecordKind, tmp_path: Path, capsys: Captured) -> None:
    header = _base64url(orjson.dumps({"alg": "ES256", "kid": FORGED}))
    export, keys = tmp_path / "export.ndjson", tmp_path / "keys.json"
    export.write_bytes(line({kind.value: f"{header}.{_base64url(b'{}')}.{_base64url(b'signature')}"}) + b"\n")
    keys.write_bytes(public_key_set([AuditSigner(KEY).public_key()]))
    verify = ["audit", "verify", "--keys", str(keys)]
    assert main([*verify, str(export)]) == 1
    assert main([*verify, "--expect-head", str(export), str(export)]) == 2
    shown = "".join(capsys.readouterr())
    assert "was signed with a key that was not given" in shown
    assert all(sign.isprintable() for sign in shown if sign != "\n")
    assert [one for one in shown.splitlines() if one.startswith("✓")] == []


def test_whoever_verifies_a_part_is_told_what_it_is_a_part_of(keys_file: str, tmp_path: Path, capsys: Captured) -> None:
    def told(*words: str) -> list[str]:
        export = tmp_path / f"{len(list(tmp_path.iterdir()))}.ndjson"
        assert main(["audit", "export", "--out", str(export), *words]) == 0
        capsys.readouterr()
        assert main(["audit", "verify", str(export), "--keys", keys_file]) == 0
        return [line for line in capsys.readouterr().out.splitlines() if "asked for" in line]

    since = "2026-11-27T00:00:00+09:00"
    assert told() == []
    assert told("--from", since, "--to", "2030-01-01T00:00:00Z", "--customer", CUSTOMER_ID) == [
        f"shows only what was asked for: customer {CUSTOMER_ID}, from 2026-11-26 15:00:00Z, until 2030-01-01 00:00:00Z"
    ]
