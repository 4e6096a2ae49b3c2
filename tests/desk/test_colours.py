"""What must be seen to be used: where the focus is, and where a field is (WCAG 1.4.11)."""

import re
from itertools import product
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHEETS = ("desk/static/css/base.css", "gateway/ops/static/css/base.css", "carrier_sim/static/css/page.css")
FIELDS = ("--field", "--line-strong")
"""What borders a field, by its first name that a sheet has."""
GROUNDS = ("--card", "--bg", "--paper", "--ground")
LEAST = 3.0


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2) of `#rgb` or `#rrggbb`."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    shares = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def schemes(sheet: str) -> list[dict[str, str]]:
    """The colours of each scheme, by name."""
    text = (ROOT / sheet).read_text()
    blocks = re.findall(r":root[^{]*{([^}]*)}", text)
    return [dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{3,6});", block)) for block in blocks]


@pytest.mark.parametrize("sheet", SHEETS)
def test_focus_and_fields_stand_out_in_every_scheme(sheet: str) -> None:
    found = schemes(sheet)
    assert found
    for colours in found:
        field = next(name for name in FIELDS if name in colours)
        grounds = [name for name in GROUNDS if name in colours]
        for name, ground in product(("--blue", field), grounds):
            assert contrast(colours[name], colours[ground]) >= LEAST, (sheet, name, ground)


def test_the_focus_is_drawn_in_full_colour() -> None:
    for sheet in SHEETS:
        assert ":focus-visible { outline: 3px solid var(--blue);" in (ROOT / sheet).read_text()
