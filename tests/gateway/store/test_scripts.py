"""The Lua verbs keep to one form, and each has one place that runs it."""

import ast
import re
from importlib.resources import files
from pathlib import Path

import pytest

from gateway.store.scripts import load

FOLDER = Path(str(files("gateway.store")))
VERBS = sorted(path.stem for path in (FOLDER / "lua").glob("*.lua") if path.stem != "prelude")


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_says_what_it_takes_and_what_it_answers(verb: str) -> None:
    header = re.match(r"--\[\[ ([A-Z].*?)\]\]", (FOLDER / "lua" / f"{verb}.lua").read_text(encoding="utf-8"), re.DOTALL)
    assert header is not None
    parts = re.split(r"^(?:KEYS|ARGV|Answers): ", header[1], flags=re.MULTILINE)
    assert len(parts) == 4
    assert all(part.strip() for part in parts)


def test_each_verb_is_loaded_by_one_module() -> None:
    loaded = [
        str(node.args[0].value)
        for path in FOLDER.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "load"
        and isinstance(node.args[0], ast.Constant)
    ]
    assert sorted(loaded) == VERBS


@pytest.mark.parametrize("verb", VERBS)
def test_a_script_shows_its_name_and_not_its_source(verb: str) -> None:
    script = load(verb)
    assert script.sha in repr(script)
    assert "redis.call" not in repr(script)
