"""Lists of the directory: what narrows and orders them, and the numbers beside the filters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, tuple_

from enterprise_social.core.db import db
from enterprise_social.core.paging import Page, decode, encode
from enterprise_social.people import words
from enterprise_social.people.models import Person
from enterprise_social.people.policy import listed_people, suggestible

SORTS = ("name", "department", "newest")
MOST_CHOICES = 200  # of one filter
LONGEST = {"q": 200, "department": 120, "location": 120, "skill": 60}

Counts = list[tuple[str, int]]


@dataclass(frozen=True)
class Filters:
    """What the directory is narrowed to. ``sort`` is one of SORTS, or empty: the best match."""

    query: str = ""
    department: str = ""
    location: str = ""
    skill: str = ""
    sort: str = ""
    former: bool = False


@dataclass(frozen=True)
class Found:
    """One page of the directory with the numbers beside it.

    ``total`` is exact unless ``more``: then there are at least as many. ``near_at`` is the place on
    this page from which people are only near what was typed. ``meant`` is a query that finds
    somebody where this one doesn't. ``hidden`` are the built-in fields that nobody is shown.
    """

    people: Sequence[Person]
    next_cursor: str | None = None
    total: int = 0
    more: bool = False
    departments: Counts = field(default_factory=list)
    locations: Counts = field(default_factory=list)
    skills: Counts = field(default_factory=list)
    near_at: int | None = None
    meant: str = ""
    hidden: frozenset[str] = frozenset()


def filters_of(given: Mapping[str, str]) -> Filters:
    """Read what the directory is narrowed to from the values of an address."""
    asked = {name: given.get(name, "").strip()[:most] for name, most in LONGEST.items()}
    sort = given.get("sort", "")
    return Filters(
        query=asked["q"],
        department=asked["department"],
        location=asked["location"],
        skill=asked["skill"],
        sort=sort if sort in SORTS else "",
    )


def numbers(viewer: Person, former: bool) -> Counter[tuple[str, str]]:
    """Count people by department and place: one walk along an index that covers it."""
    statement = (
        select(Person.department, Person.location, func.count())
        .where(listed_people(viewer), *listable(former))
        .group_by(Person.department, Person.location)
    )
    return Counter({(row[0], row[1]): int(row[2]) for row in db.session.execute(statement)})


def choices(numbers: Counter[tuple[str, str]], filters: Filters) -> tuple[Counts, Counts]:
    """Return the departments and the places, each with how many people it would list.

    Each is counted under the other filter, not under its own. What is chosen stays in the list,
    also where nobody is left in it.
    """
    departments: Counter[str] = Counter()
    locations: Counter[str] = Counter()
    for (department, location), number in numbers.items():
        if filters.location in ("", location):
            departments[department] += number
        if filters.department in ("", department):
            locations[location] += number
    return _sorted(departments, filters.department), _sorted(locations, filters.location)


def _sorted(numbers: Counter[str], chosen: str) -> Counts:
    kept = {name: n for name, n in numbers.most_common(MOST_CHOICES) if name}
    if chosen:
        kept.setdefault(chosen, numbers.get(chosen, 0))
    return sorted(kept.items(), key=lambda pair: words.fold(pair[0]))


def listable(former: bool) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Person.is_bot.is_(False)]
    return conditions if former else [suggestible(), *conditions]


def in_order(
    viewer: Person,
    filters: Filters,
    tests: Sequence[ColumnElement[bool]],
    cursor: str | None,
    limit: int,
) -> Page[Person]:
    """Return a page by walking along the index of the order that is asked for."""
    statement: Select[Any] = select(Person).where(
        listed_people(viewer), *listable(filters.former), *tests
    )
    if filters.department:
        statement = statement.where(Person.department == filters.department)
    if filters.location:
        statement = statement.where(Person.location == filters.location)
    statement = _sorted_by(statement, filters.sort, cursor)
    people = db.session.scalars(statement.limit(limit + 1)).all()
    last = people[limit - 1] if len(people) > limit else None
    return Page(people[:limit], encode(*_place(last, filters.sort)) if last else None)


def _sorted_by(statement: Select[Any], sort: str, cursor: str | None) -> Select[Any]:
    if sort == "newest":
        if cursor:
            place = tuple_(Person.created_at, Person.id)
            statement = statement.where(place < tuple_(*decode(cursor, datetime, int)))
        return statement.order_by(Person.created_at.desc(), Person.id.desc())
    columns: tuple[Any, ...] = (Person.name, Person.id)
    kinds: tuple[type[Any], ...] = (str, int)
    if sort == "department":
        columns, kinds = (Person.department, *columns), (str, *kinds)
    if cursor:
        statement = statement.where(tuple_(*columns) > tuple_(*decode(cursor, *kinds)))
    return statement.order_by(*columns)


def _place(person: Person, sort: str) -> tuple[Any, ...]:
    if sort == "newest":
        return person.created_at, person.id
    if sort == "department":
        return person.department, person.name, person.id
    return person.name, person.id
