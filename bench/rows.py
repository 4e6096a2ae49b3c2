"""What a measurement comes to: a row beside its goal, and the curves behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. With a `goal` it should be at most that, or at least when `more_is_better`."""

    name: str
    value: float
    unit: str
    goal: float | None = None
    more_is_better: bool = False
    compared_with: str = ""
    is_steady: bool = False
    """A ratio of CPU times in one run: it means the same on a slow, loaded or other machine."""
    details: Mapping[str, float] = field(default_factory=dict)

    @property
    def reached(self) -> bool | None:
        if self.goal is None:
            return None
        return self.value >= self.goal if self.more_is_better else self.value <= self.goal

    def worse_than(self, other: float) -> float:
        """How many times worse than another value of the same row; below 1 it is better."""
        return other / self.value if self.more_is_better else self.value / other


@dataclass(frozen=True, slots=True)
class Curve:
    """Points to draw: `lines` by their name, each a list of (x, y)."""

    title: str
    x: str
    y: str
    lines: Mapping[str, Sequence[tuple[float, float]]]
    logarithmic_x: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    """What one measurement gives."""

    rows: Sequence[Row]
    curves: Mapping[str, Curve] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        rows = [{**asdict(row), "reached": row.reached} for row in self.rows]
        return {"rows": rows, "curves": {name: asdict(curve) for name, curve in self.curves.items()}}


class Rounds:
    """Figures of what was measured in turns, so that a noisy minute falls on all alike; their medians count."""

    def __init__(self) -> None:
        self._figures: dict[str, list[float]] = {}

    def note(self, name: str, figure: float) -> None:
        self._figures.setdefault(name, []).append(figure)

    def median(self, name: str) -> float:
        return median(self._figures[name])

    def medians(self) -> dict[str, float]:
        return {name: round(median(figures), 1) for name, figures in self._figures.items()}

    def ratio(self, name: str, to: str) -> float:
        """The median of the ratios within each round."""
        return median(one / other for one, other in zip(self._figures[name], self._figures[to], strict=True))
