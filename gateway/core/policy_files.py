"""Reads the policy from its folder, and refuses a table that will not do with all that is wrong and where."""

import csv
import hashlib
import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from contacts.models import CustomerKind
from gateway.core.operations import Operation
from gateway.core.policy import OperationRow, Policy, SignalRow

OPERATIONS = "operations.csv"
SIGNALS = "signals.csv"
VERSION = "version.txt"

_NAME = re.compile("[a-z0-9][a-z0-9.-]{0,31}")
_LARGEST_FILE = 1 << 20

R = TypeVar("R", OperationRow, SignalRow)


class PolicyRefused(Exception):
    """A table that will not do; each of `problems` names a file, a line, a column and what is wrong."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def load_policy(folder: Path | None = None, operations: Path | None = None) -> Policy:
    """The policy of a folder (the packaged one by default), with another `operations.csv` when one is given.

    Raises `PolicyRefused` with everything that is wrong with it.
    """
    home: Path | Traversable = folder if folder is not None else files("gateway").joinpath("policy")
    table: Path | Traversable = operations if operations is not None else home.joinpath(OPERATIONS)
    if isinstance(home, Path) and not home.is_dir():
        raise PolicyRefused(
            [f"{home}: no such folder; a policy is a folder with {VERSION}, {OPERATIONS} and {SIGNALS}"]
        )
    problems: list[str] = []
    name, operation_lines, signal_lines = (
        _text(file, problems) for file in (home.joinpath(VERSION), table, home.joinpath(SIGNALS))
    )
    if problems:
        raise PolicyRefused(problems)
    rows = {(row.operation, row.customer): row for row in _rows(OperationRow, table.name, operation_lines, problems)}
    signals = {row.signal: row for row in _rows(SignalRow, SIGNALS, signal_lines, problems)}
    version = _version(name.strip(), operation_lines + signal_lines, problems)
    if problems:
        raise PolicyRefused(problems)
    return Policy(version, rows, signals)


def _text(file: Path | Traversable, problems: list[str]) -> str:
    try:
        content = file.read_bytes()
    except OSError as error:
        problems.append(f"{file}: cannot be read ({error.strerror})")
        return ""
    if len(content) > _LARGEST_FILE:
        problems.append(f"{file}: larger than a table of this kind can be")
        return ""
    try:
        # A spreadsheet writes a mark before the first character, and lines of its own kind.
        return "\n".join(content.decode("utf-8-sig").splitlines()) + "\n"
    except UnicodeDecodeError:
        problems.append(f"{file}: save it as UTF-8")
        return ""


def _version(name: str, content: str, problems: list[str]) -> str:
    if _NAME.fullmatch(name) is None:
        problems.append(f"{VERSION}: name it with up to 32 of a-z 0-9 . - like manual-2024-05-31")
    return f"{name}+{hashlib.sha256(content.encode()).hexdigest()[:8]}"


def _rows(model: type[R], name: str, text: str, problems: list[str]) -> list[R]:
    """The rows that are good; what is wrong goes to `problems`, and so does a row that is missing or there twice."""
    found: dict[tuple[str, ...], int] = {}
    rows = []
    for line, record in _records(name, text, tuple(model.model_fields), problems):
        key = tuple(record[column] for column in _KEYS[model])
        if key in found:
            problems.append(f"{name} line {line}: {_KEYS[model][0]}: the same as line {found[key]}")
        found.setdefault(key, line)
        try:
            rows.append(model.model_validate(record))
        except ValidationError as error:
            problems += [f"{name} line {line}: {_problem(one)}" for one in error.errors(include_input=False)]
    problems += [f"{name}: no row for {' '.join(key)}" for key in _NEEDED[model] if key not in found]
    return rows


def _records(
    name: str, text: str, columns: tuple[str, ...], problems: list[str]
) -> Iterator[tuple[int, dict[str, str]]]:
    """The lines that have the right number of cells, each with its number; columns may stand in any order."""
    reader = csv.reader(text.splitlines(), strict=True)
    try:
        heading = next(reader, [])
        if sorted(heading) != sorted(columns):
            problems.append(f"{name} line 1: columns: give exactly {' '.join(columns)}")
            return
        for cells in reader:
            if len(cells) == len(heading):
                yield reader.line_num, dict(zip(heading, map(str.strip, cells), strict=True))
            elif any(cells):
                problems.append(f"{name} line {reader.line_num}: {len(cells)} cells in {len(heading)} columns")
    except csv.Error as error:
        problems.append(f"{name} line {reader.line_num}: {error}")


def _problem(error: ErrorDetails) -> str:
    column = f"{error['loc'][0]}: " if error["loc"] else ""
    return column + error["msg"].removeprefix("Value error, ")


_KEYS: Mapping[type[OperationRow | SignalRow], tuple[str, ...]] = {
    OperationRow: ("operation", "customer"),
    SignalRow: ("signal",),
}
_NEEDED: Mapping[type[OperationRow | SignalRow], list[tuple[str, ...]]] = {
    OperationRow: [(operation, kind) for operation in Operation for kind in CustomerKind],
    SignalRow: [],
}
