"""Lines of a file of customers, CSV or NDJSON, read as strictly as the API reads its bodies."""

import csv
from codecs import BOM_UTF8
from collections.abc import Sequence
from typing import Annotated, Any

import orjson
from pydantic import Field, ValidationError

from contacts.models import CustomerKind
from contacts.phone_numbers import NumberPlan, PhoneNumber
from gateway.cli.import_lines import LONGEST_LINE
from gateway.core.errors import FieldError, Refusal
from gateway.core.numbers import as_written_in_korea, read_number
from gateway.http.field_errors import field_errors
from gateway.http.models import Body, Line
from gateway.http.repeated_fields import repeated_fields
from gateway.http.schemas import AddContact, BirthDate, CustomerId

_NEEDED = ("customer_id", "kind", "name", "online_consent")
_POSSIBLE = ("birth_date", "number", "label")
_TRUE_OR_FALSE = {
    "true": True, "false": False, "TRUE": True, "FALSE": False, "1": True, "0": False, "Y": True, "N": False,
}  # fmt: skip
"""A spreadsheet makes TRUE of true when it opens a file."""

_NOT_UTF_8 = (
    "UTF-8이 아닙니다. 엑셀에서는 ‘CSV UTF-8’로 저장해 주세요.",
    "This is not UTF-8: save it as “CSV UTF-8” from a spreadsheet.",
)


class Row(Body):
    """A customer with any number of contacts; in CSV with `number` and `label` in columns of their own, or none."""

    customer_id: CustomerId
    kind: Annotated[CustomerKind, Field(strict=False)]
    name: Line
    birth_date: BirthDate | None = None
    online_consent: bool
    contacts: Annotated[tuple[AddContact, ...], Field(strict=False, max_length=20)] = ()


class BadLine(Exception):
    """The line is refused; each of `errors` says why, in both languages and without what the line holds."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__(f"{len(errors)} errors")
        self.errors = errors


class HeaderRefused(Exception):
    """The first line does not name the columns of customers: every line would be refused."""

    def __init__(self) -> None:
        super().__init__(
            f"The first line does not name the columns: give {', '.join(_NEEDED)}, and as you like "
            f"{', '.join(_POSSIBLE)}, each once, in UTF-8; or NDJSON."
        )


def columns_of(first_line: bytes) -> list[str] | None:
    """The columns that the first line of a CSV file names, or None for NDJSON. Raises `HeaderRefused`."""
    line = first_line.removeprefix(BOM_UTF8)
    if line.lstrip().startswith(b"{"):
        return None
    try:
        columns = [name.strip() for name in csv_values(line.decode())]
    except (csv.Error, UnicodeDecodeError):
        raise HeaderRefused from None
    named = set(columns)
    if len(named) < len(columns) or not named.issuperset(_NEEDED) or not named.issubset((*_NEEDED, *_POSSIBLE)):
        raise HeaderRefused
    return columns


def read_row(line: bytes, columns: Sequence[str] | None) -> Row:
    """Raises `BadLine`."""
    if len(line) > LONGEST_LINE:
        told = (f"한 줄은 {LONGEST_LINE:,}바이트까지입니다.", f"A line has at most {LONGEST_LINE:,} bytes.")
        raise BadLine([FieldError("line", *told)])
    try:
        return Row.model_validate(_from_json(line) if columns is None else _from_csv(line, columns))
    except ValidationError as error:
        raise BadLine(field_errors(error)) from None


def read_numbers(row: Row, plan: NumberPlan) -> list[PhoneNumber]:
    """The numbers of its contacts, which may be written as in Korea: 010-1234-5678. Raises `BadLine`."""
    try:
        return [read_number(as_written_in_korea(contact.number), plan) for contact in row.contacts]
    except Refusal as refusal:
        raise BadLine(refusal.errors) from None


def _from_json(line: bytes) -> Any:
    try:
        document = orjson.loads(line)
        errors = repeated_fields(line, _fields_in(document))
    except (orjson.JSONDecodeError, RecursionError):
        raise BadLine([FieldError("line", "JSON이 아닙니다.", "This is not JSON.")]) from None
    if errors:
        raise BadLine(errors)
    return document


def _fields_in(document: Any) -> int:
    """Of the customer and of the contacts, if it is one."""
    if not isinstance(document, dict):
        return 0
    contacts = document.get("contacts")
    within = contacts if isinstance(contacts, list) else []
    return len(document) + sum(len(contact) for contact in within if isinstance(contact, dict))


def _from_csv(line: bytes, columns: Sequence[str]) -> dict[str, Any]:
    try:
        values = csv_values(line.decode())
    except UnicodeDecodeError:
        raise BadLine([FieldError("line", *_NOT_UTF_8)]) from None
    except csv.Error:
        raise BadLine([FieldError("line", "CSV가 아닙니다.", "This is not CSV.")]) from None
    if len(values) != len(columns):
        told = (f"{len(columns)}개 항목이 있어야 합니다.", f"Give {len(columns)} fields.")
        raise BadLine([FieldError("line", *told)])
    row: dict[str, Any] = {name: value for name, value in zip(columns, values, strict=True) if value}
    row["online_consent"] = _TRUE_OR_FALSE.get(row.get("online_consent", ""))
    number, label = row.pop("number", None), row.pop("label", "mobile")
    if number is not None:
        row["contacts"] = [{"number": number, "label": label}]
    return row


def csv_values(line: str) -> list[str]:
    """The fields of one line. Most have no quotation marks, and are cut at their commas."""
    text = line.removesuffix("\n").removesuffix("\r")
    if '"' in text or "\r" in text or not text:
        return next(csv.reader([line], strict=True))
    return text.split(",")
