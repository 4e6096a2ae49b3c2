"""`bonin audit` as it is typed."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.cli import main
from tests.gateway.audited import CUSTOMER_ID, SHARD, printed_to, tell
from tests.gateway.installations import needed_settings

Captured = pytest.CaptureFixture[str]

pytestmark = pytest.mark.usefixtures("log_as_before")


def bonin(*words: str, environment: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
    """The command as a process of its own, as a shell would run it."""
    command = [sys.executable, "-m", "gateway.cli", "audit", *words]
    given = os.environ | {"BONIN_LOG_LEVEL": "info"} if environment is None else environment
    return subprocess.run(command, env=given, capture_output=True, text=True, check=False)


def test_an_export_is_verified_offline_by_another_process(audit_keys: Path, tmp_path: Path) -> None:
    export, bare = tmp_path / "audit.ndjson", {name: os.environ[name] for name in os.environ if name[:6] != "BONIN_"}
    exported = bonin("export")
    export.write_text(exported.stdout)
    assert '"audit_sealed"' in exported.stderr
    done = bonin("verify", str(export), "--keys", str(audit_keys), environment=bare)
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 segments, 1 events" in done.stdout
    assert "봉인된 그대로" in done.stdout
    export.write_bytes(export.read_bytes().replace(b"customer.unlocked", b"customer.replaced"))
    done = bonin("verify", str(export), "--keys", str(audit_keys), environment=bare)
    assert done.returncode == 1
    assert f"✗ {export}:1: an event of segment 1 of shard {SHARD} is not as it was sealed" in done.stdout


def test_an_export_goes_to_a_file_that_only_its_owner_reads_and_never_over_another(
    audit_keys: Path, tmp_path: Path, capsys: Captured
) -> None:
    export = tmp_path / "audit.ndjson"
    assert main(["audit", "export", "--out", str(export)]) == 0
    assert export.stat().st_mode & 0o777 == 0o600
    before = export.read_bytes()
    assert main(["audit", "export", "--out", str(export)]) == 1
    assert str(export) in capsys.readouterr().err
    assert export.read_bytes() == before
    assert main(["audit", "verify", str(export), "--keys", str(audit_keys)]) == 0


@pytest.mark.parametrize("until", ["2026-11-26", "2026-11-26T15:00:00+00:00"])
def test_an_export_of_no_time_at_all_is_refused_instead_of_empty(
    audit_keys: Path, capsys: Captured, until: str
) -> None:
    assert main(["audit", "export", "--from", "2026-11-27", "--to", until]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "give --from the earlier time" in printed.err


def test_an_export_of_one_customer_or_of_some_days_verifies(audit_keys: Path, tmp_path: Path, capsys: Captured) -> None:
    tell(2, "sung-chunhyang")
    today = datetime.now(UTC) + timedelta(hours=9)
    day, yesterday = f"{today:%Y-%m-%d}", f"{today - timedelta(days=1):%Y-%m-%d}"

    def shown(*words: str) -> int:
        export = tmp_path / f"{len(list(tmp_path.iterdir()))}.ndjson"
        assert main(["audit", "export", "--out", str(export), *words]) == 0
        assert main(["audit", "verify", str(export), "--keys", str(audit_keys)]) == 0
        count = export.read_bytes().count(b'"event"')
        # A customer id that was misspelt must not look like a customer to whom nothing happened.
        assert ("No event is shown" in capsys.readouterr().err) is (count == 0)
        return count

    assert shown() == 3
    assert shown("--customer", CUSTOMER_ID) == 1
    assert shown("--customer", "nobody") == 0
    assert shown("--from", yesterday) == 3
    assert shown("--to", yesterday) == 0
    assert shown("--to", f"{today:%Y%m%d}") == 3
    assert shown("--to", f"{today:%G-W%V-%u}") == 3
    assert shown("--from", yesterday, "--to", day, "--customer", "sung-chunhyang") == 2
    assert shown("--from", (datetime.now(UTC) + timedelta(hours=1)).isoformat()) == 0


def test_going_back_is_told_by_a_head_that_was_noted(audit_keys: Path, tmp_path: Path) -> None:
    early, head = tmp_path / "early.ndjson", tmp_path / "head.json"
    assert main(["audit", "export", "--out", str(early)]) == 0
    tell(1)
    assert printed_to(head, "head") == 0
    verify = ["audit", "verify", "--keys", str(audit_keys), "--expect-head", str(head)]
    assert main([*verify, str(early)]) == 1
    later = tmp_path / "later.ndjson"
    assert main(["audit", "export", "--out", str(later)]) == 0
    assert main([*verify, str(later)]) == 0
    assert main([*verify[:-1], str(early), str(later)]) == 0


def test_keys_are_public_and_those_of_before_a_rotation_stay(
    audit_keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["audit", "head"]) == 0
    monkeypatch.setenv("BONIN_AUDIT_KEY", needed_settings(tmp_path / "another")["audit_key"])
    tell(1)
    both = tmp_path / "both.json"
    assert printed_to(both, "keys") == 0
    written = json.loads(both.read_bytes())["keys"]
    assert len(written) == 2
    assert not any("d" in key for key in written)
    export = tmp_path / "audit.ndjson"
    assert main(["audit", "export", "--out", str(export)]) == 0
    assert main(["audit", "verify", str(export), "--keys", str(both)]) == 0
    assert main(["audit", "verify", str(export), "--keys", str(audit_keys)]) == 1


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (lambda folder: ["nowhere.ndjson", "--keys", f"{folder}/keys.json"], "nowhere.ndjson"),
        (lambda folder: [f"{folder}/keys.json", "--keys", "nowhere.json"], "nowhere.json"),
        (lambda folder: [f"{folder}/keys.json", "--keys", __file__], "bonin audit keys"),
        (
            lambda folder: [f"{folder}/keys.json", "--keys", f"{folder}/keys.json", "--expect-head", __file__],
            "bonin audit head",
        ),
    ],
)
def test_what_cannot_be_read_is_no_verdict(
    audit_keys: Path, capsys: Captured, broken: Callable[[Path], list[str]], says: str
) -> None:
    assert main(["audit", "verify", *broken(audit_keys.parent)]) == 2
    assert says in capsys.readouterr().err


def test_somebody_whom_nobody_knows_cannot_be_erased(audit_keys: Path, capsys: Captured) -> None:
    assert main(["customers", "erase", "nobody", "--by", "박개인정보", "--reason", "요청"]) == 1
    assert "nobody: there is no such customer" in capsys.readouterr().err


def test_a_reader_who_has_seen_enough_ends_an_export_quietly(audit_keys: Path) -> None:
    tell(3000)
    command = f"{sys.executable} -m gateway.cli audit export | head -n 1"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith('{"segment":')


@pytest.mark.parametrize(
    "words",
    [
        ["--from", "yesterday"],
        ["--to", "2026-13-01"],
        ["--from", "0001-01-01"],
        # In UTC, in which `verify` tells what was asked for, there is no such year.
        ["--from", "0001-01-01T00:00:00+09:00"],
        ["--to", "9999-12-31T23:59:59-12:00"],
    ],
)
def test_a_time_that_is_none_is_refused(words: list[str], capsys: Captured) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["audit", "export", *words])
    assert "give a day or a time" in capsys.readouterr().err
