"""Every way in which `./run` can fail: one sentence, exit code 1, no traceback."""

import ast
import errno
import importlib.machinery
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import ModuleType, SimpleNamespace

import pytest

from tests.run.conftest import Checkout
from tools import bootstrap


def refusal(done: "subprocess.CompletedProcess[str]") -> str:
    """Answer the sentence of a run that failed as it should."""
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    said = [line for line in done.stderr.splitlines() if line.startswith("run: ")]
    assert said == done.stderr.splitlines()[-1:]
    return said[0]


@pytest.fixture(scope="module")
def run_script() -> ModuleType:
    path = str(bootstrap.ROOT / "run")
    spec = importlib.util.spec_from_loader("run", importlib.machinery.SourceFileLoader("run", path))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_python_3_6_can_read_the_script_as_far_as_the_version_check() -> None:
    ast.parse((bootstrap.ROOT / "run").read_text(), feature_version=(3, 6))


@pytest.mark.parametrize("version", [(3, 6), (3, 9), (3, 10)])
def test_a_python_that_is_too_old_is_told_so(run_script: ModuleType, version: tuple[int, int]) -> None:
    said = run_script.version_refusal(version)
    assert "Python 3.11 or newer is needed, and this is {}.{}".format(*version) in said
    assert "\n" not in said


@pytest.mark.parametrize("version", [(3, 11), (3, 13), (4, 0)])
def test_a_python_that_is_new_enough_is_accepted(run_script: ModuleType, version: tuple[int, int]) -> None:
    assert run_script.version_refusal(version) == ""


def test_it_starts_without_a_standard_output() -> None:
    done = subprocess.run(
        ["sh", "-c", 'exec "$0" run help >&-', sys.executable],
        cwd=bootstrap.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture
def closed_port() -> str:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{listener.getsockname()[1]}/simple"


def test_a_registry_that_pip_cannot_reach(checkout: Checkout, closed_port: str) -> None:
    done = checkout.run("demo", PIP_NO_INDEX="0", PIP_FIND_LINKS="", PIP_INDEX_URL=closed_port)
    assert "the package registry cannot be reached" in refusal(done)


class Refusing(BaseHTTPRequestHandler):
    """A mirror that is there and hands nothing out."""

    def do_GET(self) -> None:
        self.send_error(self.server.answer)  # type: ignore[attr-defined]

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(params=[403, 404, 503])
def refusing_mirror(request: pytest.FixtureRequest) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        server.answer = request.param  # type: ignore[attr-defined]
        Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}/simple"
        server.shutdown()


def test_a_mirror_that_hands_nothing_to_pip(checkout: Checkout, refusing_mirror: str) -> None:
    done = checkout.run("demo", PIP_NO_INDEX="0", PIP_FIND_LINKS="", PIP_INDEX_URL=refusing_mirror)
    assert "the package registry does not hand out" in refusal(done)


def test_a_mirror_that_hands_nothing_to_uv(installed: Checkout, refusing_mirror: str) -> None:
    (installed.root / ".venv" / "bonin.stamp").unlink()
    installed.lock("absent==1 --hash=sha256:" + "0" * 64 + "\n")
    done = installed.run(
        "demo", UV_NO_INDEX="0", UV_FIND_LINKS="", UV_DEFAULT_INDEX=refusing_mirror, UV_HTTP_RETRIES="0"
    )
    assert "the package registry does not hand out" in refusal(done)


def test_a_mirror_that_pip_does_not_trust(checkout: Checkout) -> None:
    done = checkout.run("demo", PIP_NO_INDEX="0", PIP_FIND_LINKS="", PIP_INDEX_URL="http://mirror.invalid/simple")
    assert "speaks plain HTTP" in refusal(done)


def test_a_registry_that_uv_cannot_reach_by_the_mirror_set_for_pip(installed: Checkout, closed_port: str) -> None:
    (installed.root / ".venv" / "bonin.stamp").unlink()
    installed.lock("absent==1 --hash=sha256:" + "0" * 64 + "\n")
    (installed.base / "pip.conf").write_text(f"[global]\nindex-url = {closed_port}\n")
    config = str(installed.base / "pip.conf")
    done = installed.run("demo", UV_NO_INDEX="0", UV_FIND_LINKS="", PIP_CONFIG_FILE=config)
    assert "the package registry cannot be reached" in refusal(done)


def test_a_vendored_pip_that_was_changed_is_not_run(checkout: Checkout) -> None:
    with (checkout.root / "tools" / bootstrap.PIP.name).open("ab") as pip:
        pip.write(b"\0")
    assert "is not the file this project was made with" in refusal(checkout.run("demo"))
    assert not (checkout.root / ".venv").exists()


def spoil_hash(lock: Path) -> None:
    lock.write_text(lock.read_text().partition("sha256:")[0] + "sha256:" + "0" * 64 + "\n")


def test_a_uv_that_is_not_the_pinned_one_is_refused(checkout: Checkout) -> None:
    spoil_hash(checkout.root / "tools" / bootstrap.UV_LOCK.name)
    assert "does not have the hash" in refusal(checkout.run("demo"))


def test_a_package_that_is_not_the_locked_one_is_refused(installed: Checkout) -> None:
    installed.lock(installed.publish("part", "2", {}))
    spoil_hash(installed.root / "requirements.lock")
    assert "does not have the hash" in refusal(installed.run("demo"))


def test_a_package_without_a_build_for_this_machine(installed: Checkout) -> None:
    installed.lock(installed.publish("elsewhere", "1", {}, tag="cp311-cp311-win_arm64"))
    assert "no ready-made package" in refusal(installed.run("demo"))


def test_a_directory_that_cannot_be_written_to(checkout: Checkout) -> None:
    (checkout.root / ".tools").touch()
    assert "cannot use" in refusal(checkout.run("demo"))


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_a_checkout_of_somebody_else_s_says_to_take_a_copy(
    run_script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], number: int
) -> None:
    def set_up(_: str) -> None:
        raise OSError(number, os.strerror(number), ".tools")

    monkeypatch.setattr(run_script, "set_up", set_up)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    assert run_script.main(["demo"]) == 1
    assert "a copy of the checkout that is yours" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("error: No space left on device (os error 28)", "the disk is full"),
        ("error: failed to create directory: Permission denied (os error 13)", "cannot be written to"),
        ("ERROR: Could not install: [Errno 30] Read-only file system: '/x'", "cannot be written to"),
        ("error sending request for url: invalid peer certificate: UnknownIssuer", "does not trust"),
        ("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed", "does not trust"),
        ("Temporary failure in name resolution", "cannot be reached"),
        ("cause: operation timed out", "cannot be reached"),
        ("a novelty", "what the installer said is in"),
    ],
)
def test_what_the_installers_say_is_told_in_one_sentence(said: str, meaning: str) -> None:
    assert meaning in bootstrap.explain(said)
    assert "\n" not in bootstrap.explain(said)


def test_a_disk_so_full_that_the_installer_could_not_even_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "LOG", tmp_path / "setup.log")
    monkeypatch.setattr(bootstrap, "TOOLS", tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=0))
    with pytest.raises(bootstrap.SetupError, match="the disk is full"):
        bootstrap.step("install", ["false"], dict(os.environ))


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_stopping_while_it_installs_is_quiet_and_the_next_run_finishes(
    checkout: Checkout, sent: signal.Signals, code: int
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        index = f"http://127.0.0.1:{silent.getsockname()[1]}/simple"
        process = checkout.start("demo", PIP_NO_INDEX="0", PIP_FIND_LINKS="", PIP_INDEX_URL=index)
        connection, _ = silent.accept()
        process.send_signal(sent)
        out, err = process.communicate(timeout=60)
        connection.close()
    assert process.returncode == code
    assert out == ""
    assert "Traceback" not in err
    assert checkout.run("demo").stdout == "demo one\n"


def test_a_reader_that_has_seen_enough_is_no_error(checkout: Checkout) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, str(checkout.root / "run")], stdout=write, stderr=subprocess.PIPE, check=False, text=True,
        env=checkout.environment(),
    )  # fmt: skip
    os.close(write)
    assert done.stderr == ""


def test_an_unknown_command_is_named(checkout: Checkout) -> None:
    done = checkout.run("dmeo")
    assert done.returncode == 2
    assert "no command 'dmeo'" in done.stderr


def test_without_a_command_it_lists_what_there_is(checkout: Checkout) -> None:
    done = checkout.run()
    assert done.returncode == 0
    for command in ("demo", "demo --walk", "serve", "bonin", "test", "lint", "bench", "faults"):
        assert f"./run {command} " in done.stdout
    assert checkout.run("help").stdout == done.stdout
    assert not Path(checkout.root / ".venv").exists()
