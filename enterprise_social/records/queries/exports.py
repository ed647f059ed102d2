"""Reads of exports: the list, one with the names in its scope, one's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from enterprise_social.channels.models import Channel
from enterprise_social.core.access import visible
from enterprise_social.core.db import db
from enterprise_social.core.paging import Page, decode, encode
from enterprise_social.people.models import Person
from enterprise_social.records.models import DataExport

PAGE = 50


@dataclass(frozen=True)
class ExportLine:
    """An export with who asked for it and who decided."""

    export: DataExport
    asked_by: Person
    decided_by: Person | None


def exports_page(viewer: Person, cursor: str | None = None, limit: int = PAGE) -> Page[ExportLine]:
    """Return the exports of others' data, the newest first. Raises Invalid for a bad cursor."""
    statement = select(DataExport).where(
        DataExport.kind == "compliance", visible(DataExport, viewer)
    )
    if cursor:
        (last,) = decode(cursor, int)
        statement = statement.where(DataExport.id < last)
    rows = db.session.scalars(statement.order_by(DataExport.id.desc()).limit(limit + 1)).all()
    more = encode(rows[limit - 1].id) if len(rows) > limit else None
    return Page(with_people(rows[:limit]), more)


def with_people(exports: Sequence[DataExport]) -> list[ExportLine]:
    """Return exports with the people who asked and decided, in one more query."""
    ids = {each.requested_by_id for each in exports}
    ids |= {each.decided_by_id for each in exports if each.decided_by_id is not None}
    people = {
        person.id: person for person in db.session.scalars(select(Person).where(Person.id.in_(ids)))
    }
    return [
        ExportLine(
            each,
            people[each.requested_by_id],
            people.get(each.decided_by_id) if each.decided_by_id is not None else None,
        )
        for each in exports
    ]


def scope_names(export: DataExport) -> tuple[list[str], list[str]]:
    """Return the usernames and the channels that a scope names."""
    people = select(Person.username).where(Person.id.in_(export.scope.get("people", ())))
    channels = select(Channel.slug).where(Channel.id.in_(export.scope.get("channels", ())))
    return (
        list(db.session.scalars(people.order_by(Person.username))),
        list(db.session.scalars(channels.order_by(Channel.slug))),
    )


def own_exports(viewer: Person, limit: int = 10) -> Sequence[DataExport]:
    """Return somebody's exports of their own data, the newest first."""
    statement = select(DataExport).where(
        DataExport.kind == "own", DataExport.requested_by_id == viewer.id
    )
    return db.session.scalars(statement.order_by(DataExport.id.desc()).limit(limit)).all()


def people_named(usernames: Sequence[str]) -> dict[str, int]:
    """Return the ids of people by username, also of those who left."""
    statement = select(Person.username, Person.id).where(Person.username.in_(usernames))
    return {row.username: row.id for row in db.session.execute(statement)}


def channels_named(names: Sequence[str]) -> dict[str, int]:
    """Return the ids of channels by their address, or by their name where one alone has it."""
    by_slug = select(Channel.slug, Channel.id).where(Channel.slug.in_(names))
    found = {row.slug: row.id for row in db.session.execute(by_slug)}
    by_name = (
        select(Channel.name, func.min(Channel.id).label("id"))
        .where(Channel.name.in_(names), Channel.name != "")
        .group_by(Channel.name)
        .having(func.count() == 1)
    )
    return {row.name: row.id for row in db.session.execute(by_name)} | found
