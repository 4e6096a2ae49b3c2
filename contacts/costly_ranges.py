"""Foreign ranges that are never called or texted, whatever countries a firm allows.

Whoever holds a costly number earns a share of each call and text to it: international revenue share fraud. The table
beside this file names the ranges, each with the reason and the source. No firm needs them for its customers.
Others are abused as well, so every range has a cap and a watch besides (`gateway.core.sending`).
"""

import csv
from dataclasses import dataclass
from pathlib import Path

_TABLE = Path(__file__).with_name("costly_ranges.csv")


@dataclass(frozen=True, slots=True)
class CostlyRange:
    """The numbers that begin with `prefix`."""

    prefix: str
    what: str
    why: str
    source: str


def read_ranges() -> tuple[CostlyRange, ...]:
    with _TABLE.open(encoding="utf-8", newline="") as table:
        return tuple(CostlyRange(row["range"], row["what"], row["why"], row["source"]) for row in csv.DictReader(table))


_PREFIXES = tuple(one.prefix for one in read_ranges())


def is_costly(e164: str) -> bool:
    return e164.startswith(_PREFIXES)
