"""The curve of an announcement, as coordinates: true, and readable where lines lie close."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from enterprise_social.announcements.plots import LETTERING, Plot, plot
from enterprise_social.announcements.queries.board import Point

BEGIN = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
OSLO = ZoneInfo("Europe/Oslo")


def course(*numbers: tuple[int, int, int]) -> list[Point]:
    """A point every quarter of an hour."""
    return [Point(BEGIN + n * timedelta(minutes=15), *each) for n, each in enumerate(numbers)]


def drawn(points: list[Point], recipients: int, due_at: datetime | None = None) -> Plot:
    found = plot(points, recipients, due_at, OSLO)
    assert found is not None
    return found


def test_lines_rise_to_their_share_and_time_goes_to_the_right() -> None:
    found = drawn(course((0, 0, 0), (50, 20, 0), (100, 60, 30)), 100)
    height = found.bottom - found.top
    assert found.lines["reached"].y == found.top
    assert found.lines["answered"].y == pytest.approx(found.bottom - 0.3 * height, abs=0.1)
    assert [line.share for line in found.lines.values()] == [100, 60, 30]
    across = [float(each.split(",")[0]) for each in found.lines["seen"].points.split()]
    assert across == sorted(across)
    assert (across[0], across[-1]) == (found.left, found.right)
    assert [mark.text for mark in found.times][:2] == ["09:00", "09:05"]


def test_the_axis_is_even_for_two_people_and_nearly_all_is_not_all() -> None:
    found = drawn(course((0, 0, 0), (2, 2, 0)), 2)
    steps = [a.position - b.position for a, b in pairwise(found.shares)]
    assert max(steps) - min(steps) < 0.2
    assert drawn(course((0, 0, 0), (19_999, 0, 0)), 20_000).lines["reached"].share == 99


@pytest.mark.parametrize(
    "last", [(0, 0, 0), (100, 100, 100), (50, 50, 50), (3, 2, 1), (99, 98, 97)]
)
def test_words_at_the_ends_never_cover_one_another(last: tuple[int, int, int]) -> None:
    found = drawn(course((0, 0, 0), last), 100)
    places = sorted(line.label_y for line in found.lines.values())
    assert all(b - a >= LETTERING for a, b in pairwise(places))
    assert places[-1] <= found.bottom
    assert places[0] >= found.top - 2 * LETTERING


def test_the_deadline_is_shown_where_it_is_not_far_ahead() -> None:
    points = course((0, 0, 0), (1, 1, 1))
    soon = drawn(points, 2, BEGIN + timedelta(hours=1))
    assert soon.due == soon.right
    assert soon.lines["seen"].x < soon.right
    assert drawn(points, 2, BEGIN + timedelta(days=30)).due is None
    assert plot(points[:1], 2, None, OSLO) is None
