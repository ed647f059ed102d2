"""Somebody's clock in words: how far ahead it is, when they work, and whether they do now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from babel.dates import get_day_names
from flask_babel import get_locale
from flask_babel import gettext as _

from enterprise_social.core.language import zone_of

MINUTES = 24 * 60


def minutes_ahead(theirs: str, mine: str, moment: datetime) -> int:
    """Return by how many minutes the clock of one zone is ahead of another's at that moment."""
    ahead = moment.astimezone(zone_of(theirs)).utcoffset()
    here = moment.astimezone(zone_of(mine)).utcoffset()
    return round(((ahead or timedelta()) - (here or timedelta())).total_seconds() / 60)


def distance_text(minutes: int) -> str:
    """Say how far ahead of the reader's a clock is: ``4 h 30 ahead of you``."""
    if minutes == 0:
        return _("the same time as yours")
    hours, rest = divmod(abs(minutes), 60)
    if not hours:
        length = _("%(minutes)d min", minutes=rest)
    elif rest:
        length = _("%(hours)d h %(minutes)02d", hours=hours, minutes=rest)
    else:
        length = _("%(hours)d h", hours=hours)
    if minutes > 0:
        return _("%(length)s ahead of you", length=length)
    return _("%(length)s behind you", length=length)


def clock_text(moment: datetime, zone: str) -> str:
    """Write the time of day in a zone: ``17:30``."""
    return _clock(moment.astimezone(zone_of(zone)).time())


def days_text(days: Sequence[int]) -> str:
    """Write weekdays (0 is Monday) with their runs: ``Mon to Fri``, ``Mon, Wed to Fri``."""
    names = get_day_names("abbreviated", locale=_locale())
    runs: list[list[int]] = []
    for day in sorted(days):
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    parts: list[str] = []
    for run in runs:
        if len(run) > 2:
            parts.append(_("%(first)s to %(last)s", first=names[run[0]], last=names[run[-1]]))
        else:
            parts += [names[day] for day in run]
    return ", ".join(parts)


def hours_text(days: Sequence[int], begins: int | None, ends: int | None) -> str:
    """Write when somebody works: ``Mon to Fri, 09:00 to 17:30``; empty where nothing is told."""
    parts = [days_text(days)] if days else []
    if begins is not None and ends is not None:
        parts.append(_("%(first)s to %(last)s", first=minute_text(begins), last=minute_text(ends)))
    return ", ".join(parts)


def works_at(
    days: Sequence[int], begins: int | None, ends: int | None, zone: str, moment: datetime
) -> bool | None:
    """Tell whether somebody works at a moment, or None where they don't say.

    A shift that ends before it begins goes on past midnight and belongs to the day it began on.
    """
    if begins is None or ends is None or not days:
        return None
    here = moment.astimezone(zone_of(zone))
    minute = here.hour * 60 + here.minute
    if begins < ends:
        return here.weekday() in days and begins <= minute < ends
    return (here.weekday() in days and minute >= begins) or (
        (here.weekday() - 1) % 7 in days and minute < ends
    )


def minute_text(minute: int | None) -> str:
    """Write a minute of the day: ``09:00``; nothing for None."""
    return "" if minute is None else _clock(time(minute // 60 % 24, minute % 60))


def _clock(moment: time) -> str:
    return moment.strftime("%H:%M")


def _locale() -> Any:
    return get_locale() or "en"
