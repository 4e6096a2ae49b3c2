"""`bonin audit verify` shows what is wrong with a file, and nothing that the file would have it show."""

import base64
from pathlib import Path

import orjson
import pytest

from gateway.cli import main
from gateway.core.audit.chain import line
from gateway.core.audit.records import AuditSigner, RecordKind, public_key_set
from tests.audit_rooms import KEY

FORGED = "\x1b[2J\x1b[H\n✓ as it was sealed\x9b8m\u202e" + "x" * 100

pytestmark = pytest.mark.usefixtures("log_as_before")


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@pytest.mark.parametrize("kind", [RecordKind.HEAD, RecordKind.SEGMENT])
def test_a_forged_file_does_not_speak_for_the_command(
    kind: RecordKind, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
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
