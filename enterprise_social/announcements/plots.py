"""The curve of an announcement as coordinates of an SVG plot.

Nothing is drawn here: the template writes the elements, and every plot has its table beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from enterprise_social.announcements.queries.board import Point

LEFT, TOP = 36.0, 12.0
LETTERING = 16.0  # a line of words
STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400,
         172800, 604800)  # fmt: skip


@dataclass(frozen=True)
class Mark:
    """A line of the grid with what is written at it."""

    position: float
    text: str


@dataclass(frozen=True)
class Line:
    """One course: the points of a polyline, and where it ends."""

    points: str
    x: float
    y: float
    label_y: float
    share: int


@dataclass(frozen=True)
class Plot:
    """All that a plot shows, in units of its view box."""

    width: int
    height: int
    left: float
    right: float
    top: float
    bottom: float
    shares: Sequence[Mark]
    times: Sequence[Mark]
    lines: dict[str, Line]
    area: str
    due: float | None


def plot(
    points: Sequence[Point],
    recipients: int,
    due_at: datetime | None,
    zone: ZoneInfo,
    *,
    width: int = 960,
    height: int = 288,
    times: int = 8,
) -> Plot | None:
    """Return the plot of a course, or None where there is nothing to show yet.

    Times are written in ``zone``. The axis goes on to the deadline where that is not too far ahead.
    """
    if len(points) < 2 or recipients == 0:
        return None
    begin, here = points[0].at, points[-1].at
    end = here
    if due_at is not None and here < due_at <= here + 4 * max(here - begin, timedelta(minutes=15)):
        end = due_at
    seconds = max(1.0, (end - begin).total_seconds())
    right, bottom = width - (8.0 if end > here else 124.0), height - 28.0

    def x(moment: datetime) -> float:
        return round(LEFT + (moment - begin).total_seconds() / seconds * (right - LEFT), 1)

    def y(number: int) -> float:
        return round(bottom - number / recipients * (bottom - TOP), 1)

    lines: dict[str, Line] = {}
    for name in ("reached", "seen", "answered"):
        courses = [(x(point.at), y(getattr(point, name))) for point in points]
        last = getattr(points[-1], name)
        share = 100 if last >= recipients else min(99, last * 100 // recipients)
        text = " ".join(f"{a:g},{b:g}" for a, b in courses)
        lines[name] = Line(text, courses[-1][0], courses[-1][1], courses[-1][1], share)
    lines = _apart(lines, bottom)
    first = lines["answered"] if points[-1].answered else lines["seen"]
    area = f"{LEFT:g},{bottom:g} {first.points} {first.x:g},{bottom:g}"
    shares = [
        Mark(round(bottom - share / 100 * (bottom - TOP), 1), str(share))
        for share in (0, 25, 50, 75, 100)
    ]
    due = x(due_at) if due_at is not None and end == due_at else None
    return Plot(
        width, height, LEFT, right, TOP, bottom,
        shares,
        _times(begin, end, zone, x, times), lines, area, due,
    )  # fmt: skip


def _apart(lines: dict[str, Line], bottom: float) -> dict[str, Line]:
    """Keep the words at the ends of the courses from covering one another.

    Downwards first, then up again from the bottom, where the lowest stays on the plot.
    """
    order = sorted(lines, key=lambda name: (lines[name].y, list(lines).index(name)))
    places: list[float] = []
    for name in order:
        places.append(max(lines[name].y, places[-1] + LETTERING if places else TOP))
    for index in reversed(range(len(places))):
        below = places[index + 1] - LETTERING if index + 1 < len(places) else bottom
        places[index] = min(places[index], below)
    return {
        name: replace(lines[name], label_y=place) for name, place in zip(order, places, strict=True)
    }


def _times(
    begin: datetime, end: datetime, zone: ZoneInfo, x: Callable[[datetime], float], most: int
) -> list[Mark]:
    seconds = (end - begin).total_seconds()
    step = next((each for each in STEPS if seconds / each <= most), STEPS[-1])
    pattern = "%d.%m." if step >= 86400 else "%H:%M" if step >= 60 else "%H:%M:%S"
    moments = [begin + timedelta(seconds=step * index) for index in range(int(seconds // step) + 1)]
    return [Mark(x(moment), moment.astimezone(zone).strftime(pattern)) for moment in moments]
