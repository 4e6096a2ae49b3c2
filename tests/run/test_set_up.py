"""What `./run` does on a bare machine, and how it mends a set-up that broke. The network is never needed."""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.run.conftest import Checkout


def test_a_bare_machine_gets_everything_and_then_the_demo(checkout: Checkout) -> None:
    done = checkout.run("demo", "--walk")
    assert (done.returncode, done.stdout) == (0, "demo one --walk\n"), done.stderr
    for step in ("fetch uv", "make .venv", "install 1 packages"):
        assert step in done.stderr


def test_a_user_whom_the_machine_does_not_know_needs_no_home(checkout: Checkout) -> None:
    """As in a container that runs under any id."""
    (checkout.base / "sitecustomize.py").write_text("import pwd\npwd.getpwuid = {}.__getitem__\n")
    environment = checkout.environment(PYTHONPATH=str(checkout.base))
    del environment["HOME"]
    done = subprocess.run(
        [sys.executable, str(checkout.root / "run"), "demo"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "demo one\n"), done.stderr


def test_a_prepared_checkout_installs_nothing_and_says_nothing(installed: Checkout) -> None:
    shutil.rmtree(installed.registry)
    shutil.rmtree(installed.root / ".tools")
    done = installed.run("demo")
    assert (done.returncode, done.stdout, done.stderr) == (0, "demo one\n", "")


def test_what_is_compiled_is_kept_apart_where_none_of_it_may_be_beside_sources(installed: Checkout) -> None:
    def beside_sources() -> list[Path]:
        return list(installed.root.rglob("__pycache__"))

    for folder in beside_sources():
        shutil.rmtree(folder)
    assert installed.run("demo", PYTHONDONTWRITEBYTECODE="1").stdout == "demo one\n"
    assert list((installed.root / ".tools").rglob("part.*.pyc"))
    assert beside_sources() == []


def test_korean_names_are_read_where_the_locale_is_said_to_know_ascii_only(installed: Checkout, tmp_path: Path) -> None:
    korean = Checkout(installed.base.rename(tmp_path / "한글"))
    (korean.root / "demo" / "__main__.py").write_text("import sys\nprint(__file__, *sys.argv[1:])\n")
    done = korean.run("demo", "본인", LC_ALL="C", PYTHONUTF8="0", PYTHONIOENCODING="utf-8")
    assert (done.returncode, done.stdout) == (0, f"{korean.root / 'demo' / '__main__.py'} 본인\n"), done.stderr


def test_the_caller_s_directory_cannot_shadow_the_product(installed: Checkout, tmp_path: Path) -> None:
    (tmp_path / "part.py").write_text("SAYS = 'shadow'\n")
    previous = Path.cwd()
    os.chdir(tmp_path)
    try:
        assert installed.run("demo").stdout == "demo one\n"
    finally:
        os.chdir(previous)


def test_a_changed_lock_is_installed(installed: Checkout) -> None:
    installed.lock(installed.publish("part", "2", {"part.py": "SAYS = 'two'\n"}))
    done = installed.run("demo")
    assert done.stdout == "demo two\n", done.stderr


def test_an_environment_for_tests_stays_one_when_the_demo_is_started(installed: Checkout) -> None:
    installed.run("test", "--version")
    assert (installed.packages / "tool.py").exists()
    installed.lock(installed.publish("part", "2", {"part.py": "SAYS = 'two'\n"}))
    assert installed.run("demo").stdout == "demo two\n"
    assert (installed.packages / "tool.py").exists()


def test_a_set_up_without_its_stamp_is_made_anew(installed: Checkout) -> None:
    (installed.root / ".venv" / "bonin.stamp").unlink()
    (installed.packages / "part.py").write_text("half a fi")
    assert installed.run("demo").stdout == "demo one\n"


def test_a_cut_stamp_counts_as_none(installed: Checkout) -> None:
    stamp = installed.root / ".venv" / "bonin.stamp"
    stamp.write_text(stamp.read_text()[:40])
    assert installed.run("demo").stdout == "demo one\n"


def test_a_python_that_vanished_is_replaced(installed: Checkout) -> None:
    python = installed.root / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/nonexistent/python3")
    assert installed.run("demo").stdout == "demo one\n"


def test_a_package_that_was_removed_is_brought_back(installed: Checkout) -> None:
    (installed.packages / "part.py").unlink()
    assert installed.run("demo").stdout == "demo one\n"


def test_a_uv_that_never_arrived_whole_is_fetched_again(checkout: Checkout) -> None:
    half = checkout.root / ".tools" / "uv.new" / "bin"
    half.mkdir(parents=True)
    (half / "uv").touch()
    assert checkout.run("demo").stdout == "demo one\n"


def test_two_runs_at_once_set_up_one_after_the_other(installed: Checkout) -> None:
    shutil.rmtree(installed.root / ".venv")
    with (installed.root / ".tools" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        process = installed.start("demo")
        assert process.stderr is not None
        assert "waiting" in process.stderr.readline()
        assert not (installed.root / ".venv").exists()
    out, err = process.communicate(timeout=120)
    assert (process.returncode, out) == (0, "demo one\n"), err
