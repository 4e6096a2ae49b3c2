"""Writes what was measured into the table of docs/reliability.md."""

import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from tests.faults.harness.fault import Outcome

DOCUMENT = Path(__file__).parents[3] / "docs" / "reliability.md"
_GIVEN = 3
"""The first column that a run fills in; those before it are the fault's own."""


def cells(outcome: Outcome) -> list[str]:
    """What a run says of a fault: how much of the dose was given, violations, time, and what was measured besides."""
    measured = "; ".join([*outcome.notes, *outcome.examples[:2]]).replace("|", "/") or "–"
    return [f"{outcome.done:,}", f"**{outcome.violations:,}**", f"{outcome.seconds:,.0f} s", measured]


def write(outcomes: list[Outcome], document: Path = DOCUMENT) -> None:
    """Replace the rows of these faults, and say where and when. Other rows stay as they are."""
    found = {outcome.fault: outcome for outcome in outcomes}
    lines = [_line(line, found) for line in document.read_text(encoding="utf-8").splitlines()]
    document.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _line(line: str, found: Mapping[str, Outcome]) -> str:
    if line.startswith("Measured on "):
        return _where_and_when()
    row = [cell.strip() for cell in line.strip("|").split("|")]
    outcome = found.get(row[0].strip("`")) if line.startswith("| `") else None
    return line if outcome is None else "| " + " | ".join([*row[:_GIVEN], *cells(outcome)]) + " |"


def _where_and_when() -> str:
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d}: {platform.system()} {platform.machine()}, "
        f"{os.cpu_count()} cores, {gigabytes:.0f} GiB, Python {platform.python_version()}."
    )
