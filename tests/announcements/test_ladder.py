"""The ladder and people's hours: every step at its time, in every zone, over clock changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from enterprise_social.announcements import ladder
from enterprise_social.core.errors import Invalid
from enterprise_social.people.quiet import Span, end_of_span, next_in_span

BEGIN = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
CRITICAL = ladder.DEFAULTS["critical"]
WEEKDAYS = (0, 1, 2, 3, 4)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_steps_come_at_their_times_and_then_repeat() -> None:
    moments = [ladder.moment_of_step(CRITICAL, BEGIN, index) for index in range(6)]
    minutes = [(moment - BEGIN).total_seconds() / 60 for moment in moments if moment]
    assert minutes == [0, 5, 10, 20, 50, 80]
    assert ladder.ways_of_step(CRITICAL, 3) == ["manager"]
    assert ladder.ways_of_step(CRITICAL, 5) == ["push", "email"]


def test_a_ladder_without_repetition_ends() -> None:
    routine = ladder.DEFAULTS["routine"]
    assert ladder.next_moment(routine, BEGIN, 0, BEGIN) is None
    assert ladder.ways_of_step(routine, 1) == []


def test_steps_that_were_slept_through_do_not_come_all_at_once() -> None:
    late = BEGIN + timedelta(hours=3)
    first = ladder.next_moment(CRITICAL, BEGIN, 0, late)
    assert first == late + ladder.SHORTEST_GAP
    assert ladder.next_moment(CRITICAL, BEGIN, 0, BEGIN) == BEGIN + timedelta(minutes=5)


@pytest.mark.parametrize(
    ("ways", "order", "tried", "possible", "chosen"),
    [
        (["app", "push"], ["push", "email"], set(), {"app", "push", "email"}, ["app", "push"]),
        # Without a way of the step, one's own next one takes its place.
        (["push"], ["push", "email"], set(), {"app", "email"}, ["email"]),
        (["push"], ["push", "email"], {"email"}, {"app", "email"}, []),
        (["next"], ["gateway", "email"], {"gateway"}, {"app", "email", "gateway"}, ["email"]),
        (["next", "email"], ["email"], set(), {"app", "email"}, ["email"]),
        (["manager"], ["email"], {"email"}, {"app"}, []),
    ],
)
def test_the_ways_of_a_step_are_those_by_which_somebody_can_be_reached(
    ways: list[str], order: list[str], tried: set[str], possible: set[str], chosen: list[str]
) -> None:
    assert ladder.choose_ways(ways, order, tried, possible) == chosen


@pytest.mark.parametrize(
    "steps",
    [
        [],
        [{"after": 60, "ways": ["app"]}],
        [{"after": 0, "ways": ["app"]}, {"after": 0, "ways": ["push"]}],
        [{"after": 0, "ways": ["pigeon"]}],
        [{"after": 0, "ways": []}],
        [{"after": True, "ways": ["app"]}],
        [{"after": 0, "ways": ["app"]}, {"after": 10**9, "ways": ["push"]}],
        "app",
    ],
)
def test_a_ladder_that_makes_no_sense_is_refused(app: Flask, steps: object) -> None:
    with app.test_request_context(), pytest.raises(Invalid):
        ladder.clean(steps, None)


@pytest.mark.parametrize(
    ("zone", "moment", "until"),
    [
        # 20:00 to 07:00 in Rotterdam: inside, at its very end, and outside.
        ("Europe/Amsterdam", "2026-11-22T23:30", "2026-11-23T06:00"),
        ("Europe/Amsterdam", "2026-11-23T06:00", None),
        ("Europe/Amsterdam", "2026-11-22T12:00", None),
        ("Asia/Kolkata", "2026-11-22T16:00", "2026-11-23T01:30"),
        # The night in which clocks go forward ends an hour earlier in UTC, and back again later.
        ("Europe/Amsterdam", "2026-03-28T22:00", "2026-03-29T05:00"),
        ("Europe/Amsterdam", "2026-10-24T22:00", "2026-10-25T06:00"),
        ("America/New_York", "2026-03-08T03:00", "2026-03-08T11:00"),
        ("America/New_York", "2026-11-01T03:00", "2026-11-01T12:00"),
    ],
)
def test_quiet_hours_end_by_the_wall_clock_of_the_person(
    zone: str, moment: str, until: str | None
) -> None:
    night = Span(tuple(range(7)), 20 * 60, 7 * 60)
    expected = utc(until) if until else None
    assert end_of_span(utc(moment), ZoneInfo(zone), night) == expected


def test_a_time_that_the_clock_skips_or_shows_twice_is_one_moment() -> None:
    amsterdam = ZoneInfo("Europe/Amsterdam")
    skipped = Span(tuple(range(7)), 2 * 60 + 30, 6 * 60)
    assert next_in_span(utc("2026-03-29T00:00"), amsterdam, skipped) == utc("2026-03-29T01:30")
    assert next_in_span(utc("2026-10-24T23:00"), amsterdam, skipped) == utc("2026-10-25T00:30")


def test_work_begins_on_the_next_working_day() -> None:
    office = Span(WEEKDAYS, 9 * 60, 17 * 60)
    amsterdam = ZoneInfo("Europe/Amsterdam")
    # Saturday; Monday at nine is 08:00 in UTC.
    assert next_in_span(utc("2026-11-21T10:00"), amsterdam, office) == utc("2026-11-23T08:00")
    inside = utc("2026-11-23T12:00")
    assert next_in_span(inside, amsterdam, office) == inside


def test_whoever_is_always_quiet_or_never_works_is_not_forgotten() -> None:
    always = Span(tuple(range(7)), 0, 0)
    moment = utc("2026-11-22T12:00")
    end = end_of_span(moment, ZoneInfo("UTC"), always)
    assert end is not None
    assert end > moment
    assert next_in_span(moment, ZoneInfo("UTC"), Span((), 0, 60)) == moment
