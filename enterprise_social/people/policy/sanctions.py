"""Who may not write, or not come in, for a time."""

from __future__ import annotations

from datetime import datetime

from babel.dates import format_datetime
from flask_babel import get_locale
from flask_babel import gettext as _

from enterprise_social.core.errors import Forbidden
from enterprise_social.core.language import zone_of
from enterprise_social.people.models import Person


def may_write(actor: Person | None) -> bool:
    """Tell whether somebody may write at all; what they write in, its own policy says."""
    return actor is None or not actor.is_muted


def refuse_muted(actor: Person | None) -> None:
    """Raise Forbidden, with until when, for somebody who may read but not write for now."""
    if actor is not None and (why := why_muted(actor)):
        raise Forbidden(why)


def why_muted(person: Person) -> str:
    """Tell somebody who may read but not write for now until when; nothing to others."""
    if person.muted_until is None or may_write(person):
        return ""
    until = moment_for(person, person.muted_until)
    return _("You may read, but not write until %(until)s.", until=until)


def suspension_of(person: Person) -> str | None:
    """Return what somebody who may not come in for now is told, or None for others."""
    if person.suspended_until is None or not person.is_suspended:
        return None
    until = moment_for(person, person.suspended_until)
    return _(
        "Your account is suspended until %(until)s. The mail about it says why, and how to appeal.",
        until=until,
    )


def moment_for(person: Person, moment: datetime) -> str:
    """Write a moment as somebody reads it, in their own zone."""
    local = moment.astimezone(zone_of(person.time_zone))
    return str(format_datetime(local, "long", locale=get_locale() or "en"))
