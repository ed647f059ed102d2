"""Writes: what stands in the fields that the organisation defined."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from enterprise_social.core import audit, screening
from enterprise_social.core.access import require
from enterprise_social.core.actions import action, lock
from enterprise_social.core.db import db
from enterprise_social.core.errors import Invalid
from enterprise_social.core.events import announce
from enterprise_social.people.actions.history import note_changes
from enterprise_social.people.built_in import custom_name
from enterprise_social.people.definitions import LONGEST_KEY, is_key
from enterprise_social.people.events import PersonChanged
from enterprise_social.people.models import Person, ProfileField, ProfileValue
from enterprise_social.people.policy.fields import may_set
from enterprise_social.people.values import NOTHING, Stored, clean_value

# Kinds of fields in which people write what they like.
_WRITTEN = frozenset({"text", "long"})


@action
def set_values(
    actor: Person | None, person: Person, given: Mapping[str, Any], *, imported: bool = False
) -> Person:
    """Set the defined fields of somebody, by key; an empty value takes away what stands there.

    A person is given by username, e-mail address or id. Whoever fills in their own may not leave
    empty what is asked of them. ``imported`` says that it comes from the directory. Raises
    Forbidden, and Invalid with the errors under ``fields.<key>``.
    """
    if not given:
        return person
    person = lock(Person, person.id)
    fields = _fields_of(given)
    for field in fields.values():
        allowed = may_set(actor, person, field, imported=imported)
        require(allowed, _("You may not change this: %(name)s.", name=field.name))
    rows = {row.field_id: row for row in _rows(person, [each.id for each in fields.values()])}
    errors = {
        f"fields.{key[:LONGEST_KEY]}": [_("There is no such field.")]
        for key in set(given) - set(fields)
    }
    before, after = {}, {}
    for key, field in fields.items():
        row = rows.get(field.id)
        present = Stored(row.value, row.named_id) if row else NOTHING
        try:
            new = clean_value(field, given[key], present)
            if field.kind in _WRITTEN:
                new = _screened(actor, person, key, new)
            if new == NOTHING and field.required and actor is not None and actor.id == person.id:
                raise ValueError(_("This field is needed."))
        except ValueError as error:
            errors[f"fields.{key}"] = [str(error)]
            continue
        except screening.Refused as refusal:
            errors |= refusal.errors
            continue
        if new != present:
            before[field.id], after[field.id] = present, new
    if errors:
        raise Invalid(errors=errors)
    _store(actor, person, rows, before, after)
    return person


def _screened(actor: Person | None, person: Person, key: str, new: Stored) -> Stored:
    """Return a value as it may be kept, by the rules of words for profiles."""
    if not new.value:
        return new
    name, target = f"fields.{key}", f"person:{person.id}"
    kept = screening.clean("profiles", {name: new.value}, actor=actor, target=target)
    return Stored(kept[name])


def _store(
    actor: Person | None,
    person: Person,
    rows: Mapping[int, ProfileValue],
    before: Mapping[int, Stored],
    after: Mapping[int, Stored],
) -> None:
    if not after:
        return
    for field_id, new in after.items():
        row = rows.get(field_id)
        if new == NOTHING and row is not None:
            db.session.delete(row)
        elif row is not None:
            row.value, row.named_id = new.value, new.named_id
        else:
            row = ProfileValue(person_id=person.id, field_id=field_id)
            row.value, row.named_id = new.value, new.named_id
            db.session.add(row)
    changes = {custom_name(each): (_said(before[each]), _said(after[each])) for each in after}
    note_changes(actor, person, changes)
    person.version += 1
    db.session.flush()
    announce(PersonChanged(person.id))
    audit.record(actor, "people.updated", f"person:{person.id}", {"fields": sorted(changes)})


def _said(stored: Stored) -> str | int | None:
    return stored.named_id if stored.named_id is not None else stored.value or None


def _fields_of(given: Mapping[str, Any]) -> dict[str, ProfileField]:
    # A shared lock: nobody deletes or archives what is being filled in.
    keys = [key for key in given if is_key(key)]
    statement = select(ProfileField).where(
        ProfileField.key.in_(keys), ProfileField.archived_at.is_(None)
    )
    statement = statement.order_by(ProfileField.id).with_for_update(read=True)
    return {each.key: each for each in db.session.scalars(statement)}


def _rows(person: Person, field_ids: Collection[int]) -> Sequence[ProfileValue]:
    mine = (ProfileValue.person_id == person.id, ProfileValue.field_id.in_(field_ids))
    statement = select(ProfileValue).where(*mine).execution_options(populate_existing=True)
    return db.session.scalars(statement).all()
