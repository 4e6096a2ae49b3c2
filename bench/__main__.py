"""`./run bench`: measures the whole product path beside the least such a service can cost, in the same run.

Prints a table of what was measured, what it was compared with and the goal; writes `bench/results/WORD.json` and, for
the curves, `docs/images/bench-*.svg`.
"""

import argparse
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import uvloop

from bench.measures import MEASURES
from bench.plots import svg
from bench.rows import Measured, Row
from bench.session import Session, machine
from gateway.cli.commands import named_path
from tools.bootstrap import SetupError

_RESULTS = Path(__file__).parent / "results"
_PLOTS = Path(__file__).parent.parent / "docs" / "images"
_WORSE = 4 / 3
"""A ratio that fell by more than a third: noise of a shared machine stays below it."""


async def run(words: list[str], *, quick: bool, customers: int) -> dict[str, Measured]:
    """Each measurement by its word, one after the other."""
    measured = {}
    for word in words:
        print(f"{word}: {MEASURES[word].about}", file=sys.stderr)
        with tempfile.TemporaryDirectory(prefix="bonin-bench-") as directory:
            measured[word] = await MEASURES[word].run(Session(Path(directory), quick, customers))
    return measured


def default_words(*, quick: bool) -> list[str]:
    """What is measured when nothing is named."""
    return [word for word, one in MEASURES.items() if not one.is_by_name and (one.is_quick or not quick)]


def write(measured: dict[str, Measured], on: dict[str, str | float], results: Path, *, quick: bool) -> None:
    """One JSON file for each measurement; plots of a whole run only."""
    results.mkdir(parents=True, exist_ok=True)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    for word, figures in measured.items():
        document = {"measured_at": at, "quick": quick, "machine": on, **figures.document()}
        (results / f"{word}.json").write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n")
        if not quick:
            for name, curve in figures.curves.items():
                (_PLOTS / f"bench-{name}.svg").write_text(svg(curve), encoding="utf-8")


def show(measured: dict[str, Measured], on: dict[str, str | float]) -> None:
    print(f"\n{on['cpu']}, {on['cores']} cores, load {on['load_before']} before; {on['system']}; {on['store']}\n")
    print(f"{'':44} {'measured':>12} {'goal':>10}")
    for figures in measured.values():
        for row in figures.rows:
            print(_line(row))
            for name, figure in row.details.items():
                print(f"    {name:40} {figure:12,.1f}")


def _line(row: Row) -> str:
    sign = "≥" if row.more_is_better else "≤"
    goal = "" if row.goal is None else f"{sign} {row.goal:g}"
    verdict = {None: "", True: "reached", False: "not reached"}[row.reached]
    beside = f"  ({row.compared_with})" if row.compared_with else ""
    return f"{row.name:44} {row.value:10,.2f} {row.unit:<2} {goal:>9}  {verdict}{beside}"


def fallen(measured: dict[str, Measured], baseline: dict[str, Any]) -> list[str]:
    """The steady ratios that are worse by more than a third than in `baseline`, in words."""
    known = {row["name"]: row["value"] for figures in baseline.values() for row in figures["rows"]}
    rows = [row for figures in measured.values() for row in figures.rows if row.is_steady and row.name in known]
    return [
        f"{row.name}: {row.value:.2f} ×, and was {known[row.name]:.2f} ×"
        for row in rows
        if row.worse_than(known[row.name]) > _WORSE
    ]


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run bench", description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "words", nargs="*", metavar="WORD", help=f"some of {', '.join(MEASURES)}; by default all but peer"
    )
    parser.add_argument("--quick", action="store_true", help="less of each, in under two minutes")
    parser.add_argument("--customers", type=int, default=1_000_000, metavar="N", help="the most to fill a store with")
    parser.add_argument("--results", type=named_path, default=_RESULTS, help="where the JSON goes")
    parser.add_argument(
        "--against", type=named_path, metavar="FOLDER", help="fail when a ratio is a third worse than there"
    )
    arguments = parser.parse_args()
    if unknown := set(arguments.words) - set(MEASURES):
        parser.error(f"there is no measurement {', '.join(sorted(unknown))}; there are {', '.join(MEASURES)}")
    words = arguments.words or default_words(quick=arguments.quick)
    earlier = arguments.against.glob("*.json") if arguments.against else ()
    baseline = {path.stem: orjson.loads(path.read_bytes()) for path in earlier}
    on = machine()
    try:
        measured = uvloop.run(run(words, quick=arguments.quick, customers=arguments.customers))
    except SetupError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    show(measured, on)
    write(measured, on, arguments.results, quick=arguments.quick)
    for sentence in (problems := fallen(measured, baseline)):
        print(f"worse by more than a third: {sentence}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
