"""When things happened, seen from the moment of loading, and what days are called in texts."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

# The data are written as if it were half past two in the afternoon, UTC, when Asia's day is over
# and Europe's is not: `at` counts the minutes back from then, and so many belong to today.
TODAY = timedelta(hours=14, minutes=30)
# Where it is earlier than that, today's posts are pressed together, at most back to this evening
# hour of yesterday; so nothing of yesterday may be later.
_EVENING = timedelta(hours=2)

# Not from `calendar`, whose names follow the locale of the process.
_MONTHS = [
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
]
_WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_SATURDAY = 5
_PLACE = re.compile(r"\{(date|iso|weekday|workday|month):([+-]?\d{1,3})\}")


class Schedule:
    """Turns the data's distances into times, for one moment of loading."""

    def __init__(self, now: datetime) -> None:
        """Take ``now``, UTC-aware. Raises ValueError where it has no zone."""
        if now.tzinfo is None:
            raise ValueError("the moment of loading needs a time zone")
        self.now = now.astimezone(UTC)
        midnight = self.now.replace(hour=0, minute=0, second=0, microsecond=0)
        self._written = midnight + TODAY
        self._today = midnight.date()
        self._pressed = min(1.0, (self.now - midnight + _EVENING) / TODAY)

    def moment(self, minutes: int) -> datetime:
        """Return the time ``minutes`` before the loading, never later than it.

        Earlier days keep the written time of day, so that people write in their working hours
        at whatever hour the demo is loaded; today's posts end at the moment of loading. Order is
        kept: a larger ``minutes`` is always earlier.
        """
        back = timedelta(minutes=minutes)
        if back > TODAY:
            return self._written - back
        return self.now - back * self._pressed

    def days_ago(self, days: int) -> datetime:
        """Return the start of the working day ``days`` days before that of the loading."""
        return self._written.replace(hour=8, minute=0) - timedelta(days=days)

    def soon_after(self, moment: datetime, minutes: int) -> datetime:
        """Return ``minutes`` after ``moment``, or halfway to the loading where that is sooner."""
        return moment + min(timedelta(minutes=minutes), (self.now - moment) / 2)

    def fill(self, text: str) -> str:
        """Return ``text`` with its places for days and months filled in, in English."""
        return _PLACE.sub(lambda place: self._name(place[1], int(place[2])), text)

    def _name(self, form: str, distance: int) -> str:
        if form == "month":
            return _MONTHS[(self._today.month - 1 + distance) % 12]
        day = self._today + timedelta(days=distance)
        if form == "workday":
            day = self._today
            for _ in range(distance):
                day += timedelta(days=1)
                while day.weekday() >= _SATURDAY:
                    day += timedelta(days=1)
        if form == "iso":
            return day.isoformat()
        if form == "date":
            return f"{day.day} {_MONTHS[day.month - 1]}"
        return _WEEKDAYS[day.weekday()]
