"""Announcements among what is searched: they are no posts, so the database itself looks for them.

Few reach any one person, so a plain comparison is quick enough, and nothing lags behind.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, and_, func, not_, or_, select, true

from enterprise_social.announcements.models import Announcement
from enterprise_social.announcements.policy import SHOWN_STATES
from enterprise_social.core.access import visible
from enterprise_social.core.db import db
from enterprise_social.core.text import plain_excerpt
from enterprise_social.people.models import Person
from enterprise_social.search.query import (
    Either,
    From,
    Is,
    Node,
    Not,
    Phrase,
    Query,
    Word,
    Written,
)

WANTED = Is("announcement")
BESIDE_POSTS = 3
ALONE = 50
EXCERPT = 180


@dataclass(frozen=True, slots=True)
class Announced:
    """An announcement that was found, and who sent it."""

    announcement: Announcement
    sender: Person
    excerpt: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Whoever searches, as anybody: an admin finds what they were told or sent, not all."""

    id: int
    role: str = "employee"


def asks_for(query: Query) -> bool:
    """Tell whether only announcements are wanted."""
    return WANTED in query.parts


def without(query: Query) -> Query:
    """Return a query without what is said of announcements: no post is one."""
    parts = [part for part in query.parts if part not in (WANTED, Not(WANTED))]
    return replace(query, parts=tuple(parts))


def announced(viewer: Person, query: Query) -> Sequence[Announced]:
    """Return the announcements with all the words, the newest first.

    Only what the viewer was told, sent or answers for; few where posts are wanted as well, and
    none where the query says what only posts can have.
    """
    alone = asks_for(query)
    conditions = list(_conditions(without(query).parts))
    possible = all(each is not None for each in conditions)
    if Not(WANTED) in query.parts or not possible or not (conditions or alone):
        return []
    sender = func.coalesce(Announcement.in_name_of_id, Announcement.author_id)
    statement = (
        select(Announcement, Person)
        .join(Person, Person.id == sender)
        .where(visible(Announcement, Reader(viewer.id)), Announcement.state.in_(SHOWN_STATES))
        .where(Announcement.ended_as != "withdrawn", Announcement.kind != "test")
        .where(*(each for each in conditions if each is not None))
        .order_by(Announcement.published_at.desc(), Announcement.id.desc())
        .limit(ALONE if alone else BESIDE_POSTS)
    )
    rows = db.session.execute(statement).all()
    return [Announced(row[0], row[1], plain_excerpt(row[0].plain, EXCERPT)) for row in rows]


def _conditions(parts: Sequence[Node]) -> Iterator[ColumnElement[bool] | None]:
    """Yield a condition for each part; None for what no announcement can have."""
    for part in parts:
        yield _condition(part)


def _condition(node: Node) -> ColumnElement[bool] | None:
    if isinstance(node, Word | Phrase):
        return _holds(node.text)
    if isinstance(node, From):
        # Never NULL, which ``not`` would keep.
        mine = (Announcement.author_id, func.coalesce(Announcement.in_name_of_id, 0))
        return or_(*(column == (node.person_id or -1) for column in mine))
    if isinstance(node, Written):
        return _written(node)
    if isinstance(node, Not):
        inner = _condition(node.node)
        return None if inner is None else not_(inner)
    if isinstance(node, Either):
        options = [each for each in _conditions(node.options) if each is not None]
        return or_(*options) if options else None
    return None


def _holds(text: str) -> ColumnElement[bool]:
    # The databases fold letters differently; these forms are the same on both.
    forms = {text, text.lower(), text.upper(), text.capitalize()}
    columns = (Announcement.title, Announcement.plain)
    return or_(*(each.contains(form, autoescape=True) for each in columns for form in forms))


def _written(node: Written) -> ColumnElement[bool]:
    since: ColumnElement[bool] = true()
    until: ColumnElement[bool] = true()
    if node.since is not None:
        since = Announcement.published_at >= node.since
    if node.until is not None:
        until = Announcement.published_at < node.until
    return and_(since, until)
