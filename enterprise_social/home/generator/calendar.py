"""When things happen: on workdays by day, seldom at night and at weekends, and more each year."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from enterprise_social.home.generator.sizes import YEARS

# How much is written in each hour of a workday (UTC), the whole company together.
_HOURS = (1, 1, 1, 1, 2, 4, 9, 22, 40, 48, 46, 40, 30, 40, 46, 42, 34, 22, 12, 7, 5, 3, 2, 1)
_WEEKEND = 0.06
_AT_FIRST = 0.4  # of what is written by the end


class Calendar:
    """Spreads a number of moments over the years, in their order."""

    def __init__(self, now: datetime, count: int) -> None:
        self.ends = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        self.begins = self.ends - timedelta(days=365 * YEARS)
        hours = YEARS * 365 * 24
        self._until = list(accumulate(self._weight(hour, hours) for hour in range(hours)))
        self._count = count

    def _weight(self, hour: int, hours: int) -> float:
        moment = self.begins + timedelta(hours=hour)
        day = _WEEKEND if moment.weekday() >= 5 else 1.0
        return _HOURS[moment.hour] * day * (_AT_FIRST + (1 - _AT_FIRST) * hour / hours)

    def moments(self, first: int, count: int) -> Iterator[str]:
        """Yield the moments from number ``first`` on, in UTC, as both databases read them."""
        until, step = self._until, self._until[-1] / self._count
        at = first * step + step / 2
        hour = bisect_right(until, at)
        for _number in range(count):
            while until[hour] <= at and hour + 1 < len(until):
                hour += 1
            begun = until[hour - 1] if hour else 0.0
            part = (at - begun) / (until[hour] - begun)
            seconds = min(3_599.999, max(0.0, part * 3_600))
            moment = self.begins + timedelta(hours=hour, seconds=seconds)
            yield moment.replace(tzinfo=None).isoformat(" ", "microseconds")
            at += step
