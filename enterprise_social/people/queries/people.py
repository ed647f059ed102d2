"""Reads of people: by key, the directory, suggestions, who reports to whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, func, or_, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from enterprise_social.core.access import visible
from enterprise_social.core.db import db
from enterprise_social.core.paging import Page, decode, encode
from enterprise_social.people.details import clean_email
from enterprise_social.people.models import Person
from enterprise_social.people.policy import suggestible
from enterprise_social.people.usernames import username_key

Listing = TypeVar("Listing", bound=Select[*tuple[Any, ...]])
CHUNK = 500  # of values in one IN, well under every database's limit


def by_ids(ids: Iterable[int]) -> dict[int, Person]:
    """Return the people of ``ids`` by id, former ones too; unknown ids are left out."""
    wanted = sorted({one for one in ids if one is not None})
    found: dict[int, Person] = {}
    for start in range(0, len(wanted), CHUNK):
        statement = select(Person).where(Person.id.in_(wanted[start : start + CHUNK]))
        found.update((person.id, person) for person in db.session.scalars(statement))
    return found


def by_usernames(usernames: Iterable[str]) -> dict[str, Person]:
    """Return people by the usernames as asked for, in any case; unknown ones are left out."""
    keys = {name: username_key(name) for name in usernames}
    wanted = sorted(set(keys.values()))
    found: dict[str, Person] = {}
    for start in range(0, len(wanted), CHUNK):
        statement = select(Person).where(Person.username.in_(wanted[start : start + CHUNK]))
        found.update((person.username, person) for person in db.session.scalars(statement))
    return {name: found[key] for name, key in keys.items() if key in found}


def by_emails(emails: Iterable[str]) -> dict[str, Person]:
    """Return people by the e-mail addresses as asked for, in any case."""
    keys = {email: clean_email(email) for email in emails}
    wanted = sorted({key for key in keys.values() if key})
    found: dict[str, Person] = {}
    for start in range(0, len(wanted), CHUNK):
        statement = select(Person).where(Person.email.in_(wanted[start : start + CHUNK]))
        found.update((person.email, person) for person in db.session.scalars(statement))
    return {email: found[key] for email, key in keys.items() if key and key in found}


def by_username(username: str) -> Person | None:
    """Return the person of that username, in any case, or None."""
    return by_usernames([username]).get(username)


def by_email(email: str) -> Person | None:
    """Return the person of that e-mail address, in any case, or None."""
    return by_emails([email]).get(email)


def directory(
    viewer: Person,
    *,
    query: str = "",
    department: str = "",
    location: str = "",
    cursor: str | None = None,
    limit: int = 50,
    former: bool = False,
) -> Page[Person]:
    """Return one page of the directory by name; ``former`` lists those who left as well.

    Raises Invalid for a cursor that is not of this list.
    """
    statement = _filtered(select(Person), viewer, query, department, location, former)
    if cursor:
        name, person_id = decode(cursor, str, int)
        statement = statement.where(tuple_(Person.name, Person.id) > tuple_(name, person_id))
    statement = statement.order_by(Person.name, Person.id).limit(limit + 1)
    people = db.session.scalars(statement).all()
    last = people[limit - 1] if len(people) > limit else None
    return Page(people[:limit], encode(last.name, last.id) if last else None)


def directory_total(
    viewer: Person,
    *,
    query: str = "",
    department: str = "",
    location: str = "",
    former: bool = False,
) -> int:
    """Count the people whom ``directory`` lists with the same filters."""
    counting = select(func.count(Person.id))
    statement = _filtered(counting, viewer, query, department, location, former)
    return int(db.session.execute(statement).scalar_one())


def directory_facets(
    viewer: Person, *, query: str = "", department: str = "", location: str = ""
) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """Return the departments and the places with the number of people that each would list.

    Each is counted under the other filters, not under its own: it says what choosing it gives.
    What is chosen stays in the list, also where nobody is left in it.
    """

    def counted(
        column: InstrumentedAttribute[str], chosen: str, **filters: str
    ) -> list[tuple[str, int]]:
        counting = select(column, func.count(Person.id)).where(column != "")
        found = _filtered(
            counting, viewer, query, filters["department"], filters["location"], False
        )
        numbers = {row[0]: int(row[1]) for row in db.session.execute(found.group_by(column))}
        if chosen:
            numbers.setdefault(chosen, 0)
        return sorted(numbers.items())

    return (
        counted(Person.department, department, department="", location=location),
        counted(Person.location, location, department=department, location=""),
    )


def reports_of(person: Person) -> Sequence[Person]:
    """Return who reports to ``person``, by name."""
    statement = select(Person).where(Person.manager_id == person.id, suggestible())
    return db.session.scalars(statement.order_by(Person.name, Person.id)).all()


def suggest(viewer: Person, query: str, limit: int = 8) -> Sequence[Person]:
    """Return people to suggest while somebody types, those whose username begins so first."""
    text = query.strip().removeprefix("@")
    statement = select(Person).where(
        visible(Person, viewer), suggestible(), Person.is_bot.is_(False)
    )
    if text:
        starts = Person.username.startswith(username_key(text), autoescape=True)
        statement = statement.where(starts | _named(text)).order_by(starts.desc())
    statement = statement.order_by(Person.name, Person.id).limit(limit)
    return db.session.scalars(statement).all()


def _filtered(
    statement: Listing, viewer: Person, query: str, department: str, location: str, former: bool
) -> Listing:
    statement = statement.where(visible(Person, viewer), Person.is_bot.is_(False))
    if not former:
        statement = statement.where(suggestible())
    if department:
        statement = statement.where(Person.department == department)
    if location:
        statement = statement.where(Person.location == location)
    for word in query.split()[:8]:
        statement = statement.where(
            or_(
                _contains(Person.name, word),
                _contains(Person.title, word),
                _contains(Person.department, word),
                Person.username.contains(username_key(word.removeprefix("@")), autoescape=True),
                Person.email.startswith(word.lower(), autoescape=True),
            )
        )
    return statement


def _contains(column: InstrumentedAttribute[str], word: str) -> ColumnElement[bool]:
    return or_(*(column.icontains(form, autoescape=True) for form in _forms(word)))


def _named(text: str) -> ColumnElement[bool]:
    """Match names of which some word begins with ``text``."""
    tests: list[ColumnElement[bool]] = []
    for form in _forms(text):
        tests.append(Person.name.istartswith(form, autoescape=True))
        tests.append(Person.name.icontains(f" {form}", autoescape=True))
    return or_(*tests)


def _forms(word: str) -> list[str]:
    # SQLite folds the case of ASCII letters only, so the usual spellings are asked for.
    return sorted({word, word.lower(), word.upper(), word.capitalize(), word.title()})
