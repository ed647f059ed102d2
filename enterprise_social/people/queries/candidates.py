"""Who is found by the words of a query, with what they are found by: at most so many people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, literal, or_, select, union_all
from sqlalchemy.orm import aliased

from enterprise_social.core.db import db
from enterprise_social.people import words
from enterprise_social.people.models import DirectoryPosting, Person
from enterprise_social.people.models.directory import HANDLE, KINDS, NAME, OTHER, USERNAME
from enterprise_social.people.queries.spellings import near_words
from enterprise_social.people.words import Term

MOST = 1_000  # people; beyond them it is 'more than'
COUNTED = 10_000  # postings; more is just common
LAST = "\U0010ffff"
# What a word counts by the kind of its field, whole and as a beginning: a name goes first.
_WHOLE = {HANDLE: 100, NAME: 100, USERNAME: 70, OTHER: 20}
_BEGINS = {HANDLE: 60, NAME: 60, USERNAME: 50, OTHER: 10}
_NEAR = {NAME: 8, USERNAME: 6, OTHER: 4}
_SAME_NAME = 1_000
# Among many people each further lookup counts.
CHUNK = 500


@dataclass(frozen=True)
class Wanted:
    """A term with the near spellings that are allowed for it, by the number of wrong letters."""

    term: Term
    near: Mapping[str, int] = field(default_factory=dict)

    def ways(self, word: Any = DirectoryPosting.word) -> list[ColumnElement[bool]]:
        """Return the conditions of which a word meets one, each a range or values of an index."""
        tests = [begins(word, form) for form in self.term.forms]
        return [*tests, word.in_(list(self.near))] if self.near else tests

    @property
    def kinds(self) -> Sequence[int]:
        """The kinds of words that are meant."""
        return (HANDLE,) if self.term.handle else KINDS

    def score(self, kind: int, word: str) -> tuple[int, bool]:
        """Return what a posting counts for this term, and whether it is only near; 0 is no hit."""
        if self.term.handle != (kind == HANDLE):
            return 0, False
        for form in self.term.forms:
            if word == form:
                return _WHOLE[kind], False
            if word.startswith(form):
                return _BEGINS[kind], False
        wrong = self.near.get(word)
        return (0, False) if wrong is None else (_NEAR[kind] - wrong, True)


@dataclass
class Candidate:
    """Somebody who was found, with what lists and numbers need of them."""

    id: int
    name: str
    username: str
    department: str
    location: str
    created_at: datetime
    score: int = 0
    near: bool = False


@dataclass(frozen=True)
class Candidates:
    """Who was found; not ``complete`` where there are more than ``MOST``."""

    people: Sequence[Candidate]
    complete: bool = True


def begins(column: Any, form: str) -> ColumnElement[bool]:
    """Return which words begin so, as a range of an index."""
    return and_(column >= form, column < form + LAST)


def holds(wanted: Wanted, person_id: Any = Person.id) -> ColumnElement[bool]:
    """Return which people have a word of this term, looked up person by person."""
    also = aliased(DirectoryPosting)
    mine = [also.person_id == person_id, also.kind.in_(wanted.kinds), or_(*wanted.ways(also.word))]
    return exists(select(literal(1)).select_from(also).where(*mine))


def is_among(wanted: Wanted) -> ColumnElement[bool]:
    """Return the same, looked up word by word: better where few people have one."""
    posting = DirectoryPosting
    parts = [
        select(posting.person_id).where(posting.kind == kind, way)
        for kind in wanted.kinds
        for way in wanted.ways()
    ]
    return Person.id.in_(union_all(*parts) if len(parts) > 1 else parts[0])


def with_spellings(terms: Sequence[Term]) -> list[Wanted]:
    """Allow near spellings of every word; an address or a username is meant as it is typed."""
    return [Wanted(term, {} if term.handle else near_words(term.forms)) for term in terms]


def frequencies(wanted: Sequence[Wanted], most: int = MOST) -> dict[tuple[int, int], int]:
    """Count the postings of each term by its place and their kind, none further than ``most``."""
    posting = DirectoryPosting
    parts = []
    for place, each in enumerate(wanted):
        for kind in each.kinds:
            for way in each.ways():
                limited = select(posting.person_id).where(posting.kind == kind, way)
                rows = limited.limit(most + 1).subquery()
                facts = (literal(place).label("place"), literal(kind).label("kind"))
                parts.append(select(*facts, func.count().label("n")).select_from(rows))
    found: dict[tuple[int, int], int] = {}
    for row in db.session.execute(union_all(*parts)):
        found[row.place, row.kind] = found.get((row.place, row.kind), 0) + int(row.n)
    return found


def totals(counts: Mapping[tuple[int, int], int]) -> dict[int, int]:
    """Add the frequencies of all kinds up, by the place of the term."""
    found: dict[int, int] = {}
    for (place, _kind), number in counts.items():
        found[place] = found.get(place, 0) + number
    return found


def candidates(
    wanted: Sequence[Wanted],
    conditions: Sequence[ColumnElement[bool]],
    *,
    kinds: Sequence[int] = KINDS,
    most: int = MOST,
) -> Candidates:
    """Find people who have a word of every term and meet the conditions, names first.

    The search goes from the rarest term, and only into kinds that have it. Without terms whoever
    meets the conditions is found.
    """
    if not wanted:
        return _by_conditions(conditions, most)
    # Of several words the rarest must be known, of one only which kinds have it.
    counts = frequencies(wanted, COUNTED if len(wanted) > 1 else 1)
    numbers = totals(counts)
    order = sorted(numbers, key=lambda place: numbers[place])
    if not numbers[order[0]]:
        return Candidates([])
    rarest, others = wanted[order[0]], [wanted[place] for place in order[1:]]
    mine = DirectoryPosting.person_id
    tests = [*conditions, *(holds(other, mine) for other in others)]
    found: dict[int, Candidate] = {}
    full = False
    for kind in rarest.kinds if rarest.term.handle else kinds:
        if not counts[order[0], kind]:
            continue
        # Half as many more: somebody may have several words that begin so.
        rows = _rows(rarest, kind, tests, most + most // 2)
        full = full or len(rows) >= most + most // 2
        for row in rows:
            _take(found, row, rarest.score(kind, row.word))
        if len(found) > most:
            break
    people = list(found.values())[:most]
    if others and people:
        _score_others(people, others)
    return Candidates(people, complete=not full and len(found) <= most)


def _rows(
    wanted: Wanted, kind: int, tests: Sequence[ColumnElement[bool]], most: int
) -> Sequence[Any]:
    """Read postings with their people; each way by itself, or no index would be used."""
    posting = DirectoryPosting
    parts = [
        select(posting.word.label("word"), *_COLUMNS)
        .select_from(posting)
        .join(Person, Person.id == posting.person_id)
        .where(posting.kind == kind, way, *tests)
        .limit(most)
        for way in wanted.ways()
    ]
    if len(parts) == 1:
        return db.session.execute(parts[0]).all()
    return db.session.execute(union_all(*(select(each.subquery()) for each in parts))).all()


_COLUMNS = (
    Person.id,
    Person.name,
    Person.username,
    Person.department,
    Person.location,
    Person.created_at,
)


def _by_conditions(conditions: Sequence[ColumnElement[bool]], most: int) -> Candidates:
    statement = select(*_COLUMNS).where(*conditions).limit(most + 1)
    rows = db.session.execute(statement).all()
    people = [Candidate(*row) for row in rows[:most]]
    return Candidates(people, complete=len(rows) <= most)


def _take(found: dict[int, Candidate], row: Any, scored: tuple[int, bool]) -> None:
    score, near = scored
    known = found.get(row.id)
    if known is None:
        found[row.id] = Candidate(
            row.id,
            row.name,
            row.username,
            row.department,
            row.location,
            row.created_at,
            score,
            near,
        )
    elif score > known.score:
        known.score, known.near = score, near


def _score_others(people: Sequence[Candidate], others: Sequence[Wanted]) -> None:
    """Add what the other terms count for each; that they were found is known already."""
    by_id = {person.id: person for person in people}
    best: dict[tuple[int, int], tuple[int, bool]] = {}
    ids = list(by_id)
    posting = DirectoryPosting
    matching = or_(*(way for each in others for way in each.ways()))
    for start in range(0, len(ids), CHUNK):
        statement = select(posting.person_id, posting.kind, posting.word).where(
            posting.person_id.in_(ids[start : start + CHUNK]), matching
        )
        for person_id, kind, word in db.session.execute(statement):
            for place, each in enumerate(others):
                scored = each.score(kind, word)
                if scored[0] > best.get((person_id, place), (0, False))[0]:
                    best[person_id, place] = scored
    for (person_id, _place), (score, near) in best.items():
        by_id[person_id].score += score
        by_id[person_id].near = by_id[person_id].near or near


def ranked(people: Sequence[Candidate], query: str) -> list[Candidate]:
    """Return the best first: whose name it is, then what counts more, then by name."""
    whole = " ".join(words.fold(query).split())
    for person in people:
        if words.fold(person.name) == whole:
            person.score += _SAME_NAME
    return sorted(people, key=rank)


def rank(person: Candidate) -> tuple[int, int, str, int]:
    """Return the place of somebody: as typed before near to it, then what counts more."""
    return int(person.near), -person.score, words.fold(person.name), person.id
