"""`bonin audit archive` as it is typed, night after night."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.cli import main
from gateway.core.audit.records import Why
from gateway.settings import load_settings
from gateway.store import audit_archive, keys
from gateway.store.audit_archive import files_of
from gateway.wiring.audit import build_audit
from gateway.wiring.store import open_store
from tests.gateway.audited import SHARD, printed_to, tell

Captured = pytest.CaptureFixture[str]

pytestmark = pytest.mark.usefixtures("log_as_before")


def test_it_grows_by_what_is_new_and_verifies_as_a_whole(audit_keys: Path, tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    for _ in range(3):
        assert main(["audit", "archive", str(archive)]) == 0
        tell(1)
    assert len(files_of(archive)) == 3
    assert main(["audit", "verify", str(archive), "--keys", str(audit_keys)]) == 0


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_file_that_is_missing_is_told(audit_keys: Path, tmp_path: Path, which: int) -> None:
    archive, head = tmp_path / "archive", tmp_path / "head.json"
    for _ in range(3):
        assert main(["audit", "archive", str(archive)]) == 0
        tell(1)
    assert printed_to(head, "head") == 0
    assert main(["audit", "archive", str(archive)]) == 0
    files_of(archive)[which].unlink()
    assert main(["audit", "verify", str(archive), "--keys", str(audit_keys)]) == 1


def test_without_its_last_file_it_is_shorter_than_a_head_says(audit_keys: Path, tmp_path: Path) -> None:
    archive, head = tmp_path / "archive", tmp_path / "head.json"
    assert main(["audit", "archive", str(archive)]) == 0
    tell(1)
    assert main(["audit", "archive", str(archive)]) == 0
    assert printed_to(head, "head") == 0
    files_of(archive)[-1].unlink()
    verify = ["audit", "verify", str(archive), "--keys", str(audit_keys)]
    assert main(verify) == 0
    assert main([*verify, "--expect-head", str(head)]) == 1


def test_it_goes_on_after_a_file_of_a_night_when_the_clock_was_ahead(audit_keys: Path, tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    assert main(["audit", "archive", str(archive), "--kept-days", "0"]) == 0
    (ahead,) = files_of(archive)
    ahead = ahead.rename(_of(ahead, "2099"))
    for _ in range(2):
        tell(1)
        assert main(["audit", "archive", str(archive), "--kept-days", "0"]) == 0
    assert files_of(archive)[0] == ahead
    assert len(files_of(archive)) == 3
    assert main(["audit", "verify", str(archive), "--keys", str(audit_keys)]) == 0


def test_what_it_holds_leaves_the_store_and_both_verify_together(
    audit_keys: Path, tmp_path: Path, capsys: Captured
) -> None:
    archive, export = tmp_path / "archive", tmp_path / "audit.ndjson"
    assert main(["audit", "archive", str(archive), "--kept-days", "0"]) == 0
    tell(1)
    assert main(["audit", "export", "--out", str(export)]) == 0
    verify = ["audit", "verify", "--keys", str(audit_keys)]
    capsys.readouterr()
    assert main([*verify, str(export)]) == 0
    assert "1 shards begin after segments that are in an archive" in capsys.readouterr().out
    assert main([*verify, str(archive), str(export)]) == 0
    assert "2 segments, 2 events" in capsys.readouterr().out


def test_an_archive_of_another_store_or_time_is_refused(audit_keys: Path, tmp_path: Path, capsys: Captured) -> None:
    archive, other = tmp_path / "archive", tmp_path / "other"
    assert main(["audit", "archive", str(archive), "--kept-days", "0"]) == 0
    assert main(["audit", "archive", str(other)]) == 1
    assert "in another archive" in capsys.readouterr().err
    _cut_the_store()
    assert main(["audit", "archive", str(archive)]) == 1
    assert "an old copy of it" in capsys.readouterr().err
    assert len(files_of(archive)) == 1


def test_what_is_past_its_time_goes_and_a_signed_record_stays(
    audit_keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "archive"
    for _ in range(3):
        assert main(["audit", "archive", str(archive)]) == 0
        tell(1)
    first, second, third = files_of(archive)
    # As if they had been written then.
    monkeypatch.setenv("BONIN_AUDIT_KEPT_DAYS", "100")
    first, second = (file.rename(_days_before(file, days)) for file, days in ((first, 300), (second, 200)))
    assert main(["audit", "archive", str(archive)]) == 0
    assert files_of(archive)[0] == third
    assert not first.exists()
    assert not second.exists()
    assert (archive / "audit-removed.ndjson").exists()
    verify = ["audit", "verify", str(archive), "--keys", str(audit_keys)]
    assert main(verify) == 0
    (archive / "audit-removed.ndjson").unlink()
    assert main(verify) == 1


def test_nights_with_a_wrong_clock_delete_nothing(
    audit_keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    """The first one says so; a second does not make the clock right."""
    monkeypatch.setattr(audit_archive, "RUNS_IN_DOUBT", 3)
    archive = tmp_path / "archive"
    for _ in range(2):
        assert main(["audit", "archive", str(archive)]) == 0
    # To these, today is far away.
    then = [path.rename(_of(path, "2001")) for path in files_of(archive)]
    for _ in range(3):
        capsys.readouterr()
        assert main(["audit", "archive", str(archive)]) == 0
        assert "nothing was deleted" in capsys.readouterr().err
        assert files_of(archive)[:2] == then
    assert main(["audit", "archive", str(archive)]) == 0
    assert not any(path.exists() for path in then)


def test_a_write_that_was_cut_short_leaves_no_trace(audit_keys: Path, tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    assert main(["audit", "archive", str(archive)]) == 0
    (archive / ".unfinished").write_bytes(b"\x1f\x8bhalf")
    assert main(["audit", "archive", str(archive)]) == 0
    assert main(["audit", "verify", str(archive), "--keys", str(audit_keys)]) == 0


def test_a_damaged_file_is_told(audit_keys: Path, tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    assert main(["audit", "archive", str(archive)]) == 0
    (path,) = files_of(archive)
    path.write_bytes(path.read_bytes()[:-20])
    assert main(["audit", "verify", str(archive), "--keys", str(audit_keys)]) == 1


def _of(path: Path, year: str) -> Path:
    return path.with_name(path.name.replace(path.name.removeprefix("audit-")[:4], year))


def _days_before(path: Path, days: int) -> Path:
    then = datetime.now(UTC) - timedelta(days)
    return path.with_name(f"audit-{then:%Y%m%dT%H%M%S}.000Z.ndjson.gz")


def _cut_the_store() -> None:
    async def cut() -> None:
        async with open_store(load_settings()) as store:
            audit = build_audit(load_settings(), store)
            await store.command("DEL", keys.audit_head(SHARD), keys.audit(SHARD))
            assert await audit.retention.remove(SHARD, 1, Why.RETENTION) == 0

    asyncio.run(cut())
