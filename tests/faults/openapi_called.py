"""Every operation of the served OpenAPI document is called as it says, and as it forbids (schemathesis, all checks).

A server error, an answer that the document does not know, a wrong body that is taken and a right one that is not,
a route that forgets to ask for the key: each is a violation.
"""

import asyncio
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

from tests.faults.harness.fault import Fault, Trial
from tests.faults.harness.installation import Installation, installation

_PHASES = "examples,coverage,fuzzing,stateful"
_CONFIG = Path(__file__).parent / "openapi" / "schemathesis.toml"
_CASES = re.compile(r"([0-9,]+) generated")


async def run(trial: Trial) -> None:
    async with installation(trial.directory) as bonin:
        said = await _schemathesis(trial, bonin)
        report = trial.directory / "schemathesis.xml"
        if not report.exists():
            trial.ledger.violated(f"schemathesis ended without a report: {said[-500:]}")
            return
        for failure in _failures(report):
            trial.ledger.violated(failure)
        generated = _CASES.search(said)
        trial.notes.append(f"{generated[1] if generated else '?'} calls")
        trial.advance(trial.dose)


async def _schemathesis(trial: Trial, bonin: Installation) -> str:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "schemathesis.cli", "--config-file", str(_CONFIG),
        "run", f"{bonin.gateways[0].url}/openapi.json",
        "--header", f"Authorization: Bearer {bonin.key}", "--checks", "all", "--max-examples", str(trial.dose),
        "--phases", "examples,fuzzing" if trial.is_short else _PHASES, "--continue-on-failure", "--no-shrink",
        "--generation-database", "none", "--no-color",
        "--report", "junit", "--report-junit-path", str(trial.directory / "schemathesis.xml"),
        cwd=trial.directory, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    (trial.directory / "schemathesis.txt").write_bytes(said)
    return said.decode(errors="replace")


def _failures(report: Path) -> list[str]:
    """One line for each operation that failed a check."""
    found = []
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314
        for problem in (*case.iter("failure"), *case.iter("error")):
            text = " ".join((problem.get("message") or problem.text or "").split())
            found.append(f"{case.get('name')}: {text[:300]}")
    return found


OPENAPI_CALLED = Fault(
    "openapi-called", "every operation of the OpenAPI document, called rightly and wrongly", "examples each",
    full=100, short=2, run=run,
)  # fmt: skip
