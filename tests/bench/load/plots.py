"""Plots as SVG, readable on a light and on a dark page; no library draws them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

Points = Sequence[tuple[float, float]]
WIDTH, HEIGHT = 760, 320
LEFT, RIGHT, TOP, BOTTOM = 64, 176, 42, 44
# Told apart by hue and by lightness (after Okabe and Ito), on white and on black.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#a08000", "#56a0d0", "#8c8c8c")
STYLE = """
text{font:12px system-ui,sans-serif;fill:#333}.title{font-size:14px;font-weight:600}
.line{fill:none;stroke-width:1.6}
.grid{stroke:#ddd}.axis{stroke:#999}.aim{stroke:#b00;stroke-dasharray:5 4}
@media(prefers-color-scheme:dark){text{fill:#ddd}.grid{stroke:#444}.axis{stroke:#888}
.aim{stroke:#f66}}"""


def lines(
    title: str,
    series: Mapping[str, Points],
    *,
    across: str,
    up: str,
    logarithmic: bool = False,
    aim: float | None = None,
    dots: bool = False,
) -> str:
    """Return a plot with a line for each series.

    ``across`` and ``up`` name the axes with their units; ``aim`` is drawn as a level.
    """
    every = [point for points in series.values() for point in points]
    if not every:
        return _frame(title, "")
    xs = [x for x, _y in every]
    ys = [y for _x, y in every if not logarithmic or y > 0] or [1.0]
    low_x, high_x = min(xs), max(max(xs), min(xs) + 1e-9)
    low_y = min([*ys, aim or ys[0]]) if logarithmic else 0.0
    high_y = max([*ys, aim or 0.0, 1e-9])
    marks_y = _decades(low_y, high_y) if logarithmic else _round(low_y, high_y)
    low_y, high_y = min(low_y, marks_y[0]), max(high_y, marks_y[-1])

    def at_x(x: float) -> float:
        return LEFT + (x - low_x) / (high_x - low_x) * (WIDTH - LEFT - RIGHT)

    def at_y(y: float) -> float:
        if logarithmic:
            share = math.log(max(y, low_y) / low_y) / math.log(high_y / low_y)
        else:
            share = (y - low_y) / (high_y - low_y)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

    parts = [_grid(marks_y, at_y), _scale(_round(low_x, high_x), at_x, low_x, high_x)]
    for number, (name, points) in enumerate(series.items()):
        colour = COLOURS[number % len(COLOURS)]
        drawn = " ".join(f"{at_x(x):.1f},{at_y(y):.1f}" for x, y in points)
        parts.append(f'<polyline class="line" points="{drawn}" stroke="{colour}"/>')
        if dots:
            parts += [
                f'<circle cx="{at_x(x):.1f}" cy="{at_y(y):.1f}" r="3" fill="{colour}"/>'
                for x, y in points
            ]
        row = TOP + 8 + 18 * number
        parts.append(
            f'<rect x="{WIDTH - RIGHT + 12}" y="{row - 4}" width="14" height="4" fill="{colour}"/>'
            f'<text x="{WIDTH - RIGHT + 32}" y="{row + 2}">{escape(name)}</text>'
        )
    if aim is not None:
        level = f'y1="{at_y(aim):.1f}" y2="{at_y(aim):.1f}"'
        parts.append(f'<line class="aim" x1="{LEFT}" x2="{WIDTH - RIGHT}" {level}/>')
    parts.append(
        f'<text x="{LEFT}" y="{HEIGHT - 8}">{escape(across)}</text>'
        f'<text x="{LEFT}" y="{TOP - 10}">{escape(up)}</text>'
    )
    return _frame(title, "".join(parts))


def write(path: Path, svg: str) -> None:
    """Write a plot."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(svg + "\n")


def shares(values: Sequence[float]) -> list[tuple[float, float]]:
    """Return which value (in ms) each share of the values (in %) stays below."""
    ordered = sorted(values)
    if not ordered:
        return []
    marks = [*range(99), *(99 + n / 20 for n in range(20))]
    return [(p, ordered[min(len(ordered) - 1, int(p / 100 * len(ordered)))] * 1000) for p in marks]


def _frame(title: str, inside: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(title)}"><style>{STYLE}</style>'
        f'<text class="title" x="{LEFT}" y="14">{escape(title)}</text>{inside}</svg>'
    )


def _grid(marks: Sequence[float], at: object) -> str:
    found = []
    for mark in marks:
        y = at(mark)  # type: ignore[operator]
        found.append(
            f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{_short(mark)}</text>'
        )
    return "".join(found)


def _scale(marks: Sequence[float], at: object, low: float, high: float) -> str:
    foot = HEIGHT - BOTTOM
    found = [f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{foot}" y2="{foot}"/>']
    found += [
        f'<text x="{at(mark):.1f}" y="{foot + 16}" text-anchor="middle">{_short(mark)}</text>'  # type: ignore[operator]
        for mark in marks
        if low <= mark <= high
    ]
    return "".join(found)


def _round(low: float, high: float) -> list[float]:
    """Return some four to eight round numbers that span both."""
    step = 10 ** math.floor(math.log10(max(high - low, 1e-9) / 4))
    for factor in (1, 2, 5, 10):
        if (high - low) / (step * factor) <= 8:
            step *= factor
            break
    first = math.floor(low / step)
    return [step * n for n in range(first, math.ceil(high / step) + 1)]


def _decades(low: float, high: float) -> list[float]:
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    return [10.0**n for n in range(first, max(last, first + 1) + 1)]


def _short(value: float) -> str:
    if value and abs(value) < 0.01:
        return f"{value:.0e}"
    return f"{value:,.0f}" if abs(value) >= 10 or value == int(value) else f"{value:.2g}"
