"""Foreign ranges that are never called or texted, whatever countries a firm allows.

Whoever holds a costly number earns a share of each call and text to it: international revenue share fraud. The table
beside this file names the ranges, each with the reason and the source. Hardly any customer has a number in one of them.
Others are abused as well, so every range has a cap and a watch besides (`gateway.core.sending`).
"""

import csv
from pathlib import Path

_TABLE = Path(__file__).with_name("costly_ranges.csv").read_text(encoding="utf-8")
_PREFIXES = tuple(row["range"] for row in csv.DictReader(_TABLE.splitlines()))


def is_costly(e164: str) -> bool:
    return e164.startswith(_PREFIXES)
