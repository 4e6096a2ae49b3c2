"""The embedded store keeps what it acknowledged, for one gateway at a time."""

import os
import signal
import stat
import subprocess
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from demo.customer import until
from gateway.store import embedded
from gateway.store.data_directory import EmbeddedStoreFailed
from gateway.store.valkey_program import environment
from tests.gateway.store.embedded_stores import Started, ask, until_it_answers


def test_data_survive_a_restart_in_order(started: Started, tmp_path: Path) -> None:
    store = started(tmp_path)
    ask(store, "SET kept yes")
    store.stop()
    assert ask(started(tmp_path), "GET kept").endswith("yes")


def test_what_was_acknowledged_survives_kill_9(started: Started, tmp_path: Path) -> None:
    store = started(tmp_path)
    for number in range(100):
        ask(store, f"SET key{number} {number}")
    assert store.pid is not None
    os.kill(store.pid, signal.SIGKILL)
    store.stop()
    again = started(tmp_path)
    assert ask(again, "DBSIZE") == ":100"


def test_the_gateways_environment_is_not_the_stores(
    started: Started, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BONIN_CODE_PEPPER", "not for the store")
    # The server itself writes over what /proc says of it.
    teller = tmp_path / "teller"
    teller.write_text("#!/bin/sh\ncat /proc/$$/environ\n")
    teller.chmod(0o700)
    monkeypatch.setattr(embedded, "program", lambda: teller)
    with pytest.raises(EmbeddedStoreFailed):
        started(tmp_path)
    told = (tmp_path / "valkey.log").read_text().rstrip("\0").split("\0")
    assert told == [f"{name}={value}" for name, value in environment().items()]


async def test_one_that_is_killed_is_started_anew_on_its_data_for_whoever_keeps_it(
    started: Started, tmp_path: Path
) -> None:
    store = started(tmp_path)
    store.keep()
    ask(store, "SET kept yes")
    killed = store.pid
    assert killed is not None
    with capture_logs() as lines:
        os.kill(killed, signal.SIGKILL)
        await until_it_answers(store)
    assert store.pid != killed
    assert ask(store, "GET kept").endswith("yes")
    assert lines == [
        {"event": "embedded_store_died", "log_level": "error", "exit_code": -9, "log": str(tmp_path / "valkey.log")}
    ]


async def test_one_that_cannot_start_again_is_tried_until_it_can(
    started: Started, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = started(tmp_path)
    store.keep()
    assert store.pid is not None
    with capture_logs() as lines:
        monkeypatch.setitem(embedded._SETTINGS, "appendfsync", "nonsense")
        os.kill(store.pid, signal.SIGKILL)

        async def told() -> bool:
            return any(line["event"] == "embedded_store_not_started" for line in lines)

        await until(told)
    monkeypatch.setitem(embedded._SETTINGS, "appendfsync", "always")
    await until_it_answers(store)


async def test_one_that_is_stopped_while_it_is_away_stays_away(
    started: Started, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "_FIRST_PAUSE", 600.0)
    store = started(tmp_path)
    store.keep()
    assert store.pid is not None
    with capture_logs() as lines:
        os.kill(store.pid, signal.SIGKILL)

        async def told() -> bool:
            return bool(lines)

        await until(told)
        store.stop()
    assert store.pid is None
    with pytest.raises(OSError, match=r"."):
        ask(store, "PING")
    assert ask(started(tmp_path), "PING") == "+PONG"


def test_a_second_gateway_on_the_same_directory_is_refused(started: Started, tmp_path: Path) -> None:
    store = started(tmp_path)
    with pytest.raises(EmbeddedStoreFailed, match="Another gateway is using the data directory"):
        started(tmp_path)
    assert ask(store, "PING") == "+PONG"


def test_nobody_else_can_open_it_and_it_has_no_port(started: Started, tmp_path: Path) -> None:
    store = started(tmp_path / "data")
    path = Path(store.url.removeprefix("unix://"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    assert ask(store, "CONFIG GET port").endswith("0")


def test_a_long_path_does_not_matter(started: Started, tmp_path: Path) -> None:
    store = started(tmp_path / ("long" * 30))
    assert ask(store, "PING") == "+PONG"
    assert Path(store.url.removeprefix("unix://")).parent.stat().st_mode & 0o077 == 0


def test_a_server_that_ends_at_once_is_told_with_where_its_log_is(
    started: Started, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(embedded._SETTINGS, "appendfsync", "nonsense")
    with pytest.raises(EmbeddedStoreFailed, match=r"valkey\.log"):
        started(tmp_path)
    monkeypatch.setitem(embedded._SETTINGS, "appendfsync", "always")
    assert ask(started(tmp_path), "PING") == "+PONG"


def test_data_without_the_list_of_their_files_are_left_alone(started: Started, tmp_path: Path) -> None:
    store = started(tmp_path)
    ask(store, f"SET kept {'yes' * 1000}")
    store.stop()
    files = tmp_path / "appendonlydir"
    manifest = (files / "appendonly.aof.manifest").rename(tmp_path / "aside")
    before = {file.name: file.read_bytes() for file in files.iterdir()}
    with pytest.raises(EmbeddedStoreFailed, match=r"appendonly\.aof\.manifest is missing"):
        started(tmp_path)
    assert {file.name: file.read_bytes() for file in files.iterdir()} == before
    manifest.rename(files / "appendonly.aof.manifest")
    assert ask(started(tmp_path), "STRLEN kept") == ":3000"


def unfinished(tmp_path: Path) -> list[Path]:
    return list(tmp_path.glob("temp-*"))


def kill_with_its_writer(server: int) -> None:
    """The process that writes for it would go on to its end by itself."""
    for pid in (str(server), *Path(f"/proc/{server}/task/{server}/children").read_text().split()):
        os.kill(int(pid), signal.SIGKILL)


async def test_what_a_killed_server_was_writing_anew_is_taken_away(started: Started, tmp_path: Path) -> None:
    store = started(tmp_path)
    ask(store, "SET kept yes")
    ask(store, "CONFIG SET rdb-key-save-delay 60000000")
    ask(store, "BGREWRITEAOF")

    async def is_writing() -> bool:
        return bool(unfinished(tmp_path))

    await until(is_writing)
    assert store.pid is not None
    kill_with_its_writer(store.pid)
    store.stop()
    assert ask(started(tmp_path), "GET kept").endswith("yes")
    assert not unfinished(tmp_path)


def changes_of(tmp_path: Path) -> Path:
    """The file that they are appended to."""
    (file,) = (tmp_path / "appendonlydir").glob("*.incr.aof")
    return file


def test_what_is_cut_off_amid_a_change_is_told(started: Started, tmp_path: Path) -> None:
    store = started(tmp_path)
    ask(store, "SET kept yes")
    whole = changes_of(tmp_path).stat().st_size
    ask(store, "SET torn yes")
    store.stop()
    os.truncate(changes_of(tmp_path), whole + 10)
    with capture_logs() as lines:
        again = started(tmp_path)
    assert [ask(again, f"EXISTS {key}") for key in ("kept", "torn")] == [":1", ":0"]
    told = {"event": "embedded_store_cut", "log_level": "warning", "bytes": 10, "log": str(tmp_path / "valkey.log")}
    assert lines == [told]


def test_bytes_amid_the_changes_that_nobody_wrote_are_no_data(started: Started, tmp_path: Path) -> None:
    store = started(tmp_path)
    for number in range(100):
        ask(store, f"SET key{number} {number}")
    store.stop()
    before = changes_of(tmp_path).read_bytes()
    changes_of(tmp_path).write_bytes(before[:1000] + bytes(64) + before[1064:])
    with pytest.raises(EmbeddedStoreFailed, match=r"valkey\.log"):
        started(tmp_path)
    changes_of(tmp_path).write_bytes(before)
    assert ask(started(tmp_path), "DBSIZE") == ":100"


def test_a_server_killed_while_it_made_its_first_files_is_no_obstacle(started: Started, tmp_path: Path) -> None:
    started(tmp_path).stop()
    (tmp_path / "appendonlydir" / "appendonly.aof.manifest").unlink()
    assert ask(started(tmp_path), "DBSIZE") == ":0"


def test_stopping_twice_is_stopping(started: Started, tmp_path: Path) -> None:
    store = started(tmp_path)
    store.stop()
    store.stop()
    assert store.pid is None


def test_ctrl_c_is_not_for_the_server(started: Started, tmp_path: Path) -> None:
    store = started(tmp_path)
    assert store.pid is not None
    assert os.getpgid(store.pid) != os.getpgid(0)
    assert isinstance(store._process, subprocess.Popen)
