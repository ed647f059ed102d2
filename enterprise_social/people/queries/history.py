"""Reads of who changed what of whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from enterprise_social.core.access import require
from enterprise_social.core.db import db
from enterprise_social.core.paging import Page, decode, encode
from enterprise_social.people.built_in import custom_id, label_of
from enterprise_social.people.models import Person, ProfileChange, ProfileField
from enterprise_social.people.policy.fields import may_see_history
from enterprise_social.people.queries.people import by_ids

PAGE = 50


@dataclass(frozen=True)
class Change:
    """One change of one field. ``actor`` is None where the installation itself made it.

    ``before`` and ``after`` are as they were noted; ``people`` are those that they name by id.
    """

    id: int
    at: datetime
    actor: Person | None
    field: str
    label: str
    kind: str
    before: Any
    after: Any
    people: dict[int, Person]


def history_of(
    viewer: Person | None, person: Person, *, cursor: str | None = None, limit: int = PAGE
) -> Page[Change]:
    """Return one page of what changed of somebody, the newest first, in at most three queries.

    It is for admins alone, who see every field. Raises Forbidden, and Invalid for a foreign cursor.
    """
    require(may_see_history(viewer), _("Only admins may read this."))
    statement = select(ProfileChange).where(ProfileChange.person_id == person.id)
    if cursor:
        (last,) = decode(cursor, int)
        statement = statement.where(ProfileChange.id < last)
    statement = statement.order_by(ProfileChange.id.desc()).limit(limit + 1)
    rows = db.session.scalars(statement).all()
    shown = rows[:limit]
    fields = _fields(shown)
    people = by_ids(_named(shown, fields))
    return Page(
        [_change(row, fields, people) for row in shown],
        encode(shown[-1].id) if len(rows) > limit else None,
    )


def _fields(rows: Iterable[ProfileChange]) -> dict[int, ProfileField]:
    wanted = {number for row in rows if (number := custom_id(row.field)) is not None}
    if not wanted:
        return {}
    statement = select(ProfileField).where(ProfileField.id.in_(wanted))
    return {field.id: field for field in db.session.scalars(statement)}


def _kind(row: ProfileChange, fields: dict[int, ProfileField]) -> str:
    field = fields.get(custom_id(row.field) or 0)
    if field is not None:
        return field.kind
    return "person" if row.field == "manager_id" else ""


def _named(rows: Sequence[ProfileChange], fields: dict[int, ProfileField]) -> set[int]:
    wanted = {row.actor_id for row in rows if row.actor_id is not None}
    for row in rows:
        if _kind(row, fields) == "person":
            wanted |= {each for each in (row.before, row.after) if isinstance(each, int)}
    return wanted


def _change(
    row: ProfileChange, fields: dict[int, ProfileField], people: dict[int, Person]
) -> Change:
    field = fields.get(custom_id(row.field) or 0)
    is_custom = custom_id(row.field) is not None
    label = field.name if field else _("A deleted field") if is_custom else label_of(row.field)
    kind = _kind(row, fields)
    named = {row.before, row.after} if kind == "person" else set()
    return Change(
        id=row.id,
        at=row.at,
        actor=people.get(row.actor_id) if row.actor_id is not None else None,
        field=row.field,
        label=label,
        kind=kind,
        before=row.before,
        after=row.after,
        people={each: people[each] for each in named if each in people},
    )
