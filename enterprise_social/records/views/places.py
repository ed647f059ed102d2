"""Finding what a form of records names: a person, a channel, a day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from enterprise_social.channels.models import Channel
from enterprise_social.core.db import db
from enterprise_social.core.language import zone_of
from enterprise_social.people.models import Person
from enterprise_social.people.usernames import username_key

Errors = dict[str, list[str]]


def person_called(text: str) -> Person | None:
    """Return whoever has this username or address."""
    text = text.strip().lstrip("@")
    named = Person.username == username_key(text)
    statement = select(Person).where(named | (Person.email == text.casefold()))
    return db.session.scalars(statement).one_or_none()


def channel_called(text: str) -> Channel | None:
    """Return the channel of this address or name, whoever is in it: keeping is for all of them."""
    text = text.strip().lstrip("#")
    by_address = select(Channel).where(Channel.slug == text.casefold(), Channel.kind != "direct")
    found = db.session.scalars(by_address).one_or_none()
    if found is None:
        by_name = select(Channel).where(Channel.name == text, Channel.kind != "direct").limit(2)
        named = db.session.scalars(by_name).all()
        found = named[0] if len(named) == 1 else None
    return found


def named_person(text: str, field: str, errors: Errors) -> Person | None:
    """Return the person that a field names, or note that there is none; nothing names nobody."""
    found = person_called(text) if text.strip() else None
    if text.strip() and found is None:
        errors[field] = [_("Nobody here has this username or e-mail address.")]
    return found


def named_channel(text: str, field: str, errors: Errors) -> Channel | None:
    """Return the channel that a field names, or note that there is none; nothing names none."""
    found = channel_called(text) if text.strip() else None
    if text.strip() and found is None:
        errors[field] = [_("There is no channel of this name.")]
    return found


def midnight(viewer: Person, text: str, later: int = 0) -> datetime | None:
    """Return when a day begins where the viewer is, or so many days later.

    Raises ValueError or OverflowError for what is no day.
    """
    if not text.strip():
        return None
    day = date.fromisoformat(text.strip()) + timedelta(days=later)
    return datetime.combine(day, time(), zone_of(viewer.time_zone)).astimezone(UTC)


def named_day(
    viewer: Person, text: str, field: str, errors: Errors, later: int = 0
) -> datetime | None:
    """Return the beginning of the day in a field, or note that it is none."""
    try:
        return midnight(viewer, text, later)
    except (ValueError, OverflowError):
        errors[field] = [_("A day, such as 2027-01-31.")]
        return None
