"""All that somebody chooses about being told, as one document that is read and changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from enterprise_social.announcements.queries.reachability import DEFAULT_QUIET, DEFAULT_WAYS
from enterprise_social.core.actions import action
from enterprise_social.core.errors import Invalid
from enterprise_social.notifications import actions
from enterprise_social.notifications.queries import preferences
from enterprise_social.people.actions import availability
from enterprise_social.people.hours import minute_text
from enterprise_social.people.models import Availability, Person
from enterprise_social.people.queries.availability import availability_of

MODES = ("default", "own", "none")


def document(person: Person) -> dict[str, Any]:
    """Return what somebody chose, with the defaults where they chose nothing."""
    theirs = availability_of(person)
    return {
        "ways": preferences.matrix(person),
        "keywords": list(preferences.keywords_of(person)),
        "quiet_hours": quiet_hours(theirs),
        "order": list(theirs.ways or DEFAULT_WAYS),
        "digest": preferences.rhythm_of(person),
        "deputy_id": theirs.deputy_id,
    }


def quiet_hours(theirs: Availability) -> dict[str, Any]:
    """Return somebody's quiet hours: the mode, the days and the wall-clock times."""
    if theirs.quiet_on is None:
        span = DEFAULT_QUIET
        days, begins, ends = list(span.days), span.begins, span.ends
        mode = "default"
    else:
        days, begins, ends = theirs.quiet_on, theirs.quiet_from or 0, theirs.quiet_until or 0
        mode = "own" if days else "none"
    if mode == "none":
        return {"mode": mode, "days": [], "from": None, "until": None}
    return {
        "mode": mode,
        "days": days,
        "from": minute_text(begins),
        "until": minute_text(ends),
    }


@action
def change(actor: Person, given: Mapping[str, Any]) -> None:
    """Change what is given; the rest stays. ``deputy_id`` is the person. Raises Invalid."""
    for kind, ways in given.get("ways", {}).items():
        for way, wanted in ways.items():
            actions.set_preference(actor, kind, way, wanted)
    if "keywords" in given:
        actions.set_keywords(actor, given["keywords"])
    if "quiet_hours" in given:
        _set_quiet_hours(actor, given["quiet_hours"])
    if "order" in given:
        availability.set_ways(actor, given["order"])
    if "digest" in given:
        actions.set_digest(actor, given["digest"])
    if "deputy_id" in given:
        availability.set_deputy(actor, given["deputy_id"])


def _set_quiet_hours(actor: Person, given: Mapping[str, Any]) -> None:
    mode = given["mode"]
    if mode != "own":
        availability.set_quiet_hours(actor, None if mode == "default" else [])
        return
    days = given.get("days", [])
    if not days:
        raise Invalid(errors={"quiet_hours": [_("Choose at least one day.")]})
    begins, ends = (minutes_of(given.get(name, "")) for name in ("from", "until"))
    availability.set_quiet_hours(actor, days, begins, ends)


def minutes_of(text: str) -> int | None:
    """Return the minute of the day of ``07:30``, or None for anything else."""
    hours, colon, minutes = text.strip().partition(":")
    if not (colon and hours.isascii() and minutes.isascii()):
        return None
    if not (hours.isdecimal() and minutes.isdecimal() and len(hours) < 3 and len(minutes) == 2):
        return None
    total = int(hours) * 60 + int(minutes)
    return total if int(minutes) < 60 and total < 24 * 60 else None
