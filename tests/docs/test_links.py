from pathlib import Path

import pytest

from tests.docs.documents import DOCUMENTS, ROOT, anchors, links, name_of

IMAGE_BYTES = 300_000


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_a_link_leads_somewhere(document: Path) -> None:
    def leads_nowhere(link: str) -> bool:
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        outside = not target.is_relative_to(ROOT)
        return outside or not target.exists() or (anchor != "" and anchor not in anchors(target))

    inside = [link for link in links(document) if "://" not in link]
    assert [link for link in inside if leads_nowhere(link)] == []


def test_every_document_is_reached_from_the_readme() -> None:
    reached, ahead = set(), [ROOT / "README.md"]
    while ahead:
        document = ahead.pop()
        if document in reached:
            continue
        reached.add(document)
        targets = [(document.parent / link.partition("#")[0]).resolve() for link in links(document) if link[0] != "#"]
        ahead += [target for target in targets if target.suffix == ".md"]
        ahead += [page for target in targets if target.name == "adr" for page in target.glob("*.md")]
    assert set(DOCUMENTS) - reached == set()


def test_pictures_are_shown_and_small() -> None:
    shown = {(document.parent / link).resolve() for document in DOCUMENTS for link in links(document)}
    for picture in (ROOT / "docs" / "images").iterdir():
        assert picture in shown
        assert picture.stat().st_size < IMAGE_BYTES
