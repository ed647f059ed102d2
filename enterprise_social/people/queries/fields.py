"""Reads of the fields that the organisation defined, and of the built-in ones that it hides."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased

from enterprise_social.core.db import db
from enterprise_social.core.errors import NotFound
from enterprise_social.people.built_in import custom_name
from enterprise_social.people.models import (
    HiddenField,
    Person,
    ProfileChange,
    ProfileField,
    ProfileValue,
)
from enterprise_social.people.policy.fields import may_set, open_values
from enterprise_social.people.policy.people import may_edit
from enterprise_social.people.queries.people import CHUNK


@dataclass(frozen=True)
class ShownField:
    """A field with what stands in it, for somebody who may see it.

    ``value`` is text as it is stored; of the kind ``person`` it is empty and ``person`` is whom
    it names, who may have left.
    """

    field_id: int
    key: str
    name: str
    kind: str
    audience: str
    value: str
    person: Person | None = None

    @property
    def text(self) -> str:
        """What it says on one line of plain text, for tables and programs."""
        return self.person.name if self.person else self.value

    @property
    def day(self) -> date | None:
        """The day that a date says."""
        return date.fromisoformat(self.value) if self.kind == "date" and self.value else None

    @property
    def link_text(self) -> str:
        """A link as people read it: without its scheme."""
        return re.sub("^(https?://|mailto:)", "", self.value).rstrip("/")


@dataclass(frozen=True)
class FieldInForm:
    """A field with what stands in it, for somebody who fills it in or only reads it there."""

    field: ProfileField
    shown: ShownField
    may_set: bool

    @property
    def raw(self) -> str:
        """What an input holds."""
        return f"@{self.shown.person.username}" if self.shown.person else self.shown.value


def hidden_names() -> frozenset[str]:
    """Return the names of the built-in fields that this organisation doesn't show."""
    return frozenset(db.session.scalars(select(HiddenField.name)))


def defined_fields(*, archived: bool = False) -> Sequence[ProfileField]:
    """Return the fields in their order; with ``archived`` those that were put away instead."""
    is_archived = ProfileField.archived_at.is_not(None)
    statement = select(ProfileField).where(is_archived if archived else ~is_archived)
    return db.session.scalars(statement.order_by(ProfileField.position, ProfileField.id)).all()


def field_of(field_id: int) -> ProfileField:
    """Return a field, an archived one too. Raises NotFound."""
    field = db.session.get(ProfileField, field_id) if field_id < 2**63 else None
    if field is None:
        raise NotFound()
    return field


def numbers_filled() -> dict[int, int]:
    """Return by field how many people have something in it."""
    counting = select(ProfileValue.field_id, func.count()).group_by(ProfileValue.field_id)
    return {row[0]: int(row[1]) for row in db.session.execute(counting)}


def numbers_chosen(field: ProfileField) -> dict[str, int]:
    """Return by choice how many people have it, those that are no longer offered too."""
    counting = select(ProfileValue.value, func.count()).where(ProfileValue.field_id == field.id)
    return {
        row[0]: int(row[1]) for row in db.session.execute(counting.group_by(ProfileValue.value))
    }


def number_noted(field: ProfileField) -> int:
    """Count the changes of a field in the history of people."""
    counting = select(func.count()).where(ProfileChange.field == custom_name(field.id))
    return int(db.session.execute(counting).scalar_one())


def values_for(viewer: Person | None, person: Person, *, as_admin: bool = True) -> list[ShownField]:
    """Return the filled fields of somebody that the viewer may see, in their order.

    Admins who don't ask ``as_admin`` see what they would see as anybody else.
    """
    found: dict[int, list[ShownField]] = {}
    _gather(found, [person.id], open_values(viewer, [person.id], as_admin=as_admin))
    return found.get(person.id, [])


def values_of(viewer: Person | None, person_ids: Iterable[int]) -> dict[int, list[ShownField]]:
    """Return the same of many people; who has nothing to be seen is left out."""
    found: dict[int, list[ShownField]] = {}
    for chunk in _chunks(person_ids):
        _gather(found, chunk, open_values(viewer, chunk))
    return found


def editable_for(actor: Person | None, person: Person) -> list[FieldInForm]:
    """Return the fields as a form about ``person`` has them, empty ones too.

    Who may not edit the profile gets none. Those that the actor only may read are marked so and
    left out where they are empty.
    """
    if not may_edit(actor, person):
        return []
    filled = {shown.field_id: shown for shown in values_for(actor, person)}
    rows = []
    for field in defined_fields():
        allowed = may_set(actor, person, field)
        shown = filled.get(field.id)
        if allowed or shown:
            empty = ShownField(field.id, field.key, field.name, field.kind, field.audience, "")
            rows.append(FieldInForm(field, shown or empty, allowed))
    return rows


def given_in(form: Mapping[str, str], fields: Iterable[FieldInForm]) -> dict[str, str]:
    """Return by key what a form gives for those ``fields`` that its writer may set.

    The inputs are named ``fields.<key>``. What was archived since the form was made is left out.
    """
    keys = [each.field.key for each in fields if each.may_set]
    return {key: form[f"fields.{key}"] for key in keys if f"fields.{key}" in form}


def _chunks(person_ids: Iterable[int]) -> Iterable[list[int]]:
    wanted = sorted(set(person_ids))
    for start in range(0, len(wanted), CHUNK):
        yield wanted[start : start + CHUNK]


def _gather(
    found: dict[int, list[ShownField]], person_ids: list[int], condition: ColumnElement[bool]
) -> None:
    named = aliased(Person)
    statement = (
        select(ProfileField, ProfileValue.person_id, ProfileValue.value, named)
        .join(ProfileValue, ProfileValue.field_id == ProfileField.id)
        .outerjoin(named, named.id == ProfileValue.named_id)
        .where(ProfileValue.person_id.in_(person_ids), ProfileField.archived_at.is_(None))
        .where(condition)
        .order_by(ProfileField.position, ProfileField.id)
    )
    for field, person_id, value, person in db.session.execute(statement):
        shown = ShownField(
            field.id, field.key, field.name, field.kind, field.audience, value, person
        )
        found.setdefault(person_id, []).append(shown)
