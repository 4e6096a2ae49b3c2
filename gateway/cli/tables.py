"""What commands show: a table for people, lines of JSON for programs."""

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from gateway.cli.commands import say, say_aside

Row = Mapping[str, Any]


def show_rows(rows: Sequence[Row], *, as_json: bool, nothing: str) -> None:
    """Rows with the same names in the same order; without any, a person is told `nothing`."""
    if as_json:
        for row in rows:
            say(orjson.dumps(dict(row)).decode())
        return
    if not rows:
        say_aside(nothing)
        return
    names = list(rows[0])
    cells = [names, *([_cell(row[name]) for name in names] for row in rows)]
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    for line in cells:
        say("  ".join(_padded(*each) for each in zip(line, widths, strict=True)).rstrip())


def show_facts(facts: Row, *, as_json: bool) -> None:
    """One thing, name by name."""
    if as_json:
        say(orjson.dumps(dict(facts)).decode())
        return
    widest = max(map(len, facts))
    for name, value in facts.items():
        say(f"{name:<{widest}}  {_cell(value)}")


def moment(milliseconds: int | None) -> str | None:
    """RFC 3339 in UTC."""
    if milliseconds is None:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return ", ".join(map(_cell, value)) if isinstance(value, list) else str(value)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _width(text: str) -> int:
    """Cells of a terminal: Korean takes two for each syllable."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
