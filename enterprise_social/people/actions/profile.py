"""Writing one's whole profile: the line in the directory and what one tells beyond it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, select

from enterprise_social.core import audit, screening
from enterprise_social.core.access import require
from enterprise_social.core.actions import action, lock
from enterprise_social.core.db import db
from enterprise_social.core.errors import Invalid
from enterprise_social.core.events import announce
from enterprise_social.core.text import ChannelRef, PersonRef, render
from enterprise_social.people import details, policy, telling
from enterprise_social.people.actions.fields import set_values
from enterprise_social.people.actions.history import note_changes
from enterprise_social.people.actions.people import place_one_by_one, update_person
from enterprise_social.people.events import PersonChanged
from enterprise_social.people.models import Person, Profile, ProfileEntry
from enterprise_social.people.models.profile import ENTRY_KINDS
from enterprise_social.people.queries.fields import hidden_names
from enterprise_social.people.queries.people import by_usernames
from enterprise_social.people.queries.profile import entries_of

_NO_TEXT = frozenset({"url", "from_month", "until_month", "works_on"})
_OPEN_HOURS = ("works_on", "works_from", "works_until")


class _Names:
    """Whom a text about oneself can name: people. Which channels there are isn't everyone's."""

    def __init__(self, author: Person | None) -> None:
        self._author = author

    def people(self, usernames: set[str]) -> dict[str, PersonRef]:
        """See ``Resolver``."""
        found = by_usernames(usernames, self._author)
        return {
            name: PersonRef(person.id, person.username, person.name)
            for name, person in found.items()
        }

    def channels(self, slugs: set[str]) -> dict[str, ChannelRef]:
        """See ``Resolver``."""
        del slugs
        return {}


def update_profile(
    actor: Person | None,
    person: Person,
    *,
    fields: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Person:
    """Change any of somebody's profile: ``policy.editable_fields`` and ``policy.TOLD_FIELDS``.

    ``experience`` and ``education`` replace all lines of their kind, each with title, organisation,
    from_month, until_month (``YYYY-MM`` or None) and text; ``links`` have label and url; the hours
    are minutes after midnight, or None. ``fields`` are those that the organisation defined, by key
    (``actions.fields.set_values``). Raises Forbidden, Conflict, and Invalid that names every bad
    field.
    """
    require(policy.may_edit(actor, person), _("You may only change your own profile."))
    told = {name: value for name, value in changes.items() if name in policy.TOLD_FIELDS}
    basic = {name: value for name, value in changes.items() if name not in told}
    refused = set(basic) - policy.editable_fields(actor, person)
    require(not refused, _("Only an admin may change this."))
    errors = {} if policy.is_admin(actor) else _unused(told)
    for cleaner, values in ((details.clean, basic), (telling.clean, told)):
        try:
            values.update(cleaner(values))
        except Invalid as error:
            errors |= error.errors
    if errors:
        raise Invalid(errors=errors)
    told = screening.clean_nested(
        "profiles", told, actor=actor, target=f"person:{person.id}", skip=_NO_TEXT
    )
    if "about" in told:
        # Rendered before the action begins: no text may hold others up in their turn to write.
        told["about_html"] = render(told["about"], _Names(actor)).html if told["about"] else ""
    return _write(actor, person, basic, told, fields or {})


def _unused(told: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return an error for each field that this organisation hides."""
    if not told:
        return {}
    hidden = hidden_names()
    hours = set(_OPEN_HOURS) if "working_hours" in hidden else set()
    detail = _("Your organisation doesn't use this field.")
    return {name: [detail] for name in told if name in hidden | hours}


@action
def _write(
    actor: Person | None,
    person: Person,
    basic: dict[str, Any],
    told: dict[str, Any],
    custom: Mapping[str, Any],
) -> Person:
    if "manager_id" in basic:
        place_one_by_one()
    person = lock(Person, person.id)
    version = person.version
    # What listens to the change of a person reads all of the profile, so this part comes first.
    before = _write_told(person, told)
    db.session.flush()
    if basic:
        _refuse_taken_number(person, basic.get("employee_number"))
        person = update_person(actor, person, **basic)
    if custom:
        person = set_values(actor, person, custom)
    if before:
        if person.version == version:
            person.version += 1
            db.session.flush()
            announce(PersonChanged(person.id))
        note_changes(actor, person, {name: (old, told[name]) for name, old in before.items()})
        changed = {"fields": sorted(before)}
        audit.record(actor, "people.updated", f"person:{person.id}", changed)
    return person


def _write_told(person: Person, told: dict[str, Any]) -> dict[str, Any]:
    """Write the long part and return what stood there before, of what changed."""
    before = _write_entries(person, told)
    flat = {name: value for name, value in told.items() if name not in ENTRY_KINDS}
    if not flat:
        return before
    profile = db.session.get(Profile, person.id)
    if profile is None:
        profile = Profile(
            person_id=person.id, about="", about_html="", topics=[], languages=[], links=[],
            works_on=[],
        )  # fmt: skip
        db.session.add(profile)
    for name, value in flat.items():
        old = getattr(profile, name)
        if old != value:
            setattr(profile, name, value)
            before[name] = old
    telling.check_hours({name: getattr(profile, name) for name in _OPEN_HOURS})
    # The same text, in another form: no change of its own.
    before.pop("about_html", None)
    return before


def _write_entries(person: Person, told: dict[str, Any]) -> dict[str, Any]:
    wanted = {kind: told[kind] for kind in ENTRY_KINDS if kind in told}
    if not wanted:
        return {}
    known = entries_of(person.id)
    before = {kind: known[kind] for kind, lines in wanted.items() if known[kind] != lines}
    for kind in before:
        mine = (ProfileEntry.person_id == person.id, ProfileEntry.kind == kind)
        db.session.execute(delete(ProfileEntry).where(*mine))
        for line in wanted[kind]:
            db.session.add(ProfileEntry(person_id=person.id, kind=kind, **line))
            db.session.flush()  # in this order
    return before


def _refuse_taken_number(person: Person, number: str | None) -> None:
    if number is None or number == person.employee_number:
        return
    statement = select(Person.id).where(Person.employee_number == number)
    if db.session.execute(statement).first() is not None:
        raise Invalid(errors={"employee_number": [_("Somebody has this number already.")]})
