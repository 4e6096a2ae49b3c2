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


TELLS_NOTHING = {
    "accept_node": "who has a shard; what is void because of it is told",
    "bury_entry": "that it was given up is told",
    "begin_delivery": "a carrier is about to be asked; what came of it is told",
    "enter_layout": "the number of the layout, in a store without data",
    "begin_enrolment": "a page that was opened; enrolling is told",
    "forget_consumers": "who worked, and is gone",
    "hold_lease": "which process keeps the read model up",
    "project_events": "made of what was told",
    "read_session": "when an operator was last seen",
    "begin_request": "a repeat of a request is no change",
    "read_opened": "the same: it was told when it opened",
    "end_request": "what it did is told",
    "give_back_delivery": "a carrier was asked in vain; what came of it is told",
    "hold_entries": "whose work an entry is",
    "note_notice": "what a text from a number may be about; the notice itself is told",
    "remove_segments": "its signed record is kept in the place of what is gone",
    "seal_segment": "it keeps what was told",
    "put_process": "what a process sees; nothing has changed",
    "put_turn": "a turn of a call; its end is told",
    "give_back_range": "a counter that lapses",
    "note_conversion": "a counter that lapses",
    "reindex_contact": "the same number under another key",
    "replace_field": "the same value under another key",
    "take_cap": "a counter that lapses",
    "take_range": "counters that lapse; the hold on a range raises an alarm",
    "take_over_entries": "whose work an entry is",
    "take_turn": "a turn of a call; its end is told",
    "words_key": "what is written under it is told",
}
"""The verbs that write, and have nothing to tell the audit."""

_WRITES = re.compile(
    r"redis\.call\('(?!H?M?GET|HVALS|HKEYS|HLEN|HGETALL|H?EXISTS|PTTL|XRANGE|XINFO|TIME|INFO|CLUSTER|ZRANGE|SPUBLISH)"
    r"[A-Z]+'"
)


def _written_and_told(verb: str) -> tuple[bool, bool]:
    """Of the verb itself and the functions that it shares with others."""
    source = (FOLDER / "lua" / f"{verb}.lua").read_text(encoding="utf-8")
    shared = {
        name: body
        for path in [*(FOLDER / "lua" / "shared").glob("*.lua"), FOLDER / "lua" / "prelude.lua"]
        for name, body in re.findall(
            r"^local function (\w+)\((.*?)^end$", path.read_text(encoding="utf-8"), re.M | re.S
        )
    }
    whole, known = source, set[str]()
    while called := {name for name in shared if re.search(rf"\b{name}\(", whole)} - known:
        known |= called
        whole += "".join(shared[name] for name in called)
    return _WRITES.search(whole) is not None, not known.isdisjoint({"tell", "tell_all", "tell_of"})


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_that_changes_something_tells_the_audit(verb: str) -> None:
    writes, tells = _written_and_told(verb)
    assert tells == (writes and verb not in TELLS_NOTHING)


def test_only_the_prelude_writes_to_the_audit() -> None:
    """An event that a verb wrote by itself would be one that the catalogue knows nothing of."""
    writers = {
        path.stem
        for path in (FOLDER / "lua").rglob("*.lua")
        if re.search(r"XADD', (stream|(?!EVIDENCE)[^;]*?'event')", path.read_text(encoding="utf-8"))
    }
    assert writers == {"prelude"}
