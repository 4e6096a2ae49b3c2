import re
from pathlib import Path

import pytest

from tests.docs.documents import ROOT, name_of

CHANGELOG = (ROOT / "CHANGELOG.md").read_text()
DECISIONS = sorted((ROOT / "docs" / "adr").glob("*.md"))
RELEASE = re.compile(r"\[([0-9]+)\.([0-9]+)\.([0-9]+)\] - [0-9]{4}-[0-9]{2}-[0-9]{2}")
KINDS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_the_changelog_has_releases_newest_first_below_what_is_unreleased() -> None:
    releases = re.findall(r"^## (.+)$", CHANGELOG, re.M)
    assert releases[0] == "[Unreleased]"
    dated = [RELEASE.fullmatch(release) for release in releases[1:]]
    assert all(dated)
    versions = [tuple(map(int, release.groups())) for release in dated if release]
    assert versions == sorted(versions, reverse=True)


def test_the_changelog_sorts_changes_by_kind() -> None:
    kinds = re.findall(r"^### (.+)$", CHANGELOG, re.M)
    assert kinds
    assert set(kinds) <= KINDS


@pytest.mark.parametrize("decision", DECISIONS, ids=name_of)
def test_a_decision_says_why_what_and_what_follows(decision: Path) -> None:
    title, *headings = re.findall(r"^#+ (.+)$", decision.read_text(), re.M)
    assert title.startswith(f"{int(decision.name[:4])}. ")
    assert headings == ["Context", "Decision", "Consequences"]


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [int(decision.name[:4]) for decision in DECISIONS] == list(range(1, len(DECISIONS) + 1))
