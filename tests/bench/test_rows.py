"""What the benchmarks make of their figures."""

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from typing import Any

import pytest

from bench.__main__ import fallen
from bench.plots import svg
from bench.rows import Curve, Measured, Rounds, Row


def baseline(**values: float) -> Mapping[str, Any]:
    return {"requests": {"rows": [{"name": name, "value": value} for name, value in values.items()]}}


@pytest.mark.parametrize(("value", "more", "reached"), [(1.2, False, True), (1.3, False, False), (1.3, True, True)])
def test_a_goal_is_reached_from_one_side(value: float, more: bool, reached: bool) -> None:
    assert Row("check", value, "×", 1.25, more_is_better=more).reached is reached


def test_a_row_without_a_goal_reaches_none() -> None:
    assert Row("check", 1.0, "×").reached is None


def test_only_steady_ratios_that_fell_by_more_than_a_third_fail() -> None:
    rows = [
        Row("check", 4.1, "×", is_steady=True),
        Row("create", 3.9, "×", is_steady=True),
        Row("faster", 0.7, "×", more_is_better=True, is_steady=True),
        Row("p99", 50.0, "×"),
        Row("unknown", 50.0, "×", is_steady=True),
    ]
    known = baseline(check=3.0, create=3.0, faster=1.0, p99=3.0)
    named = [sentence.partition(":")[0] for sentence in fallen({"requests": Measured(rows)}, dict(known))]
    assert named == ["check", "faster"]


def test_a_ratio_is_taken_within_each_round() -> None:
    rounds = Rounds()
    for slow in (1, 10, 1):  # a minute in which everything took ten times as long
        rounds.note("check", 3.0 * slow)
        rounds.note("ceiling", 1.0 * slow)
    assert rounds.ratio("check", "ceiling") == 3.0
    assert rounds.median("check") == 3.0


def test_a_curve_is_drawn_within_its_paper() -> None:
    curve = Curve("A <title>", "x", "y", {"one": [(1, 2.0), (10, 40.0), (100, 90.0)]}, logarithmic_x=True)
    drawn = ET.fromstring(svg(curve))  # noqa: S314 - our own
    dots = [one for one in drawn.iter("{http://www.w3.org/2000/svg}circle") if one.get("r") == "3"]
    assert [(0 <= float(dot.get("cx", "-1")) <= 640, 0 <= float(dot.get("cy", "-1")) <= 320) for dot in dots] == [
        (True, True)
    ] * 3
