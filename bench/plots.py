"""Line charts as SVG that read on light and on dark paper. Small, because nothing else is drawn here."""

import math
from collections.abc import Callable, Sequence
from xml.sax.saxutils import escape

from bench.rows import Curve

_WIDTH, _HEIGHT = 640, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 24, 40, 48
_COLOURS = ("#2a78d6", "#d9662b", "#2b9a66", "#8a5cd1")
_STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#57606a}.title{font-weight:600;font-size:14px;fill:#24292f}"
    ".grid{stroke:#8c959f;stroke-opacity:.3}.line{fill:none;stroke-width:2}"
    "@media(prefers-color-scheme:dark){text{fill:#9198a1}.title{fill:#f0f6fc}}"
)


def svg(curve: Curve) -> str:
    """The curve as a document."""
    points = [point for line in curve.lines.values() for point in line]
    xs, ys = sorted({x for x, _ in points}), [y for _, y in points]
    top = _nice(max(ys))
    across = _scale(xs[0], xs[-1], _LEFT, _WIDTH - _RIGHT, logarithmic=curve.logarithmic_x)
    up = _scale(0, top, _HEIGHT - _BOTTOM, _TOP)
    parts = [_axis_y(top, up), _axis_x(_ticks(xs, curve.logarithmic_x), across), _names(curve)]
    for number, (name, line) in enumerate(curve.lines.items()):
        parts.append(_line(name, [(across(x), up(y)) for x, y in line], _COLOURS[number % len(_COLOURS)], number))
    size = f'viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}"'
    title = escape(curve.title)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{title}"><style>{_STYLE}</style>'
    return "\n".join([head, *parts, "</svg>", ""])


def _scale(low: float, high: float, start: float, end: float, *, logarithmic: bool = False) -> Callable[[float], float]:
    bend: Callable[[float], float] = math.log10 if logarithmic else float
    first, span = bend(low), (bend(high) - bend(low)) or 1.0
    return lambda value: round(start + (bend(value) - first) / span * (end - start), 1)


def _nice(value: float) -> float:
    """The next of 1, 2, 2.5, 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value or 1.0))
    return next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= value)


def _ticks(xs: Sequence[float], logarithmic: bool) -> Sequence[float]:
    if logarithmic or len(xs) < 3:
        return xs
    top = _nice(xs[-1])
    return [xs[0], *(top * share for share in (0.25, 0.5, 0.75, 1) if xs[0] * 1.2 < top * share <= xs[-1])]


def _axis_y(top: float, up: Callable[[float], float]) -> str:
    rows = []
    for share in (0, 0.25, 0.5, 0.75, 1):
        y = up(top * share)
        rows.append(f'<path class="grid" d="M{_LEFT} {y}H{_WIDTH - _RIGHT}"/>')
        rows.append(f'<text x="{_LEFT - 8}" y="{y + 4}" text-anchor="end">{top * share:,g}</text>')
    return "".join(rows)


def _axis_x(ticks: Sequence[float], across: Callable[[float], float]) -> str:
    y = _HEIGHT - _BOTTOM + 18
    return "".join(f'<text x="{across(x)}" y="{y}" text-anchor="middle">{x:,.0f}</text>' for x in ticks)


def _names(curve: Curve) -> str:
    return (
        f'<text class="title" x="{_LEFT}" y="20">{escape(curve.title)}</text>'
        f'<text x="{_WIDTH - _RIGHT}" y="{_HEIGHT - 8}" text-anchor="end">{escape(curve.x)}</text>'
        f'<text x="8" y="{_TOP - 8}">{escape(curve.y)}</text>'
    )


def _line(name: str, points: Sequence[tuple[float, float]], colour: str, number: int) -> str:
    path = "M" + "L".join(f"{x} {y}" for x, y in points)
    dots = "".join(f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>' for x, y in points)
    x = _WIDTH - _RIGHT - 90 * (number + 1)
    key = f'<circle cx="{x}" cy="16" r="4" fill="{colour}"/><text x="{x + 8}" y="20">{escape(name)}</text>'
    return f'<path class="line" stroke="{colour}" d="{path}"/>{dots}{key}'
