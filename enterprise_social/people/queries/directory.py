"""The directory: searched while somebody types, filtered, counted, and read page by page.

Of a search at most ``MOST`` people are looked at (a page then says 'more than'), so that it takes
about as long among a hundred thousand people as among a hundred.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, literal, select, tuple_

from enterprise_social.core.access import visible
from enterprise_social.core.db import db
from enterprise_social.core.paging import Page, decode, encode
from enterprise_social.people import words
from enterprise_social.people.models import DirectoryPosting, Person, PersonSkill, Skill
from enterprise_social.people.models.directory import NAME, USERNAME
from enterprise_social.people.policy import suggestible
from enterprise_social.people.queries import candidates as found_by
from enterprise_social.people.queries.candidates import Candidate, Wanted
from enterprise_social.people.queries.people import by_ids
from enterprise_social.people.queries.skills import common_skills, skill_named
from enterprise_social.people.queries.spellings import near_words
from enterprise_social.people.usernames import username_key

SORTS = ("name", "department", "newest")
FEW = 5  # people; fewer, and near spellings are looked at too
MOST_SUGGESTED = 100  # people looked at to suggest some
MOST_CHOICES = 200  # of one filter

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
    somebody where this one doesn't.
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


def find_people(
    viewer: Person, filters: Filters, *, cursor: str | None = None, limit: int = 50
) -> Found:
    """Return one page of the directory. Raises Invalid for a cursor that is not of this list."""
    terms = words.terms(filters.query)
    skill = skill_named(filters.skill) if filters.skill else None
    if (filters.query.strip() and not terms) or (filters.skill and skill is None):
        return Found([], skills=common_skills())
    if not terms and skill is None:
        return _listed(viewer, filters, cursor, limit)
    return _Search(viewer, filters, terms, skill).page(cursor, limit)


def directory(
    viewer: Person, *, cursor: str | None = None, limit: int = 50, **filters: Any
) -> Page[Person]:
    """Return one page of the directory; ``filters`` are those of ``Filters``.

    Raises Invalid for a cursor that is not of this list.
    """
    found = find_people(viewer, Filters(**filters), cursor=cursor, limit=limit)
    return Page(found.people, found.next_cursor)


def directory_total(viewer: Person, **filters: Any) -> int:
    """Count the people whom ``directory`` lists with the same filters, of a search up to MOST."""
    return find_people(viewer, Filters(**filters), limit=1).total


# --- without words: all of them, by an index ---------------------------------------------------


def _listed(viewer: Person, filters: Filters, cursor: str | None, limit: int) -> Found:
    page = _in_order(viewer, filters, [], cursor, limit)
    numbers = _numbers(filters.former)
    chosen = [
        n
        for (department, location), n in numbers.items()
        if filters.department in ("", department) and filters.location in ("", location)
    ]
    departments, locations = _choices(numbers, filters)
    return Found(
        page.items, page.next_cursor, sum(chosen), False, departments, locations, common_skills()
    )


def _numbers(former: bool) -> Counter[tuple[str, str]]:
    """Count people by department and place: one walk along an index that covers it."""
    statement = (
        select(Person.department, Person.location, func.count())
        .where(*_listable(former))
        .group_by(Person.department, Person.location)
    )
    return Counter({(row[0], row[1]): int(row[2]) for row in db.session.execute(statement)})


def _choices(numbers: Counter[tuple[str, str]], filters: Filters) -> tuple[Counts, Counts]:
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


def _listable(former: bool) -> list[ColumnElement[bool]]:
    conditions = [Person.is_bot.is_(False)]
    return conditions if former else [suggestible(), *conditions]


def _in_order(
    viewer: Person,
    filters: Filters,
    tests: Sequence[ColumnElement[bool]],
    cursor: str | None,
    limit: int,
) -> Page[Person]:
    """Return a page by walking along the index of the order that is asked for."""
    statement: Select[Any] = select(Person).where(
        visible(Person, viewer), *_listable(filters.former), *tests
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


# --- with words or a skill: the best of at most so many ------------------------------------------


class _Search:
    """One search: first as it was typed, then with near spellings where that finds only a few."""

    def __init__(
        self, viewer: Person, filters: Filters, terms: Sequence[words.Term], skill: Skill | None
    ) -> None:
        self._viewer, self._filters, self._terms = viewer, filters, terms
        self._conditions = [visible(Person, viewer), *_listable(filters.former)]
        if skill is not None:
            mine = (PersonSkill.person_id == Person.id, PersonSkill.skill_id == skill.id)
            has = exists(select(literal(1)).select_from(PersonSkill).where(*mine))
            self._conditions.append(has.correlate(Person))
        self._wanted: list[Wanted] = [Wanted(term) for term in terms]
        self._counts: dict[int, int] = {}

    def page(self, cursor: str | None, limit: int) -> Found:
        people, complete = self._look()
        numbers = Counter((each.department, each.location) for each in people)
        departments, locations = _choices(numbers, self._filters)
        if complete:
            people = [each for each in people if self._is_chosen(each)]
        elif self._filters.department or self._filters.location:
            people, complete = self._narrowed()
        if not complete and self._filters.sort:
            tests = [*self._conditions, *(found_by.holds(each) for each in self._wanted)]
            page = _in_order(self._viewer, self._filters, tests, cursor, limit)
            return self._found(page.items, page.next_cursor, len(people), True,
                               departments, locations)  # fmt: skip
        shown, next_cursor = self._cut(people, cursor, limit)
        rows = by_ids(each.id for each in shown)
        near = next((place for place, each in enumerate(shown) if each.near), None)
        return self._found(
            [rows[each.id] for each in shown if each.id in rows], next_cursor, len(people),
            not complete, departments, locations, near,
        )  # fmt: skip

    def _found(self, people: Sequence[Person], next_cursor: str | None, total: int, more: bool,
               departments: Counts, locations: Counts, near: int | None = None) -> Found:  # fmt: skip
        meant = "" if total else self._meant()
        skills = common_skills()
        return Found(people, next_cursor, total, more, departments, locations, skills, near, meant)

    def _look(self) -> tuple[Sequence[Candidate], bool]:
        """Find as typed; where that is few, or a word is nobody's, with near spellings too."""
        if len(self._wanted) > 1:
            self._counts = found_by.frequencies(self._wanted)
        found = found_by.candidates(self._wanted, self._counts, self._conditions)
        if not self._terms or not found.complete or len(found.people) >= FEW:
            return found.people, found.complete
        widened = found_by.with_spellings(self._terms)
        if not any(each.near for each in widened):
            return found.people, True
        self._wanted = widened
        if len(widened) > 1:
            self._counts = found_by.frequencies(widened)
        found = found_by.candidates(widened, self._counts, self._conditions)
        return found.people, found.complete

    def _narrowed(self) -> tuple[Sequence[Candidate], bool]:
        conditions = list(self._conditions)
        if self._filters.department:
            conditions.append(Person.department == self._filters.department)
        if self._filters.location:
            conditions.append(Person.location == self._filters.location)
        found = found_by.candidates(self._wanted, self._counts, conditions)
        return found.people, found.complete

    def _is_chosen(self, each: Candidate) -> bool:
        return self._filters.department in ("", each.department) and self._filters.location in (
            "",
            each.location,
        )

    def _cut(
        self, people: Sequence[Candidate], cursor: str | None, limit: int
    ) -> tuple[list[Candidate], str | None]:
        """Cut a page out of those who were found; its cursor holds the place of its last one."""
        key, kinds, down = _KEYS[self._filters.sort]
        ordered = found_by.ranked(people, self._filters.query)
        if self._filters.sort:
            ordered = sorted(people, key=key, reverse=down)
        if cursor:
            last = decode(cursor, *kinds)
            ordered = [each for each in ordered if (key(each) < last if down else key(each) > last)]
        more = len(ordered) > limit
        return ordered[:limit], encode(*key(ordered[limit - 1])) if more else None

    def _meant(self) -> str:
        """Return other words that somebody is found by, or nothing."""
        changed = False
        meant: list[str] = []
        counts = found_by.frequencies(self._wanted) if self._wanted else {}
        for place, wanted in enumerate(self._wanted):
            other = ""
            if not counts.get(place) and not wanted.term.username:
                other = next(iter(near_words(wanted.term.forms, further=1)), "")
            meant.append(other or wanted.term.text)
            changed = changed or bool(other)
        if not changed:
            return ""
        wanted_now = [Wanted(term) for term in words.terms(" ".join(meant))]
        found = found_by.candidates(
            wanted_now, found_by.frequencies(wanted_now), self._conditions, most=1
        )
        return " ".join(meant) if found.people else ""


_KEYS: dict[str, tuple[Any, tuple[type[Any], ...], bool]] = {
    "": (found_by.rank, (int, str, int), False),
    "name": (lambda each: (words.fold(each.name), each.id), (str, int), False),
    "department": (
        lambda each: (words.fold(each.department), words.fold(each.name), each.id),
        (str, str, int),
        False,
    ),
    "newest": (lambda each: (each.created_at, each.id), (datetime, int), True),
}


# --- while somebody types a name -----------------------------------------------------------------


def suggest(viewer: Person, query: str, limit: int = 8) -> Sequence[Person]:
    """Return people to suggest while somebody types, those whose username begins so first.

    Names are found without accents, in other scripts and misspelt too.
    """
    text = query.strip().removeprefix("@")
    conditions = [visible(Person, viewer), *_listable(former=False)]
    if not text:
        statement = select(Person).where(*conditions).order_by(Person.name, Person.id)
        return db.session.scalars(statement.limit(limit)).all()
    found = {person.id: person for person in _by_username(username_key(text), conditions, limit)}
    terms = words.terms(text)
    if len(found) >= limit or not terms:
        return list(found.values())
    wanted = [Wanted(term) for term in terms]
    others = _suggested(wanted, conditions)
    if len(others) + len(found) < min(limit, FEW):
        widened = found_by.with_spellings(terms)
        if any(each.near for each in widened):
            others = _suggested(widened, conditions)
    ordered = [each.id for each in found_by.ranked(others, text) if each.id not in found]
    rows = by_ids(ordered[: limit - len(found)])
    return [*found.values(), *(rows[each] for each in ordered if each in rows)]


def _suggested(
    wanted: Sequence[Wanted], conditions: Sequence[ColumnElement[bool]]
) -> Sequence[Candidate]:
    counts = found_by.frequencies(wanted) if len(wanted) > 1 else {}
    kinds = (NAME, USERNAME)
    found = found_by.candidates(wanted, counts, conditions, kinds=kinds, most=MOST_SUGGESTED)
    return found.people


def _by_username(
    start: str, conditions: Sequence[ColumnElement[bool]], limit: int
) -> Sequence[Person]:
    posting = DirectoryPosting
    statement = (
        select(Person)
        .join(posting, posting.person_id == Person.id)
        .where(posting.kind == USERNAME, found_by.begins(posting.word, start))
        .where(Person.username == posting.word, *conditions)
        .order_by(posting.word)
        .limit(limit)
    )
    return db.session.scalars(statement).all()
