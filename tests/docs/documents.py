"""The documents as data: their blocks, links, headings and tables."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@dataclass(frozen=True)
class Block:
    """A fenced block. `kind` is its first line, such as `sh run`; `shown` is the output shown after it, if any."""

    document: str
    kind: str
    text: str
    shown: str = ""

    def __str__(self) -> str:
        return f"{self.document}: {self.text.splitlines()[0]}"


def name_of(document: Path) -> str:
    return str(document.relative_to(ROOT))


def blocks(*kinds: str) -> list[Block]:
    """The blocks of these kinds in all documents; one that stands in several is taken once, with its output."""
    found: dict[str, Block] = {}
    for document in DOCUMENTS:
        for block in _blocks(document):
            if block.kind in kinds and (block.shown or block.text not in found):
                found[block.text] = block
    return list(found.values())


def _blocks(document: Path) -> Iterator[Block]:
    fences = re.findall(r"^```(.*)\n((?s:.*?))^```$", document.read_text(), re.M)
    for (kind, text), (next_kind, next_text) in zip_longest(fences, fences[1:], fillvalue=("", "")):
        yield Block(name_of(document), kind, text, next_text if next_kind == "text output" else "")


def prose(document: Path) -> str:
    """A document without its fenced blocks."""
    return re.sub(r"^```.*\n(?s:.*?)^```$", "", document.read_text(), flags=re.M)


def links(document: Path) -> list[str]:
    return re.findall(r"\]\(([^)\s]+)\)", prose(document))


def anchors(document: Path) -> set[str]:
    """What a link may have after `#`, as forges make it from headings."""
    headings = re.findall(r"^#+ (.+)$", prose(document), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def table(document: str, first_heading: str, below: str = "") -> list[list[str]]:
    """The cells of the first table below this line whose first column has this heading, without the headings."""
    text = (ROOT / document).read_text()
    lines = text[text.index(below) :].splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"| {first_heading} |"))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def words(text: str) -> list[str]:
    """What stands between backquotes."""
    return re.findall(r"`([^`]+)`", text)
