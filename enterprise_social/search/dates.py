"""The days of the query language: `2026-11-21`, `2026-11`, `2026`, `today`, `yesterday`, `7d`."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, tzinfo

_ABSOLUTE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?\Z")
_AGO = re.compile(r"(\d{1,4})([dwmy])\Z")
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}


def span(operator: str, value: str, now: datetime) -> tuple[datetime | None, datetime | None]:
    """The span of time that `before:`, `after:` or `on:` means, in the zone of `now`.

    A date is left out by `before:` and `after:` alike, as it is on other services: `after:` begins
    at the next midnight. A number of days ago is a length and not a date, so `after:7d` begins at
    midnight seven days ago and holds that day.

    Returns (since, until), since ≤ time < until, either None where open. Raises ValueError where
    the value is no day.
    """
    zone = now.tzinfo
    first, next_day, is_length = _days(value.lower(), now.date())
    since, until = _midnight(first, zone), _midnight(next_day, zone)
    if operator == "before":
        return None, since
    if operator == "after":
        return (since if is_length else until), None
    return since, until


def _days(value: str, today: date) -> tuple[date, date, bool]:
    """First day, day after the last, and whether it was a length of time ago."""
    one = timedelta(days=1)
    try:
        if value in {"today", "yesterday"}:
            day = today if value == "today" else today - one
            return day, day + one, False
        if match := _AGO.match(value):
            day = today - timedelta(days=int(match[1]) * _DAYS[match[2]])
            return day, day + one, True
        if match := _ABSOLUTE.match(value):
            year, month, day_of_month = int(match[1]), match[2], match[3]
            if month is None:
                return date(year, 1, 1), date(year + 1, 1, 1), False
            first = date(year, int(month), int(day_of_month or 1))
            if day_of_month is not None:
                return first, first + one, False
            return first, (first.replace(day=28) + 4 * one).replace(day=1), False
    except OverflowError as error:
        raise ValueError(value) from error
    raise ValueError(value)


def _midnight(day: date, zone: tzinfo | None) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)
