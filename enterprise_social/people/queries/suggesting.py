"""Whom to suggest while somebody types a name."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select

from enterprise_social.core.db import db
from enterprise_social.people import words
from enterprise_social.people.models import DirectoryPosting, Person
from enterprise_social.people.models.directory import HANDLE, NAME, SOURCES, USERNAME
from enterprise_social.people.policy import listed_people
from enterprise_social.people.queries import candidates as found_by
from enterprise_social.people.queries.candidates import Candidate, Wanted
from enterprise_social.people.queries.directory import FEW
from enterprise_social.people.queries.listing import listable
from enterprise_social.people.queries.people import by_ids
from enterprise_social.people.usernames import username_key

MOST_SUGGESTED = 100  # people looked at to suggest some


def suggest(viewer: Person, query: str, limit: int = 8) -> Sequence[Person]:
    """Return people to suggest while somebody types, those whose username begins so first.

    Names are found without accents, in other scripts and misspelt too.
    """
    text = query.strip().removeprefix("@")
    conditions = [listed_people(viewer), *listable(former=False)]
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
    kinds = (NAME, USERNAME)
    found = found_by.candidates(wanted, conditions, kinds=kinds, most=MOST_SUGGESTED)
    return found.people


def _by_username(
    start: str, conditions: Sequence[ColumnElement[bool]], limit: int
) -> Sequence[Person]:
    posting = DirectoryPosting
    statement = (
        select(Person)
        .join(posting, posting.person_id == Person.id)
        .where(posting.kind == HANDLE, found_by.begins(posting.word, start))
        .where(posting.source == SOURCES["username"], *conditions)
        .order_by(posting.kind, posting.word)
        .limit(limit)
    )
    return db.session.scalars(statement).all()
