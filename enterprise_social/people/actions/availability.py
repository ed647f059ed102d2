"""Saying when one wants quiet, by which ways one is reached, and who stands in for one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import func, select

from enterprise_social.core.actions import action
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Invalid, NotFound
from enterprise_social.people.models import Absence, Availability, Person
from enterprise_social.people.models.availability import WAYS
from enterprise_social.people.quiet import MINUTES_OF_A_DAY

LONGEST_ABSENCE = timedelta(days=366)
MOST_ABSENCES = 50


@action
def set_quiet_hours(
    actor: Person,
    days: Sequence[int] | None,
    begins: int | None = None,
    ends: int | None = None,
) -> Availability:
    """Choose when one wants quiet, in one's own zone.

    ``days`` are the weekdays (0 is Monday) on which it begins: None for the organisation's hours,
    none of them for no quiet hours at all. ``begins`` and ``ends`` are minutes after midnight.
    Raises Invalid.
    """
    mine = _own(actor)
    if days is None or not days:
        mine.quiet_on = None if days is None else []
        mine.quiet_from = mine.quiet_until = None
        return mine
    if any(type(day) is not int or not 0 <= day <= 6 for day in days):
        raise Invalid(errors={"quiet_hours": [_("Choose days of the week.")]})
    if not _is_minute(begins) or not _is_minute(ends):
        raise Invalid(errors={"quiet_hours": [_("Say from when to when, such as 20:00 to 07:00.")]})
    mine.quiet_on, mine.quiet_from, mine.quiet_until = sorted(set(days)), begins, ends
    return mine


@action
def set_ways(actor: Person, ways: Sequence[str]) -> Availability:
    """Choose the order of ways by which one is reached, the preferred one first. Raises Invalid."""
    if any(way not in WAYS for way in ways) or len(set(ways)) != len(ways):
        raise Invalid(errors={"order": [_("Choose each way once.")]})
    mine = _own(actor)
    mine.ways = [*ways, *(way for way in WAYS if way not in ways)] if ways else []
    return mine


@action
def set_deputy(actor: Person, deputy: Person | None) -> Availability:
    """Choose who stands in for one when one is away. Raises Invalid."""
    _check_deputy(actor, deputy)
    mine = _own(actor)
    mine.deputy_id = deputy.id if deputy else None
    return mine


@action
def add_absence(
    actor: Person, begins_at: datetime, ends_at: datetime, deputy: Person | None = None
) -> Absence:
    """Say that one is away from then to then; without a deputy the usual one stands in.

    Raises Invalid.
    """
    _check_deputy(actor, deputy)
    if not begins_at < ends_at <= begins_at + LONGEST_ABSENCE or ends_at <= now():
        raise Invalid(errors={"ends_at": [_("It must end after it begins, and not be over.")]})
    ahead = select(func.count()).where(Absence.person_id == actor.id, Absence.ends_at > now())
    if db.session.execute(ahead).scalar_one() >= MOST_ABSENCES:
        raise Invalid(errors={"ends_at": [_("That is too many. Remove one first.")]})
    usual = db.session.get(Availability, actor.id)
    deputy_id = deputy.id if deputy else usual.deputy_id if usual else None
    absence = Absence(person_id=actor.id, begins_at=begins_at, ends_at=ends_at, deputy_id=deputy_id)
    db.session.add(absence)
    db.session.flush()
    return absence


@action
def remove_absence(actor: Person, absence_id: int) -> None:
    """Take an absence of one's own back. Raises NotFound."""
    found = db.session.get(Absence, absence_id)
    if found is None or found.person_id != actor.id:
        raise NotFound()
    db.session.delete(found)


def _own(actor: Person) -> Availability:
    # What was chosen a moment ago in the same action must not be read over.
    db.session.flush()
    found = db.session.get(Availability, actor.id, populate_existing=True)
    if found is None:
        found = Availability(person_id=actor.id, ways=[])
        db.session.add(found)
        db.session.flush()
    return found


def _check_deputy(actor: Person, deputy: Person | None) -> None:
    if deputy is not None and (deputy.id == actor.id or not deputy.is_active):
        raise Invalid(errors={"deputy_id": [_("Choose a colleague.")]})


def _is_minute(value: int | None) -> bool:
    return value is not None and 0 <= value < MINUTES_OF_A_DAY
