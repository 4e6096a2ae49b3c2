"""Rules that hold for every file of the project."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools import bootstrap

ROOT = bootstrap.ROOT
PRODUCT = ("gateway", "ivr", "sms_reply", "contacts")
PROGRAMS = ("carrier_sim", "desk", "demo")
# The settings, the program that tells libraries what to leave, and those that stand outside the product and start by
# themselves.
READERS_OF_THE_ENVIRONMENT = {
    "gateway/settings.py",
    "gateway/reading_settings.py",
    "gateway/cli/__main__.py",
    "carrier_sim/__main__.py",
    "desk/__main__.py",
}
# Joined here, so that this file does not hold what it looks for.
REGISTRIES = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("registry", "yarnpkg", "com"),
        ("proxy", "golang", "org"),
        ("deb", "debian", "org"),
        ("ghcr", "io"),
    )
)
THIRD_PARTY = frozenset({"swagger", "uplot"})


def files(*suffixes: str) -> Iterator[Path]:
    """Every file of the tree that is ours to keep: not installed, not a cache, not made by a run."""
    for top in ROOT.iterdir():
        if top.name in {".git", ".venv", ".tools", ".demo", ".hypothesis", "dist"} or top.name.endswith("_cache"):
            continue
        for path in [top] if top.is_file() else top.rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts and (not suffixes or path.suffix in suffixes):
                yield path


def reads_the_environment(path: Path) -> bool:
    words: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute):
            words.add(node.attr)
        elif isinstance(node, ast.ImportFrom):
            words |= {node.module or "", *(alias.name for alias in node.names)}
        elif isinstance(node, ast.Import):
            words |= {alias.name for alias in node.names}
    return bool(words & {"environ", "environb", "getenv", "pydantic_settings", "dotenv"})


def test_only_the_settings_read_the_environment() -> None:
    packages = [ROOT / name for name in PRODUCT + PROGRAMS if name != "demo"]
    readers = {
        str(path.relative_to(ROOT))
        for package in packages
        for path in package.rglob("*.py")
        if reads_the_environment(path)
    }
    assert readers <= READERS_OF_THE_ENVIRONMENT


def test_no_source_file_asks_to_be_two() -> None:
    ours = [
        path
        for path in [ROOT / "run", *files(".py", ".js", ".css", ".lua", ".html")]
        if THIRD_PARTY.isdisjoint(path.parts)
    ]
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in ours}
    assert {path: length for path, length in lengths.items() if length >= 300} == {}


def test_no_file_names_a_package_registry() -> None:
    """Where packages come from is the machine's to say: its mirrors must be enough."""
    named = {
        (str(path.relative_to(ROOT)), registry)
        for path in files()
        for registry in REGISTRIES
        if registry.encode() in path.read_bytes()
    }
    assert named == set()


@pytest.mark.skipif(len(ROOT.parts) < 3, reason="a name this short may stand for something else")
def test_no_file_names_the_directory_it_was_made_in() -> None:
    assert [path for path in files() if f"{ROOT}/".encode() in path.read_bytes()] == []
