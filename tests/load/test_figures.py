"""How the highest number is searched for, and what is drawn."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from tests.bench.load import plots
from tests.bench.load.search import highest


@pytest.mark.parametrize("limit", [500, 501, 1_234, 2_780, 5_990])
def test_the_highest_number_that_passes_is_found_and_has_passed_twice(limit: int) -> None:
    asked: list[int] = []

    def passes(people: int) -> bool:
        asked.append(people)
        return people <= limit

    found = highest(500, 6_000, 50, passes)
    assert found <= limit
    assert limit - found <= max(50, found * 0.05)
    assert asked.count(found) == 2 or found == 500
    assert len(asked) <= 10


def test_one_lucky_pass_is_not_believed() -> None:
    luck = {2_000: [True, False]}

    def passes(people: int) -> bool:
        return luck[people].pop(0) if people in luck else people <= 1_100

    assert 1_000 <= highest(1_000, 3_000, 100, passes) <= 1_100


def test_nothing_is_found_where_the_least_does_not_pass() -> None:
    assert highest(500, 6_000, 100, lambda _people: False) == 0


@pytest.mark.parametrize("logarithmic", [False, True])
def test_a_plot_is_well_formed_and_keeps_within_its_frame(logarithmic: bool) -> None:
    series = {"a & b": [(0.0, 3.0), (5.0, 900.0)], "c < d": [(2.0, 0.0)], "none": []}
    drawn = plots.lines(
        "<Latency>", series, across="s", up="ms", logarithmic=logarithmic, aim=500.0, dots=True
    )
    root = ElementTree.fromstring(drawn)
    points = [
        tuple(map(float, point.split(",")))
        for line in root.iter("{http://www.w3.org/2000/svg}polyline")
        for point in line.attrib["points"].split()
    ]
    assert len(points) == 3
    assert all(0 <= x <= plots.WIDTH and 0 <= y <= plots.HEIGHT for x, y in points)
    assert ElementTree.fromstring(plots.lines("Nothing", {}, across="s", up="ms")) is not None


def test_the_shares_of_a_distribution_rise_to_the_longest() -> None:
    found = plots.shares([n / 1_000 for n in range(1, 1_001)])
    assert found[50] == (50, 501.0)
    assert [value for _share, value in found] == sorted(value for _share, value in found)
