"""Who follows whom, as far as the viewer may know of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, tuple_

from enterprise_social.core.db import db
from enterprise_social.core.paging import Page, decode, encode
from enterprise_social.following.models import PersonFollow
from enterprise_social.following.policy import listed
from enterprise_social.people.models import Person


@dataclass(frozen=True)
class Connections:
    """How many follow somebody and are followed by them, and whether the viewer is one."""

    followers: int
    following: int
    is_followed: bool


def connections(viewer: Person, person_id: int) -> Connections:
    """Return the numbers beside somebody's name: of those whom the viewer may know of."""
    number = select(func.count()).select_from(PersonFollow)
    followers = number.join(Person, Person.id == PersonFollow.follower_id)
    following = number.join(Person, Person.id == PersonFollow.followed_id)
    mine = PersonFollow.follower_id == viewer.id, PersonFollow.followed_id == person_id
    row = db.session.execute(
        select(
            followers.where(PersonFollow.followed_id == person_id, listed(viewer))
            .scalar_subquery()
            .label("followers"),
            following.where(PersonFollow.follower_id == person_id, listed(viewer))
            .scalar_subquery()
            .label("following"),
            select(PersonFollow.since).where(*mine).exists().label("is_followed"),
        )
    ).one()
    return Connections(int(row.followers), int(row.following), bool(row.is_followed))


def followers(
    viewer: Person, person_id: int, *, cursor: str | None = None, limit: int = 50
) -> Page[Person]:
    """Return who follows somebody, the newest first. Raises Invalid for a foreign cursor."""
    theirs = PersonFollow.followed_id == person_id
    return _page(viewer, theirs, PersonFollow.follower_id, cursor, limit)


def following(
    viewer: Person, person_id: int, *, cursor: str | None = None, limit: int = 50
) -> Page[Person]:
    """Return whom somebody follows, the newest first. Raises Invalid for a foreign cursor."""
    theirs = PersonFollow.follower_id == person_id
    return _page(viewer, theirs, PersonFollow.followed_id, cursor, limit)


def _page(
    viewer: Person, whose: ColumnElement[bool], other: Any, cursor: str | None, limit: int
) -> Page[Person]:
    statement = (
        select(Person, PersonFollow.since)
        .join(PersonFollow, other == Person.id)
        .where(whose, listed(viewer))
    )
    place = tuple_(PersonFollow.since, other)
    if cursor:
        statement = statement.where(place < tuple_(*decode(cursor, datetime, int)))
    rows = db.session.execute(
        statement.order_by(PersonFollow.since.desc(), other.desc()).limit(limit + 1)
    ).all()
    last = rows[limit - 1] if len(rows) > limit else None
    more = encode(last.since, last.Person.id) if last is not None else None
    return Page([row.Person for row in rows[:limit]], more)


def follows_person(follower_id: int, followed_id: int) -> bool:
    """Tell whether the one follows the other."""
    return followed_among(follower_id, [followed_id]) != set()


def follower_known(followed_id: int, follower_id: int) -> bool:
    """Tell whether the one follows the other, who may know of them: guests meet only some."""
    followed = db.session.get(Person, followed_id)
    if followed is None or not follows_person(follower_id, followed_id):
        return False
    known = select(Person.id).where(Person.id == follower_id, listed(followed))
    return db.session.execute(known).first() is not None


def followed_among(follower_id: int, person_ids: Collection[int]) -> set[int]:
    """Return which of some people, those of one page, somebody follows."""
    if not person_ids:
        return set()
    statement = select(PersonFollow.followed_id).where(
        PersonFollow.follower_id == follower_id, PersonFollow.followed_id.in_(list(person_ids))
    )
    return set(db.session.scalars(statement))
