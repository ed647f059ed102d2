"""The form of a whole profile: what stands in it, and what was written into it.

Lists are rows ``experience.0.title``; ``has`` names the lists that a form brought, so that one
without rows empties its list and one that isn't there leaves it as it is.
"""

from __future__ import annotations

import re
from typing import Any

from babel import Locale
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from enterprise_social.core.errors import Invalid
from enterprise_social.people.hours import minute_text
from enterprise_social.people.models import Person
from enterprise_social.people.queries import by_email, by_ids, by_username
from enterprise_social.people.queries.profile import Told
from enterprise_social.people.telling import MINUTES, language_name, language_tag

BASIC = ("name", "title", "department", "location", "pronouns", "phone", "time_zone", "locale")
KEPT_BY_ADMINS = ("email", "username", "employee_number", "started_on")
ROWS = {
    "links": ("label", "url"),
    "experience": ("title", "organisation", "from_month", "until_month", "text"),
    "education": ("title", "organisation", "from_month", "until_month", "text"),
}
MOST_ROWS = 60
_ROW = re.compile(r"(links|experience|education)\.(\d{1,4})\.([a-z_]+)")

Form = MultiDict[str, str]


def shown(person: Person, told: Told) -> dict[str, Any]:
    """Return what the form shows of a profile as it is."""
    locale = get_locale() or Locale("en")
    manager = by_ids([person.manager_id]) if person.manager_id else {}
    values: dict[str, Any] = {name: getattr(person, name) or "" for name in BASIC + KEPT_BY_ADMINS}
    values |= {
        "manager": next((f"@{each.username}" for each in manager.values()), ""),
        "about": told.about,
        "topics": ", ".join(told.topics),
        "languages": ", ".join(language_name(tag, locale) for tag in told.languages),
        "works_on": told.works_on,
        "works_from": minute_text(told.works_from),
        "works_until": minute_text(told.works_until),
        "links": told.links,
        "experience": told.experience,
        "education": told.education,
    }
    return values


def written(form: Form) -> dict[str, Any]:
    """Return what the form shows again of what was written into it."""
    values: dict[str, Any] = {
        name: form[name] for name in form if "." not in name or name.startswith("fields.")
    }
    values |= {name: rows_of(form, name) for name in ROWS}
    values["works_on"] = [int(day) for day in form.getlist("works_on") if day.isdecimal()]
    return values


def rows_of(form: Form, name: str) -> list[dict[str, str]]:
    """Return the rows of a list, empty ones too, in their order."""
    rows: dict[int, dict[str, str]] = {}
    for key, value in form.items():
        found = _ROW.fullmatch(key)
        if found and found[1] == name and found[3] in ROWS[name]:
            rows.setdefault(int(found[2]), {})[found[3]] = value
    return [rows[index] for index in sorted(rows)][:MOST_ROWS]


def changes(form: Form, *, admin: bool) -> dict[str, Any]:
    """Return what the form asks to be changed. Raises Invalid for an unknown manager."""
    names = BASIC + KEPT_BY_ADMINS if admin else BASIC
    asked: dict[str, Any] = {name: form[name] for name in (*names, "about") if name in form}
    if "topics" in form:
        asked["topics"] = _separated(form["topics"])
    if "languages" in form:
        locale = get_locale()
        asked["languages"] = [
            language_tag(name, locale) or name for name in _separated(form["languages"])
        ]
    brought = form.getlist("has")
    if "works_on" in brought:
        asked["works_on"] = [int(day) for day in form.getlist("works_on") if day.isdecimal()]
    for name in ("works_from", "works_until"):
        if name in form:
            asked[name] = _minute(form[name])
    for name in ROWS:
        if name in brought:
            asked[name] = [row for row in rows_of(form, name) if any(map(str.strip, row.values()))]
    if admin and "manager" in form:
        asked["manager_id"] = _manager(form["manager"].strip())
    return asked


def numbered(errors: dict[str, list[str]], form: Form) -> dict[str, list[str]]:
    """Return errors under the rows as the form has them: empty rows between them count there.

    What is said beside a row isn't said of the whole list again.
    """
    found: dict[str, list[str]] = {}
    places = {name: _filled(form, name) for name in ROWS}
    for key, words in errors.items():
        match = _ROW.fullmatch(key)
        if match:
            filled = places[match[1]]
            index = int(match[2])
            row = filled[index] if index < len(filled) else index
            found[f"{match[1]}.{row}.{match[3]}"] = words
        elif not any(other.startswith(f"{key}.") for other in errors):
            found[key] = words
    return found


def _filled(form: Form, name: str) -> list[int]:
    rows = enumerate(rows_of(form, name))
    return [index for index, row in rows if any(map(str.strip, row.values()))]


def _separated(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[,;\n،、，]", text) if part.strip()]


def _minute(text: str) -> int | str | None:
    found = re.fullmatch(r"(\d{1,2})[:.](\d{2})(:\d{2})?", text.strip())
    if not found:
        return text.strip() or None
    minute = int(found[1]) * 60 + int(found[2])
    return minute if int(found[2]) < 60 and minute < MINUTES else text


def _manager(text: str) -> int | None:
    if not text:
        return None
    person = by_email(text) if "@" in text[1:] else by_username(text.removeprefix("@"))
    if person is None:
        raise Invalid(errors={"manager": [_("There is no such person.")]})
    return person.id
