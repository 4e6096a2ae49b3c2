"""`./run faults`: does to real processes what may happen to them, and counts the promises that did not hold."""

import argparse
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import orjson
import uvloop

from gateway.cli.commands import named_path
from tests.faults.catalogue import FAULTS
from tests.faults.harness.document import write
from tests.faults.harness.fault import Fault, Outcome
from tests.faults.harness.showing import Progress, lines
from tests.faults.harness.trying import FULL, dose_of, give


def main() -> int:
    """Exit code 1 when anything that is promised did not hold."""
    arguments = _arguments()
    outcomes: list[Outcome] = []
    try:
        for fault in arguments.names or FAULTS:
            outcomes.append(_give(fault, arguments.dose))
            if arguments.json is not None:
                arguments.json.write_bytes(orjson.dumps([asdict(one) for one in outcomes], option=orjson.OPT_INDENT_2))
    except KeyboardInterrupt:
        print("\nstopped")
    print("\n".join(["", *lines(outcomes)]))
    if arguments.write:
        write(outcomes)
    return 1 if any(outcome.violations for outcome in outcomes) else 0


def _give(fault: Fault, dose: str) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="bonin-faults-", ignore_cleanup_errors=True) as directory:
        progress = Progress(fault, dose_of(fault, dose))
        outcome = uvloop.run(give(fault, dose, Path(directory), progress))
    progress.end(outcome)
    return outcome


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run faults", description=__doc__)
    parser.add_argument("names", nargs="*", type=_fault, metavar="NAME", help=", ".join(one.name for one in FAULTS))
    parser.add_argument("--dose", type=_dose, default=FULL, help="short, full, or a fraction of the full dose")
    parser.add_argument("--json", type=named_path, metavar="FILE", help="write what came of it there as well")
    parser.add_argument("--write", action="store_true", help="write it into the table of docs/reliability.md")
    return parser.parse_args()


def _fault(name: str) -> Fault:
    for fault in FAULTS:
        if fault.name == name:
            return fault
    raise argparse.ArgumentTypeError(f"there is no fault {name!r}")


def _dose(text: str) -> str:
    try:
        dose_of(FAULTS[0], text)
    except ValueError as refused:
        raise argparse.ArgumentTypeError(str(refused)) from None
    return text


if __name__ == "__main__":
    sys.exit(main())
