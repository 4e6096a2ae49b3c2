import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp.test_utils import unused_port

from tests.docs.documents import ROOT
from tools import bootstrap

OWN = {"run", "tools", "deploy"}
NOT_OURS = {".git", ".demo", ".tools", "data"}
SERVING = re.compile('"serving"|Ctrl-C')
"""What a program says last when it has started."""


class Checkout:
    """A checkout as a reader has it, on free ports; what a command writes stays in it.

    Code is shared with this one by links, and so are the installed packages.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.ports = {"8080": str(unused_port()), "8081": str(unused_port())}
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("BONIN_")}
        self.environment |= {"BONIN_PORT": self.ports["8080"], "BONIN_CARRIER_PORT": self.ports["8081"]}
        for entry in ROOT.iterdir():
            if entry.name not in OWN | NOT_OURS:
                (root / entry.name).symlink_to(entry)
        shutil.copy(ROOT / "run", root)
        for name in ("tools", "deploy"):
            shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("secrets", "bonin.env"))

    def at_its_ports(self, text: str) -> str:
        """The text with the ports of this checkout where a reader has the usual ones."""
        for usual, own in self.ports.items():
            text = text.replace(f"127.0.0.1:{usual}", f"127.0.0.1:{own}")
        return text

    def start(self, *command: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            command,
            cwd=self.root,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, script: str, typed: str = "") -> str:
        """What a script prints when it goes well."""
        with self.start("sh", "-e", "-c", self.at_its_ports(script)) as process:
            said, _ = process.communicate(typed, timeout=60)
        assert process.returncode == 0, said
        return said

    def serve(self, script: str, typed: str = "") -> "Server":
        """Run a script whose last command serves, until it does."""
        *before, last = self.at_its_ports(script).splitlines()
        process = self.start("sh", "-e", "-c", "\n".join([*before, f"exec {last}"]))
        assert process.stdin is not None
        process.stdin.write(typed)
        process.stdin.flush()
        return Server(process, f"http://127.0.0.1:{self.ports['8080']}/livez")


class Server:
    """Something that serves until Ctrl-C; `said` is what it printed until it served."""

    def __init__(self, process: "subprocess.Popen[str]", address: str) -> None:
        self._process = process
        self.said = ""
        assert process.stdout is not None
        while not SERVING.search(self.said):
            line = process.stdout.readline()
            assert line, f"it ended: {self.said}"
            self.said += line
        # An answer proves that it has done what comes after saying so: it listens for Ctrl-C.
        subprocess.run(
            ["curl", "--fail", "--silent", "--max-time", "10", address], check=True, stdout=subprocess.DEVNULL
        )

    def stop(self) -> None:
        """Press Ctrl-C: it stops in order."""
        os.killpg(self._process.pid, signal.SIGINT)
        with self._process as process:
            try:
                said, _ = process.communicate(timeout=20)
            finally:
                process.kill()
        assert process.returncode == 0, said


def _must_be_set_up() -> None:
    """A checkout shares this one's environment: a command that found it unready would install into it."""
    assert bootstrap.ready("dev"), "the environment is not that of the lock: start this with ./run test"


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    _must_be_set_up()
    return Checkout(tmp_path)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """A checkout whose demo is running."""
    _must_be_set_up()
    checkout = Checkout(tmp_path_factory.mktemp("demo"))
    server = checkout.serve("./run demo")
    yield checkout
    server.stop()
