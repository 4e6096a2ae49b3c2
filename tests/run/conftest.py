import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tools import bootstrap

UV = Path(sys.executable).parent / "uv"


class Checkout:
    """A copy of what `./run` is made of, with a registry small enough to need no network.

    The vendored pip and the pinned uv are the real ones; the registry's "uv" is a wheel that starts it.
    """

    def __init__(self, base: Path) -> None:
        self.base = base
        self.root = base / "checkout"
        self.registry = base / "registry"
        self.home = base / "home"

    def fill(self) -> "Checkout":
        for directory in (self.root / "tools", self.root / "demo", self.registry, self.home):
            directory.mkdir(parents=True)
        shutil.copy(bootstrap.ROOT / "run", self.root)
        for name in ("__init__.py", "bootstrap.py", bootstrap.PIP.name):
            shutil.copy(bootstrap.ROOT / "tools" / name, self.root / "tools")
        version = bootstrap.UV_LOCK.read_text().partition("uv==")[2].split()[0]
        uv = {f"uv-{version}.data/scripts/uv": f'#!/bin/sh\nexec "{UV}" "$@"\n'}
        (self.root / "tools" / bootstrap.UV_LOCK.name).write_text(self.publish("uv", version, uv))
        self.lock(self.publish("part", "1", {"part.py": "SAYS = 'one'\n"}))
        (self.root / "demo" / "__init__.py").touch()
        program = "import sys, part\nprint('demo', part.SAYS, *sys.argv[1:])\n"
        (self.root / "demo" / "__main__.py").write_text(program)
        return self

    def publish(self, name: str, version: str, files: dict[str, str], tag: str = "py3-none-any") -> str:
        """Write a wheel into the registry and answer its line for a lock file."""
        info = f"{name}-{version}.dist-info"
        files = {
            **files,
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
            f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {tag}\n",
        }
        wheel = self.registry / f"{name}-{version}-{tag}.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            for path, text in files.items():
                entry = zipfile.ZipInfo(path)
                entry.external_attr = 0o100755 << 16
                archive.writestr(entry, text)
            archive.writestr(f"{info}/RECORD", "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"]))
        return f"{name}=={version} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"

    def lock(self, runtime: str) -> None:
        (self.root / "requirements.lock").write_text(runtime)
        tool = self.publish("tool", "1", {"tool.py": ""})
        (self.root / "requirements-dev.lock").write_text(runtime + tool)

    def environment(self, **more: str) -> dict[str, str]:
        return {
            "HOME": str(self.home),
            "PATH": os.defpath,
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.registry),
            "UV_NO_INDEX": "1",
            "UV_FIND_LINKS": str(self.registry),
            "UV_HTTP_RETRIES": "0",
            **more,
        }

    def start(self, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, str(self.root / "run"), *arguments],
            env=self.environment(**environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        with self.start(*arguments, **environment) as process:
            out, err = process.communicate(timeout=120)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    @property
    def packages(self) -> Path:
        return next((self.root / ".venv" / "lib").glob("python*/site-packages"))


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A fresh checkout on a machine that has python3 and nothing else."""
    return Checkout(tmp_path).fill()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    checkout = Checkout(tmp_path_factory.mktemp("prepared")).fill()
    done = checkout.run("demo")
    assert done.returncode == 0, done.stderr
    return checkout


@pytest.fixture
def installed(prepared: Checkout, tmp_path: Path) -> Checkout:
    """A checkout that was set up, and moved to where it is since."""
    return Checkout(Path(shutil.copytree(prepared.base, tmp_path / "moved", symlinks=True)))
