"""Lines of CSV (RFC 4180) that a spreadsheet reads as text: no cell of ours can become a formula there."""

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime

_FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")
"""What spreadsheets take for the beginning of a formula (OWASP, CSV injection)."""
_BYTE_ORDER_MARK = "\ufeff"
_LEAST_TIME = 10**12


def csv_line(cells: Iterable[object], *, first: bool = False) -> bytes:
    """One line; the first of a file marks it as UTF-8 for Excel. Integers as great as a time in ms become times."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([_cell(cell) for cell in cells])
    return ((_BYTE_ORDER_MARK if first else "") + line.getvalue()).encode()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, int):
        return datetime.fromtimestamp(value / 1000, UTC).isoformat() if value >= _LEAST_TIME else str(value)
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA_BEGINS) else text
