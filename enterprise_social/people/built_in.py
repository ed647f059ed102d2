"""The fields that every profile has, and which of them an organisation may leave out.

Name, username and e-mail address can't be left out: they are how people are told apart, mentioned
and written to; nor the role, the manager (the org chart is made of it) and the photo.
"""

from __future__ import annotations

from flask_babel import lazy_gettext

# In the order of the profile. Who leaves one out keeps what stands in it.
MAY_BE_HIDDEN = {
    "title": lazy_gettext("Title"),
    "department": lazy_gettext("Department"),
    "location": lazy_gettext("Location"),
    "pronouns": lazy_gettext("Pronouns"),
    "phone": lazy_gettext("Phone"),
    "time_zone": lazy_gettext("Time zone and local time"),
    "working_hours": lazy_gettext("Working hours"),
    "languages": lazy_gettext("Languages"),
    "about": lazy_gettext("About"),
    "topics": lazy_gettext("Ask me about"),
    "experience": lazy_gettext("Experience"),
    "education": lazy_gettext("Education"),
    "links": lazy_gettext("Links"),
    "started_on": lazy_gettext("Start date"),
}
# One's own pages go by it, also where others aren't shown it.
KEPT_IN_FORMS = frozenset({"time_zone"})
# What the history speaks of beside those.
ALWAYS_SHOWN = {
    "name": lazy_gettext("Name"),
    "username": lazy_gettext("Username"),
    "email": lazy_gettext("E-mail"),
    "role": lazy_gettext("Role"),
    "manager_id": lazy_gettext("Manager"),
    "locale": lazy_gettext("Language of the pages"),
    "photo": lazy_gettext("Photo"),
    "skills": lazy_gettext("Skills"),
    "employee_number": lazy_gettext("Employee number"),
    "works_on": lazy_gettext("Working days"),
    "works_from": lazy_gettext("Work begins"),
    "works_until": lazy_gettext("Work ends"),
    "deactivated_at": lazy_gettext("Account closed"),
}
CUSTOM = "custom:"  # before the id of a field that the organisation defined


def label_of(name: str) -> str:
    """Return what people call a built-in field; a name that this version doesn't know as it is."""
    label = MAY_BE_HIDDEN.get(name) or ALWAYS_SHOWN.get(name)
    return str(label) if label else name.replace("_", " ").capitalize()


def custom_name(field_id: int) -> str:
    """Return the name under which history and events know a defined field."""
    return f"{CUSTOM}{field_id}"


def custom_id(name: str) -> int | None:
    """Return the id of the defined field of that name, or None where it is a built-in one."""
    number = name.removeprefix(CUSTOM)
    return int(number) if number != name and number.isascii() and number.isdigit() else None
