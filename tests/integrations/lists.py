"""Lists of people in tests: made, given, read and carried out by the real actions."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from flask import Flask
from sqlalchemy import select

from enterprise_social.core.db import db
from enterprise_social.integrations.actions.people_imports import begin_people_import
from enterprise_social.integrations.models import PeopleImport, PeopleImportLine
from enterprise_social.people.models import Person
from enterprise_social.people.queries import by_email


def as_csv(rows: Iterable[Sequence[str]], delimiter: str = ",") -> bytes:
    """A CSV file of these rows, the header first."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode()


def work(app: Flask) -> None:
    """Let the worker do what is due."""
    app.extensions["worker"].run_until_idle()
    db.session.expire_all()


def give(app: Flask, actor: Person | None, content: bytes, **options: object) -> PeopleImport:
    """Give a file in and have it read."""
    found = begin_people_import(actor, io.BytesIO(content), "people.csv", options)
    work(app)
    db.session.refresh(found)
    return found


def lines_of(found: PeopleImport, kind: str = "") -> list[PeopleImportLine]:
    """The lines of a list, or those of one kind, in the order of the file."""
    statement = select(PeopleImportLine).where(PeopleImportLine.import_id == found.id)
    if kind:
        statement = statement.where(PeopleImportLine.kind == kind)
    return list(db.session.scalars(statement.order_by(PeopleImportLine.id)))


def counts(found: PeopleImport) -> dict[str, int]:
    """How many lines there are of each kind that there is."""
    every = [line.kind for line in lines_of(found)]
    return {kind: every.count(kind) for kind in dict.fromkeys(every)}


def problems(found: PeopleImport) -> dict[int, str]:
    """What is said of each refused line."""
    return {
        line.line: " ".join(reason for _target, reason in line.problems)
        for line in lines_of(found)
        if line.problems
    }


def person(email: str) -> Person:
    """Whoever has that address, as the database has them now."""
    found = by_email(email)
    assert found is not None, email
    db.session.refresh(found)
    return found
