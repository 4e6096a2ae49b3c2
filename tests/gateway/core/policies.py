"""Policies and facts for tests: the packaged ones, with what a test changes."""

from pathlib import Path
from typing import Any

from contacts.models import ContactMethod, CustomerKind
from gateway.core.facts import NOT_ASKED, ContactFacts, Facts, Known
from gateway.core.operations import Operation
from gateway.core.policy import Policy
from gateway.core.policy_files import load_policy

PACKAGED = load_policy()
PACKAGED_FOLDER = Path(__file__).parents[3] / "gateway" / "policy"

MOBILE = ContactFacts("con_mobile", (ContactMethod.SMS, ContactMethod.ARS, ContactMethod.SMS_REPLY))
LANDLINE = ContactFacts("con_landline", (ContactMethod.ARS,))
UNVERIFIED = ContactFacts("con_unverified", ())
STOPPED = {"extra_authentication": "refused", "methods": "", "exemptions": "", "valid_for": "", "per_day": ""}
"""The cells of an operation that a firm has stopped."""


def facts(operation: Operation = Operation.ISSUE, **changes: Any) -> Facts:
    """An individual who consented, with a mobile of their own, at noon; with `changes`."""
    given: dict[str, Any] = {
        "kind": CustomerKind.INDIVIDUAL,
        "online_consent": True,
        "locked": False,
        "exemption": NOT_ASKED,
        "auto_connected": Known.UNKNOWN,
        "contacts": (MOBILE,),
        "branch_password": False,
        "hour": 12,
        "opened_today": 0,
    }
    return Facts(operation=operation, **given | changes)


def copy_of_the_packaged(folder: Path) -> Path:
    """The three packaged files, to be changed."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in PACKAGED_FOLDER.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    return folder


def with_row(folder: Path, operation: str, /, **cells: str) -> Path:
    """The packaged policy in `folder`, with these cells of the individuals' row of one operation changed."""
    table = copy_of_the_packaged(folder) / "operations.csv"
    heading, *lines = table.read_text(encoding="utf-8").splitlines()
    columns = heading.split(",")
    for number, line in enumerate(lines):
        row = dict(zip(columns, line.split(",", len(columns) - 1), strict=True))
        if (row["operation"], row["customer"]) == (operation, "individual"):
            lines[number] = ",".join((row | cells).values())
    table.write_text("\n".join([heading, *lines]) + "\n", encoding="utf-8")
    return folder


def policy_with(folder: Path, operation: Operation = Operation.ISSUE, /, **cells: str) -> Policy:
    return load_policy(with_row(folder, operation, **cells))
