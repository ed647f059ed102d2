"""Reads of lists of people: which there are, their lines in pages, how many of which sort."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, func, select

from enterprise_social.core.access import Viewer, visible
from enterprise_social.core.db import db
from enterprise_social.core.paging import Page, decode, encode
from enterprise_social.integrations.models import LINE_KINDS, PeopleImport, PeopleImportLine
from enterprise_social.people.models import Person

PAGE = 50
# What can be looked at: by sort, those that were refused when they were to be written, and those
# that give somebody other rights or another mailbox.
SHOWN = (*LINE_KINDS, "failed", "access")


def recent_imports(viewer: Viewer, limit: int = 20) -> Sequence[PeopleImport]:
    """Return the lists that were given last."""
    statement = select(PeopleImport).where(visible(PeopleImport, viewer))
    return db.session.scalars(statement.order_by(PeopleImport.id.desc()).limit(limit)).all()


def counts_of(found: PeopleImport) -> dict[str, int]:
    """Count the lines by what can be looked at, and ``done``, those that are carried out."""
    statement = (
        select(PeopleImportLine.kind, PeopleImportLine.state, func.count())
        .where(PeopleImportLine.import_id == found.id)
        .group_by(PeopleImportLine.kind, PeopleImportLine.state)
    )
    counts = dict.fromkeys((*SHOWN, "done", "kept"), 0)
    for kind, state, number in db.session.execute(statement):
        counts[kind] = counts.get(kind, 0) + number
        if state == "refused" and kind != "refused":
            counts["failed"] += number
        elif state in ("done", "kept"):
            counts[state] += number
    access = select(func.count()).where(*_of(found, "access"))
    counts["access"] = int(db.session.execute(access).scalar_one())
    return counts


def missing_count(found: PeopleImport) -> int:
    """Count those who are missing from the file and whose accounts could be closed."""
    statement = select(func.count()).where(
        PeopleImportLine.import_id == found.id,
        PeopleImportLine.kind == "missing",
        PeopleImportLine.state == "waiting",
    )
    return int(db.session.execute(statement).scalar_one())


def lines_page(
    found: PeopleImport, show: str, cursor: str | None = None, limit: int = PAGE
) -> Page[PeopleImportLine]:
    """Return one page of the lines of a sort (of ``SHOWN``), in the order of the file."""
    statement = select(PeopleImportLine).where(*_of(found, show))
    if cursor:
        (after,) = decode(cursor, int)
        statement = statement.where(PeopleImportLine.id > after)
    statement = statement.order_by(PeopleImportLine.id).limit(limit + 1)
    lines = db.session.scalars(statement).all()
    more = encode(lines[limit - 1].id) if len(lines) > limit else None
    return Page(lines[:limit], more)


def problem_lines(found: PeopleImport) -> Iterator[PeopleImportLine]:
    """Give every line that was refused, at the reading or later, in the order of the file."""
    after = 0
    while True:
        statement = select(PeopleImportLine).where(
            PeopleImportLine.import_id == found.id,
            PeopleImportLine.state == "refused",
            PeopleImportLine.id > after,
        )
        lines = db.session.scalars(statement.order_by(PeopleImportLine.id).limit(500)).all()
        yield from lines
        if len(lines) < 500:
            return
        after = lines[-1].id


def _of(found: PeopleImport, show: str) -> list[ColumnElement[bool]]:
    of_import = PeopleImportLine.import_id == found.id
    if show == "failed":
        return [
            of_import,
            PeopleImportLine.state == "refused",
            PeopleImportLine.kind != "refused",
        ]
    if show == "access":
        more_rights = PeopleImportLine.values["role"].as_string().in_(("manager", "admin"))
        moved = PeopleImportLine.changes["email"].as_string().is_not(None)
        leading = select(Person.id).where(Person.role.in_(("manager", "admin")))
        comes_back = PeopleImportLine.kind == "reactivate"
        return [
            of_import,
            PeopleImportLine.kind.in_(("create", "change", "reactivate")),
            more_rights
            | (moved & (PeopleImportLine.kind != "create"))
            | (comes_back & PeopleImportLine.person_id.in_(leading)),
        ]
    return [of_import, PeopleImportLine.kind == show]
