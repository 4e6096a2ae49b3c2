"""The locks agree with what the project says it needs, and with each other."""

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest

from tools import bootstrap

PROJECT = tomllib.loads((bootstrap.ROOT / "pyproject.toml").read_text())
RUNTIME, DEV = bootstrap.LOCKS["runtime"], bootstrap.LOCKS["dev"]
OTEL = bootstrap.ROOT / "requirements-otel.lock"


def pins(lock: Path) -> dict[str, str]:
    """Answer name → version of a lock file."""
    return dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", lock.read_text(), re.M))


def names(requirements: Iterable[str]) -> set[str]:
    found = (re.match(r"[A-Za-z0-9._-]+", requirement) for requirement in requirements)
    return {re.sub(r"[._-]+", "-", match.group()).lower() for match in found if match}


def test_each_dependency_is_locked() -> None:
    assert names(PROJECT["project"]["dependencies"]) <= pins(RUNTIME).keys()
    assert names(PROJECT["dependency-groups"]["dev"]) <= pins(DEV).keys()


def test_the_runtime_lock_has_nothing_for_developers() -> None:
    assert not names(PROJECT["dependency-groups"]["dev"]) & pins(RUNTIME).keys()


def test_the_dev_lock_is_the_runtime_lock_and_more() -> None:
    assert pins(RUNTIME).items() <= pins(DEV).items()


def test_the_lock_with_opentelemetry_is_the_runtime_lock_and_more_and_what_was_tested() -> None:
    otel = pins(OTEL)
    assert names(PROJECT["project"]["optional-dependencies"]["otel"]) <= otel.keys()
    assert pins(RUNTIME).items() <= otel.items() <= pins(DEV).items()


@pytest.mark.parametrize("lock", [RUNTIME, DEV, OTEL, bootstrap.UV_LOCK], ids=lambda lock: lock.name)
def test_each_locked_package_has_a_hash(lock: Path) -> None:
    entries = re.findall(r"^\S+==.*(?:\n .*)*", lock.read_text(), re.M)
    assert len(entries) == len(pins(lock))
    assert all("--hash=sha256:" in entry for entry in entries)


def test_the_tests_use_the_uv_that_sets_the_project_up() -> None:
    assert pins(bootstrap.UV_LOCK)["uv"] == pins(DEV)["uv"]
