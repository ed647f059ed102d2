"""Whole profiles: what can be changed of them, and how they are written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from enterprise_social.accounts import identity
from enterprise_social.api import documents
from enterprise_social.api.fields import Body, Field, Items, Nullable, Record, Text, Whole
from enterprise_social.api.profile_fields import VALUES, value_document
from enterprise_social.core.errors import Invalid
from enterprise_social.people import photos, policy
from enterprise_social.people.actions.profile import update_profile
from enterprise_social.people.hours import minute_text
from enterprise_social.people.models import Person
from enterprise_social.people.models.profile import (
    MOST_ENTRIES,
    MOST_LANGUAGES,
    MOST_LINKS,
    MOST_TOPICS,
)
from enterprise_social.people.queries.fields import values_for
from enterprise_social.people.queries.profile import Told, told_by
from enterprise_social.people.queries.skills import skills_of

_HOURS = ("works_on", "works_from", "works_until")
_MONTH = Nullable(Text(7, summary="`2027-01`; null for an open end."))
_ENTRIES = Items(
    Record(
        {
            "title": Text(400),
            "organisation": Text(400),
            "from_month": _MONTH,
            "until_month": _MONTH,
            "text": Text(2000),
        },
        required=["title"],
    ),
    MOST_ENTRIES,
    "All lines; those that aren't sent go.",
)
_TIME = Text(5, summary="`09:30`.")
FIELDS: dict[str, Field] = {
    "about": Text(8000, summary="Markdown."),
    "topics": Items(Text(200), MOST_TOPICS, "What to ask the person about."),
    "languages": Items(Text(60), MOST_LANGUAGES, "Language tags, the most fluent first."),
    "links": Items(
        Record({"label": Text(200), "url": Text(600)}, required=["url"]),
        MOST_LINKS,
        "Addresses of http, https or mailto.",
    ),
    "working_hours": Nullable(
        Record(
            {"days": Items(Whole(0, 6), 7, "From 0, Monday."), "from": _TIME, "until": _TIME},
            required=["days", "from", "until"],
            summary="In the person's own zone.",
        )
    ),
    "experience": _ENTRIES,
    "education": _ENTRIES,
    "fields": VALUES,
}
PROFILE = Body(
    {
        "name": Text(400),
        "title": Text(400),
        "department": Text(400),
        "location": Text(400),
        "pronouns": Text(200),
        "phone": Text(200),
        "time_zone": Text(64, summary="A name of the IANA database, such as `Europe/Oslo`."),
        "locale": Text(16, summary="A language tag, such as `de`."),
        **FIELDS,
    }
)


def change_profile(actor: Person, person: Person, given: Mapping[str, Any]) -> Person:
    """Change what was sent. Raises Invalid that names the fields as they were sent."""
    asked = dict(given)
    try:
        if "working_hours" in asked:
            asked |= _hours(asked.pop("working_hours"))
        return update_profile(actor, person, **asked)
    except Invalid as error:
        errors: dict[str, list[str]] = {}
        for name, words in error.errors.items():
            errors.setdefault("working_hours" if name in _HOURS else name, []).extend(words)
            if name.startswith("fields."):
                errors.setdefault("fields", []).extend(words)
        raise Invalid(error.detail, errors=errors) from None


def profile_document(viewer: Person, person: Person) -> dict[str, Any]:
    """Write all of a profile that the viewer may see."""
    hidden = documents.hidden()
    told = told_by(person.id)
    document = documents.person_document(person)
    document["photo_urls"] = photos.urls_of(person)
    for name in ("about", "topics", "languages", "links", "experience", "education"):
        value = getattr(told, name)
        document[name] = type(value)() if name in hidden else value
    document["about_html"] = "" if "about" in hidden else str(told.about_html)
    document["working_hours"] = None if "working_hours" in hidden else _hours_document(told)
    document["skills"] = [
        {"id": each.id, "name": each.name, "endorsements": each.count}
        for each in skills_of(viewer, person)
    ]
    since = None if "started_on" in hidden else person.started_on
    document["started_on"] = since.isoformat() if since else None
    # What only admins see of others needs their scope, like what only they do.
    as_admin = identity.has_scope("admin")
    sees_all = policy.may_edit(viewer, person) and (as_admin or viewer.id == person.id)
    document["employee_number"] = person.employee_number if sees_all else None
    shown = values_for(viewer, person, as_admin=as_admin)
    document["fields"] = [value_document(each) for each in shown]
    return document


def own_document(person: Person) -> dict[str, Any]:
    """Write somebody for themselves."""
    return {**profile_document(person, person), "locale": person.locale}


def _hours_document(told: Told) -> dict[str, Any] | None:
    if not told.works_on and told.works_from is None:
        return None
    begins, ends = minute_text(told.works_from), minute_text(told.works_until)
    return {"days": told.works_on, "from": begins or None, "until": ends or None}


def _hours(given: Mapping[str, Any] | None) -> dict[str, Any]:
    if given is None:
        return {"works_on": [], "works_from": None, "works_until": None}
    return {
        "works_on": given["days"],
        "works_from": _minute(given["from"]),
        "works_until": _minute(given["until"]),
    }


def _minute(text: str) -> int:
    found = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", text, re.ASCII)
    if not found:
        raise Invalid(errors={"works_from": [_("Write a time such as 09:00.")]})
    return int(found[1]) * 60 + int(found[2])
