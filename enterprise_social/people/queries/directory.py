"""The directory: searched while somebody types, filtered, counted, and read page by page.

Of a search at most ``MOST`` people are looked at (a page then says 'more than'), so that it takes
about as long among a hundred thousand people as among a hundred.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, literal, select

from enterprise_social.core.paging import Page, decode, encode
from enterprise_social.people import words
from enterprise_social.people.models import Person, PersonSkill, Skill
from enterprise_social.people.policy import listed_people
from enterprise_social.people.queries import candidates as found_by
from enterprise_social.people.queries.candidates import Candidate, Wanted
from enterprise_social.people.queries.fields import hidden_names
from enterprise_social.people.queries.listing import (
    Filters,
    Found,
    choices,
    in_order,
    listable,
    numbers,
)
from enterprise_social.people.queries.people import by_ids
from enterprise_social.people.queries.skills import common_skills, skill_named
from enterprise_social.people.queries.spellings import near_words

FEW = 5  # people; fewer, and near spellings are looked at too
# Up to so many it is quicker to look at each than to walk along everyone in order.
SOME = 20_000


def find_people(
    viewer: Person, filters: Filters, *, cursor: str | None = None, limit: int = 50
) -> Found:
    """Return one page of the directory. Raises Invalid for a cursor that is not of this list."""
    hidden = hidden_names()
    filters = _without(filters, hidden)
    found = _find(viewer, filters, cursor, limit)
    return replace(
        found,
        hidden=hidden,
        departments=[] if "department" in hidden else found.departments,
        locations=[] if "location" in hidden else found.locations,
    )


def _without(filters: Filters, hidden: frozenset[str]) -> Filters:
    """Take out what is narrowed by a field that nobody is shown."""
    return replace(
        filters,
        department="" if "department" in hidden else filters.department,
        location="" if "location" in hidden else filters.location,
        sort="" if filters.sort in hidden else filters.sort,
    )


def _find(viewer: Person, filters: Filters, cursor: str | None, limit: int) -> Found:
    terms = words.terms(filters.query)
    skill = skill_named(filters.skill) if filters.skill else None
    if (filters.query.strip() and not terms) or (filters.skill and skill is None):
        return Found([], skills=common_skills(viewer))
    if not terms and skill is None:
        return _listed(viewer, filters, cursor, limit)
    return _Search(viewer, filters, terms, skill).page(cursor, limit)


def everyone(viewer: Person, filters: Filters, limit: int = 500) -> Iterator[Sequence[Person]]:
    """Yield all pages of a list by name, for a file; nothing is counted."""
    cursor: str | None = None
    filters = replace(_without(filters, hidden_names()), sort="name")
    plain = not filters.query.strip() and not filters.skill
    while True:
        page: Page[Person]
        if plain:
            page = in_order(viewer, filters, [], cursor, limit)
        else:
            found = _find(viewer, filters, cursor, limit)
            page = Page(found.people, found.next_cursor)
        yield page.items
        cursor = page.next_cursor
        if cursor is None:
            return


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


def _listed(viewer: Person, filters: Filters, cursor: str | None, limit: int) -> Found:
    page = in_order(viewer, filters, [], cursor, limit)
    counted = numbers(viewer, filters.former)
    chosen = [
        n
        for (department, location), n in counted.items()
        if filters.department in ("", department) and filters.location in ("", location)
    ]
    departments, locations = choices(counted, filters)
    skills = common_skills(viewer)
    return Found(page.items, page.next_cursor, sum(chosen), False, departments, locations, skills)


class _Search:
    """One search: first as it was typed, then with near spellings where that finds only a few."""

    def __init__(
        self, viewer: Person, filters: Filters, terms: Sequence[words.Term], skill: Skill | None
    ) -> None:
        self._viewer, self._filters, self._terms = viewer, filters, terms
        self._conditions = [listed_people(viewer), *listable(filters.former)]
        if skill is not None:
            self._conditions.append(_has(skill))
        self._wanted: list[Wanted] = [Wanted(term) for term in terms]

    def page(self, cursor: str | None, limit: int) -> Found:
        people, complete = self._look()
        numbers = Counter((each.department, each.location) for each in people)
        departments, locations = choices(numbers, self._filters)
        if complete:
            people = [each for each in people if self._is_chosen(each)]
        elif self._filters.department or self._filters.location:
            people, complete = self._narrowed()
        facts = Found(
            [],
            total=len(people),
            more=not complete,
            departments=departments,
            locations=locations,
            skills=common_skills(self._viewer),
            meant="" if people else self._meant(),
        )
        if not complete and self._filters.sort:
            page = in_order(self._viewer, self._filters, self._tests(), cursor, limit)
            return replace(facts, people=page.items, next_cursor=page.next_cursor)
        shown, next_cursor = self._cut(people, cursor, limit)
        rows = by_ids(each.id for each in shown)
        return replace(
            facts,
            people=[rows[each.id] for each in shown if each.id in rows],
            next_cursor=next_cursor,
            near_at=next((place for place, each in enumerate(shown) if each.near), None),
        )

    def _tests(self) -> list[ColumnElement[bool]]:
        """Return the search as conditions, for walking along an order that the database has."""
        tests = list(self._conditions)
        counts = found_by.totals(found_by.frequencies(self._wanted, SOME)) if self._wanted else {}
        for place, wanted in enumerate(self._wanted):
            few = counts.get(place, 0) <= SOME and counts[place] == min(counts.values())
            tests.append(found_by.is_among(wanted) if few else found_by.holds(wanted))
        return tests

    def _look(self) -> tuple[Sequence[Candidate], bool]:
        """Find as typed; where that is few, or a word is nobody's, with near spellings too."""
        found = found_by.candidates(self._wanted, self._conditions)
        if not self._terms or not found.complete or len(found.people) >= FEW:
            return found.people, found.complete
        widened = found_by.with_spellings(self._terms)
        if not any(each.near for each in widened):
            return found.people, True
        self._wanted = widened
        found = found_by.candidates(widened, self._conditions)
        return found.people, found.complete

    def _narrowed(self) -> tuple[Sequence[Candidate], bool]:
        conditions = list(self._conditions)
        if self._filters.department:
            conditions.append(Person.department == self._filters.department)
        if self._filters.location:
            conditions.append(Person.location == self._filters.location)
        found = found_by.candidates(self._wanted, conditions)
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
        counts = found_by.totals(found_by.frequencies(self._wanted)) if self._wanted else {}
        for place, wanted in enumerate(self._wanted):
            other = ""
            if not counts.get(place) and not wanted.term.handle:
                other = next(iter(near_words(wanted.term.forms, further=1)), "")
            meant.append(other or wanted.term.text)
            changed = changed or bool(other)
        if not changed:
            return ""
        wanted_now = [Wanted(term) for term in words.terms(" ".join(meant))]
        found = found_by.candidates(wanted_now, self._conditions, most=1)
        return " ".join(meant) if found.people else ""


_KEYS: dict[str, tuple[Any, tuple[type[Any], ...], bool]] = {
    "": (found_by.rank, (int, int, str, int), False),
    "name": (lambda each: (words.fold(each.name), each.id), (str, int), False),
    "department": (
        lambda each: (words.fold(each.department), words.fold(each.name), each.id),
        (str, str, int),
        False,
    ),
    "newest": (lambda each: (each.created_at, each.id), (datetime, int), True),
}


def _has(skill: Skill) -> ColumnElement[bool]:
    """Return who has a skill: read from the skill where few have it, else person by person."""
    of_skill = PersonSkill.skill_id == skill.id
    if skill.people_count <= SOME:
        return Person.id.in_(select(PersonSkill.person_id).where(of_skill))
    mine = select(literal(1)).select_from(PersonSkill)
    return exists(mine.where(of_skill, PersonSkill.person_id == Person.id)).correlate(Person)
