"""Reads of rights that were granted one by one."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import aliased

from enterprise_social.core import settings
from enterprise_social.core.db import db
from enterprise_social.core.paging import Page, decode, encode
from enterprise_social.people.models import Person, Right

# Has another value after each change, on every process: what was kept is read anew then.
CHANGED = "people.rights_changed"
_KEPT = "granted_rights"

settings.define(CHANGED, "", str)


def granted_to(person_id: int) -> frozenset[str]:
    """Return what was granted to somebody, to show pages by; it costs no query.

    What is allowed is asked of the database each time (``people.policy.rights``).
    """
    version = settings.get(CHANGED)
    kept: tuple[Any, dict[int, frozenset[str]]] | None = current_app.extensions.get(_KEPT)
    if kept is None or kept[0] != version:
        found: dict[int, set[str]] = {}
        for holder_id, name in db.session.execute(select(Right.person_id, Right.name)):
            found.setdefault(holder_id, set()).add(name)
        kept = (version, {each: frozenset(names) for each, names in found.items()})
        current_app.extensions[_KEPT] = kept
    return kept[1].get(person_id, frozenset())


def rights_of(person_ids: Collection[int]) -> dict[int, list[tuple[Right, Person | None]]]:
    """Return what was granted to people, each with who granted it, by person and in one query."""
    granter = aliased(Person)
    statement = (
        select(Right, granter)
        .outerjoin(granter, granter.id == Right.granted_by_id)
        .where(Right.person_id.in_(person_ids))
        .order_by(Right.granted_at, Right.name)
    )
    found: dict[int, list[tuple[Right, Person | None]]] = {}
    for right, by in db.session.execute(statement):
        found.setdefault(right.person_id, []).append((right, by))
    return found


def grants(*, cursor: str | None = None, limit: int = 50) -> Page[tuple[Right, Person]]:
    """Return one page of everything that was granted, by name of who has it.

    Raises Invalid for a cursor that is not of this list.
    """
    statement = (
        select(Right, Person)
        .join(Person, Person.id == Right.person_id)
        .order_by(Person.name, Person.id, Right.name)
    )
    if cursor:
        name, person_id, right = decode(cursor, str, int, str)
        later = (
            (Person.name > name)
            | ((Person.name == name) & (Person.id > person_id))
            | ((Person.id == person_id) & (Right.name > right))
        )
        statement = statement.where(later)
    rows = [(row[0], row[1]) for row in db.session.execute(statement.limit(limit + 1))]
    if len(rows) <= limit:
        return Page(rows, None)
    last, holder = rows[limit - 1]
    return Page(rows[:limit], encode(holder.name, holder.id, last.name))
