"""When somebody is at work or wants quiet: wall-clock spans in their own zone, turned into moments.

A wall-clock time that a clock change skips is taken after the change, one that comes twice is taken
the first time (``fold`` of PEP 495 stays 0), so that a span is neither lost nor doubled.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

MINUTES_OF_A_DAY = 24 * 60
EVERY_DAY = tuple(range(7))
DAYS_AHEAD = 9  # a week and the days that a span or a zone may reach over


@dataclass(frozen=True)
class Span:
    """A span that comes back on some weekdays (0 is Monday).

    ``begins`` and ``ends`` are minutes after midnight; it goes over midnight where it ends before
    it begins, and takes the whole day where both are the same.
    """

    days: Sequence[int]
    begins: int
    ends: int

    def on(self, day: date, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
        """Return its beginning and end in UTC where it begins on ``day``, else None."""
        if day.weekday() not in self.days:
            return None
        last = day if self.ends > self.begins else day + timedelta(days=1)
        return at_wall_clock(day, self.begins, zone), at_wall_clock(last, self.ends, zone)


def at_wall_clock(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """Return the moment, in UTC, at which the clock of ``zone`` shows ``minute`` of ``day``."""
    wall = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone)
    return wall.astimezone(UTC)


def spans_around(
    moment: datetime, zone: ZoneInfo, span: Span
) -> Iterable[tuple[datetime, datetime]]:
    """Yield the span's turns from the day before ``moment`` to more than a week after it."""
    today = moment.astimezone(zone).date()
    for offset in range(-2, DAYS_AHEAD):
        turn = span.on(today + timedelta(days=offset), zone)
        if turn is not None:
            yield turn


def end_of_span(moment: datetime, zone: ZoneInfo, span: Span) -> datetime | None:
    """Return when the span that holds at ``moment`` ends, or None where none does.

    Turns that touch are one: quiet nights and quiet Sundays make a quiet weekend. Where it never
    ends, the end of the last turn that is looked at is returned, more than a week ahead.
    """
    end: datetime | None = None
    for begins, ends in spans_around(moment, zone, span):
        if begins <= (end or moment) < ends:
            end = ends
    return end


def next_in_span(moment: datetime, zone: ZoneInfo, span: Span) -> datetime:
    """Return ``moment`` where it is inside the span, else when the span begins next.

    A span without days never begins; then ``moment`` itself is returned.
    """
    for begins, ends in spans_around(moment, zone, span):
        if moment < ends:
            return max(begins, moment)
    return moment
