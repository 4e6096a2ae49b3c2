"""What a killed gateway left behind goes on as it runs, or is ended: two servers never write to the same files."""

import os
import signal
import socket
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from gateway.store import left_over
from gateway.store.data_directory import EmbeddedStoreFailed
from gateway.store.embedded import EmbeddedStore
from tests.gateway.store.embedded_stores import Started, ask, until_it_answers


def killed_gateway(started: Started, tmp_path: Path) -> EmbeddedStore:
    """A killed gateway's lock is the system's to release; its server lives on."""
    killed = started(tmp_path)
    ask(killed, "SET kept yes")
    assert killed._lock is not None
    killed._lock.close()
    return killed


def reaped(store: EmbeddedStore) -> int:
    """Its exit code. Until this is asked nobody has waited for its end, as in a container without an init."""
    assert store._process is not None
    return store._process.wait(10)


def test_a_server_left_over_from_a_killed_gateway_is_taken_over_as_it_runs(started: Started, tmp_path: Path) -> None:
    killed = killed_gateway(started, tmp_path)
    successor = started(tmp_path)
    assert successor.pid == killed.pid
    assert ask(successor, "GET kept").endswith("yes")
    successor.stop()
    assert reaped(killed) == 0
    assert ask(started(tmp_path), "GET kept").endswith("yes")


def test_one_with_other_settings_is_replaced_and_its_data_kept(started: Started, tmp_path: Path) -> None:
    killed = killed_gateway(started, tmp_path)
    ask(killed, "CONFIG SET appendfsync everysec")
    successor = started(tmp_path)
    assert reaped(killed) == 0
    assert successor.pid != killed.pid
    assert ask(successor, "GET kept").endswith("yes")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(left_over, "_ANSWERING_SECONDS", 0.2)
    monkeypatch.setattr(left_over, "_STOPPING_SECONDS", 0.2)


@pytest.mark.usefixtures("impatient")
def test_one_that_hangs_is_ended_before_another_writes_to_its_files(started: Started, tmp_path: Path) -> None:
    killed = killed_gateway(started, tmp_path)
    assert killed.pid is not None
    os.kill(killed.pid, signal.SIGSTOP)
    with capture_logs() as lines:
        successor = started(tmp_path)
    assert reaped(killed) == -signal.SIGKILL
    assert ask(successor, "GET kept").endswith("yes")
    assert [(line["event"], line["pid"]) for line in lines] == [("embedded_store_left_silent", killed.pid)]


@pytest.mark.usefixtures("impatient")
def test_one_that_hangs_and_that_nobody_can_name_is_left_alone_and_told(
    started: Started, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = killed_gateway(started, tmp_path)
    assert killed.pid is not None
    os.kill(killed.pid, signal.SIGSTOP)
    with monkeypatch.context() as elsewhere:
        elsewhere.delattr(socket, "SO_PEERCRED")
        with pytest.raises(EmbeddedStoreFailed, match="neither answers nor ends"):
            started(tmp_path)
    os.kill(killed.pid, signal.SIGCONT)
    assert ask(killed, "GET kept").endswith("yes")


async def test_one_that_was_taken_over_is_kept_as_well(started: Started, tmp_path: Path) -> None:
    killed = killed_gateway(started, tmp_path)
    successor = started(tmp_path)
    successor.keep()
    assert killed.pid is not None
    os.kill(killed.pid, signal.SIGKILL)
    await until_it_answers(successor)
    assert ask(successor, "GET kept").endswith("yes")
    reaped(killed)


def test_a_stale_socket_is_swept_away(started: Started, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(tmp_path / "valkey.sock"))
    assert ask(started(tmp_path), "PING") == "+PONG"
