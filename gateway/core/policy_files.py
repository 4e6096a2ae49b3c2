"""Reads the policy from its folder, or refuses it with everything that is wrong, and where."""

import csv
import hashlib
import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from contacts.models import CustomerKind
from gateway.core.operations import Operation
from gateway.core.policy import OperationRow, Policy, SignalRow

if TYPE_CHECKING:
    from _csv import Reader

OPERATIONS = "operations.csv"
SIGNALS = "signals.csv"
VERSION = "version.txt"

_NAME = re.compile("[a-z0-9][a-z0-9.-]{0,31}")
_LARGEST_FILE = 1 << 20

R = TypeVar("R", OperationRow, SignalRow)


class PolicyRefused(Exception):
    """The policy cannot be used; each of `problems` names a file, a line, a column and what is wrong."""

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
        problems.append(f"{file}: larger than a table of this kind can be / 정책표라기에는 너무 큽니다")
        return ""
    try:
        # A spreadsheet writes a byte order mark, and line ends of its system.
        return "\n".join(content.decode("utf-8-sig").splitlines()) + "\n"
    except UnicodeDecodeError:
        problems.append(f"{file}: save it as “CSV UTF-8” / 엑셀에서는 ‘CSV UTF-8’로 저장해 주세요")
        return ""


def _version(name: str, content: str, problems: list[str]) -> str:
    if _NAME.fullmatch(name) is None:
        problems.append(
            f"{VERSION}: name it with up to 32 of a-z 0-9 . - like manual-2024-05-31 / "
            "영문 소문자, 숫자, 점, 하이픈으로 32자까지 적어 주세요"
        )
    return f"{name}+{hashlib.sha256(content.encode()).hexdigest()[:8]}"


def _rows(model: type[R], name: str, text: str, problems: list[str]) -> list[R]:
    """The good rows. What is wrong goes to `problems`, as do rows that are missing or given twice."""
    found: dict[tuple[str, ...], int] = {}
    rows = []
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    heading = _heading(name, reader, tuple(model.model_fields), problems)
    if heading is None:
        return []
    for line, record in _records(name, reader, heading, problems):
        key = tuple(record[column] for column in _KEYS[model])
        if key in found:
            problems.append(f"{name} line {line}: {_KEYS[model][0]}: the same as line {found[key]} / 겹치는 행입니다")
        found.setdefault(key, line)
        try:
            rows.append(model.model_validate(record))
        except ValidationError as error:
            problems += [f"{name} line {line}: {_problem(one)}" for one in error.errors(include_input=False)]
    problems += [f"{name}: no row for {' '.join(key)} / 없는 행입니다" for key in _NEEDED[model] if key not in found]
    return rows


def _heading(name: str, reader: "Reader", columns: tuple[str, ...], problems: list[str]) -> list[str] | None:
    """The columns in their order, or None when they are the wrong ones: then no row can be read."""
    heading = _cells(next(_lines(name, reader, problems), (1, []))[1])
    if sorted(heading) == sorted(columns):
        return heading
    lacking = " ".join(sorted(set(columns) - set(heading))) or "-"
    unknown = " ".join(sorted({column or '""' for column in heading} - set(columns))) or "-"
    problems.append(
        f"{name} line 1: columns: give exactly {' '.join(columns)}, each once / 열 이름을 이대로 한 번씩 적어 주세요 "
        f"(lacking / 없는 열: {lacking}; unknown / 모르는 열: {unknown})"
    )
    return None


def _records(
    name: str, reader: "Reader", heading: list[str], problems: list[str]
) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows that have the right number of cells, each with the number of its first line."""
    for line, row in _lines(name, reader, problems):
        cells = _cells(row, len(heading))
        if len(cells) == len(heading):
            yield line, dict(zip(heading, cells, strict=True))
        else:
            told = "칸의 수가 열의 수와 다릅니다"
            problems.append(f"{name} line {line}: {len(cells)} cells in {len(heading)} columns / {told}")


def _lines(name: str, reader: "Reader", problems: list[str]) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, each with the number of its first line, up to one that is no CSV."""
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            problems.append(f"{name} line {line}: {error}: check the quotation marks / 따옴표의 짝을 확인해 주세요")
            return
        if any(map(str.strip, row)):
            yield line, row


def _cells(row: list[str], columns: int = 0) -> list[str]:
    """White space around and within each cell is made one space at most; blank cells beyond `columns`, which
    spreadsheets write, are dropped."""
    cells = [" ".join(cell.split()) for cell in row]
    while len(cells) > columns and not cells[-1]:
        cells.pop()
    return cells


_SENTENCES = {
    "enum": "give {expected} / 이 가운데에서 적어 주세요",
    "string_too_short": "give a reason / 이유를 적어 주세요",
    "string_too_long": "give at most {max_length} characters / {max_length}자까지 적어 주세요",
    "string_pattern_mismatch": "leave out control characters / 보이지 않는 제어 문자를 지워 주세요",
    "greater_than_equal": "give at least {ge} / {ge} 이상을 적어 주세요",
    "less_than_equal": "give at most {le} / {le} 이하를 적어 주세요",
    "too_short": "name at least one / 하나 이상 적어 주세요",
}


def _problem(error: ErrorDetails) -> str:
    column = f"{error['loc'][0]}: " if error["loc"] else ""
    sentence = _SENTENCES.get(error["type"])
    if sentence is None:
        return column + error["msg"].removeprefix("Value error, ")
    return column + sentence.format_map(error.get("ctx", {}))


_KEYS: Mapping[type[OperationRow | SignalRow], tuple[str, ...]] = {
    OperationRow: ("operation", "customer"),
    SignalRow: ("signal",),
}
_NEEDED: Mapping[type[OperationRow | SignalRow], list[tuple[str, ...]]] = {
    OperationRow: [(operation, kind) for operation in Operation for kind in CustomerKind],
    SignalRow: [],
}
