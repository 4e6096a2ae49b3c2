"""`bonin import` and `bonin export` as they are typed."""

import asyncio
import fcntl
import os
import subprocess
import sys
from codecs import BOM_UTF8
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from gateway.settings import load_settings
from gateway.store import keys
from gateway.wiring.store import open_store
from tests.gateway.installations import needed_settings

HEADER = b"customer_id,kind,name,birth_date,online_consent,number,label\n"
HONG = "hong,individual,홍길동,1985-03-02,true,010-1234-5678,mobile\n".encode()
KIM = "kim,individual,김하나,,false,+82221234567,home\n".encode()
FIRM = "acme,corporate,에이콤,,true,,\n".encode()

Bonin = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    return {**needed_settings(tmp_path), "data_dir": str(tmp_path / "data"), "log_level": "error"}


@pytest.fixture
def bonin(settings: dict[str, str]) -> Bonin:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BONIN_")}

    def run(*words: object) -> subprocess.CompletedProcess[str]:
        environment = kept | {f"BONIN_{name.upper()}": value for name, value in settings.items()}
        command = [sys.executable, "-m", "gateway.cli", *map(str, words)]
        return subprocess.run(command, check=False, env=environment, capture_output=True, text=True, timeout=120)

    return run


def audited(settings: dict[str, str]) -> list[str]:
    """The events that were told, sorted."""

    async def read() -> list[str]:
        async with open_store(load_settings(**settings)) as store:
            streams = await store.all(*(("XRANGE", keys.audit(n), "-", "+") for n in range(keys.SHARDS)))
        entries = [dict(zip(words[::2], words[1::2], strict=True)) for stream in streams for _, words in stream]
        return sorted(entry[b"event"].decode() for entry in entries)

    return asyncio.run(read())


def test_what_is_imported_is_exported_again(tmp_path: Path, settings: dict[str, str], bonin: Bonin) -> None:
    file = tmp_path / "customers.csv"
    file.write_bytes(HEADER + HONG + KIM + FIRM)
    imported = bonin("import", file, "--by", "lee", "--processes", 1)
    assert imported.returncode == 0, imported.stderr
    assert "3 created" in imported.stdout
    assert "2 created" in imported.stdout.partition("contacts:")[2]
    out = tmp_path / "out.ndjson"
    assert bonin("export", out, "--by", "lee", "--reason", "move").returncode == 0
    assert out.stat().st_mode & 0o777 == 0o600
    rows = {row["customer_id"]: row for row in map(orjson.loads, out.read_bytes().splitlines())}
    assert rows["hong"]["contacts"] == [{"number": "+821012345678", "label": "mobile"}]
    assert rows["kim"] == {
        "customer_id": "kim", "kind": "individual", "name": "김하나", "online_consent": False,
        "contacts": [{"number": "+82221234567", "label": "home"}],
    }  # fmt: skip
    assert rows["acme"]["contacts"] == []
    assert audited(settings) == [
        *["contact.created"] * 2, *["customer.consent_given"] * 2, *["customer.created"] * 3, "customers.exported",
        *["key.in_use"] * 3,
    ]  # fmt: skip
    assert bonin("export", out, "--by", "lee", "--reason", "move").returncode == 2, "it overwrites nothing"


def test_an_import_goes_on_where_it_ended_and_tells_of_lines_that_it_refused(tmp_path: Path, bonin: Bonin) -> None:
    file = tmp_path / "customers.csv"
    file.write_bytes(HEADER + HONG + b"somebody,individual\n" + KIM.replace(b"+82221234567", b"12"))
    first = bonin("import", file, "--by", "lee", "--processes", 1)
    assert first.returncode == 1
    refusals = [orjson.loads(line) for line in (tmp_path / "customers.csv.refused").read_bytes().splitlines()]
    assert [(one["line"], one["errors"][0]["field"]) for one in refusals] == [(3, "line"), (4, "number")]
    assert "김하나" not in (tmp_path / "customers.csv.refused").read_text()
    nothing_left = bonin("import", file, "--by", "lee", "--processes", 1)
    assert "4 lines were imported before" in nothing_left.stdout
    assert "0 created, 0 replaced" in nothing_left.stdout
    assert ("lines refused: 2" in nothing_left.stdout, nothing_left.returncode) == (True, 1), "they still are"
    mark = tmp_path / "customers.csv.imported"
    mark.write_bytes(orjson.dumps(orjson.loads(mark.read_bytes()) | {"lines": 1}))
    again = bonin("import", file, "--by", "lee", "--processes", 1)
    assert "0 created, 1 replaced; contacts: 0 created, 1 known before; lines refused: 2" in again.stdout


def test_a_file_whose_refused_line_was_mended_is_imported_though_it_is_as_long_as_before(
    tmp_path: Path, bonin: Bonin
) -> None:
    file = tmp_path / "customers.csv"
    file.write_bytes(HEADER + HONG + KIM.replace(b"+82221234567", b"+8222123456X"))
    assert bonin("import", file, "--by", "lee", "--processes", 1).returncode == 1
    file.write_bytes(HEADER + HONG + KIM)
    mended = bonin("import", file, "--by", "lee", "--processes", 1)
    assert "1 created, 1 replaced; contacts: 1 created, 1 known before; lines refused: 0" in mended.stdout
    assert mended.returncode == 0
    assert (tmp_path / "customers.csv.refused").read_bytes() == b""


def test_a_run_that_was_killed_has_told_of_no_line_twice_and_half_of_none(tmp_path: Path, bonin: Bonin) -> None:
    file = tmp_path / "customers.csv"
    file.write_bytes(HEADER + b"a\nb\n" + HONG + b"c\n")
    assert bonin("import", file, "--by", "lee", "--processes", 1).returncode == 1
    mark, refused = tmp_path / "customers.csv.imported", tmp_path / "customers.csv.refused"
    whole = refused.read_bytes()
    mark.write_bytes(orjson.dumps(orjson.loads(mark.read_bytes()) | {"lines": 2}))
    refused.write_bytes(whole[:-5])
    gone_on = bonin("import", file, "--by", "lee", "--processes", 1)
    assert ("lines refused: 3" in gone_on.stdout, gone_on.returncode) == (True, 1)
    assert refused.read_bytes() == whole


def test_two_imports_of_a_file_do_not_mix_their_notes(tmp_path: Path, bonin: Bonin) -> None:
    file = tmp_path / "customers.csv"
    file.write_bytes(HEADER + HONG)
    with (tmp_path / "customers.csv.refused").open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        refused = bonin("import", file, "--by", "lee")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "Another process imports this file." in refused.stderr


def test_what_is_no_file_of_its_own_is_not_imported(bonin: Bonin) -> None:
    """Neither hangs at a pipe that nobody writes to, nor takes one that is empty by the second look for no lines."""
    reading, writing = os.pipe()
    with open(reading, "rb"), open(writing, "wb"):
        said = bonin("import", f"/proc/{os.getpid()}/fd/{reading}", "--by", "lee")
    assert (said.returncode, said.stdout) == (2, "")
    assert "Give a file of its own" in said.stderr


def test_notes_are_beside_the_file_itself_and_not_beside_a_link_to_it(tmp_path: Path, bonin: Bonin) -> None:
    (tmp_path / "kept").mkdir()
    file, link = tmp_path / "kept" / "customers.csv", tmp_path / "link.csv"
    file.write_bytes(HEADER + HONG)
    link.symlink_to(file)
    assert bonin("import", link, "--by", "lee", "--processes", 1).returncode == 0
    assert "2 lines were imported before" in bonin("import", file, "--by", "lee", "--processes", 1).stdout
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("link.csv.")] == []


def test_blank_lines_and_lines_that_are_too_long_are_no_customers(tmp_path: Path, bonin: Bonin) -> None:
    file = tmp_path / "customers.csv"
    file.write_bytes(HEADER + HONG + b"\r\n \n" + b"x" * 3_000_000 + b"\n" + KIM + b"\n\n")
    said = bonin("import", file, "--by", "lee", "--processes", 2)
    assert "2 created, 0 replaced" in said.stdout
    (refusal,) = (tmp_path / "customers.csv.refused").read_bytes().splitlines()
    assert orjson.loads(refusal)["line"] == 5
    assert orjson.loads(refusal)["errors"][0]["en"] == "A line has at most 65,536 bytes."


@pytest.mark.parametrize("note", ["customers.csv.refused", "customers.csv.imported"])
def test_a_note_that_cannot_be_written_is_named(tmp_path: Path, bonin: Bonin, note: str) -> None:
    file = tmp_path / "customers.csv"
    file.write_bytes(HEADER + HONG)
    (tmp_path / note).mkdir()
    said = bonin("import", file, "--by", "lee", "--processes", 1)
    assert said.returncode == 1
    assert said.stderr.splitlines()[-1] == f"{tmp_path / note}: Is a directory"
    assert "Traceback" not in said.stderr


def test_a_store_that_is_away_is_told_with_why_though_another_process_met_it(
    tmp_path: Path, settings: dict[str, str], bonin: Bonin
) -> None:
    file = tmp_path / "customers.csv"
    file.write_bytes(HEADER + HONG)
    settings["redis_url"] = f"unix://{tmp_path}/nothing.sock"
    said = bonin("import", file, "--by", "lee", "--processes", 1)
    assert said.returncode == 1
    assert said.stderr == "The store cannot be used: [Errno 2] No such file or directory. See BONIN_REDIS_URL.\n"


def test_an_export_that_could_not_be_written_whole_leaves_no_file(
    tmp_path: Path, settings: dict[str, str], bonin: Bonin
) -> None:
    out = tmp_path / "out.ndjson"
    settings["redis_url"] = "redis://127.0.0.1:1"
    assert bonin("export", out, "--by", "lee", "--reason", "move").returncode == 1
    assert not out.exists()


def test_a_file_that_is_not_there_says_so(tmp_path: Path, bonin: Bonin) -> None:
    said = bonin("import", tmp_path / "nothing.csv", "--by", "lee")
    assert said.returncode == 2
    assert "No such file" in said.stderr


def test_a_file_without_its_header_is_not_gone_through_line_by_line(tmp_path: Path, bonin: Bonin) -> None:
    file = tmp_path / "customers.csv"
    file.write_bytes(HONG + KIM)
    done = bonin("import", file, "--by", "lee", "--processes", 1)
    assert (done.returncode, done.stdout) == (2, "")
    assert "The first line does not name the columns" in done.stderr
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("customers.csv.")] == []


def test_a_mark_of_byte_order_is_no_part_of_the_first_line(tmp_path: Path, bonin: Bonin) -> None:
    row = {"customer_id": "a", "kind": "individual", "name": "홍길동", "online_consent": True}
    for name, content in (("a.csv", HEADER + HONG), ("a.ndjson", orjson.dumps(row))):
        (tmp_path / name).write_bytes(BOM_UTF8 + content)
        done = bonin("import", tmp_path / name, "--by", "lee", "--processes", 1)
        assert (done.returncode, "1 created" in done.stdout) == (0, True), done.stderr
