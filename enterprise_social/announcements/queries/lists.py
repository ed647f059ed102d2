"""Reads of announcements as recipients and senders list them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, exists, func, or_, select, tuple_

from enterprise_social.announcements.models import Announcement, Delivery, Recipient, Responder
from enterprise_social.announcements.policy import SHOWN_STATES
from enterprise_social.core.access import visible
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.paging import Page, decode, encode
from enterprise_social.people.models import Person

MOST_BANNERS = 5
MOST_COUNTED = 100
# What is older than this needs no telling again after an outage.
RECENT = timedelta(hours=1)


@dataclass(frozen=True)
class Received:
    """An announcement as one of its recipients has it."""

    announcement: Announcement
    sender: Person
    theirs: Recipient

    @property
    def waits(self) -> bool:
        """Whether something is still wanted of the recipient."""
        return (
            self.announcement.is_open
            and self.announcement.wants_answer
            and self.theirs.answered_at is None
        )


def received(
    viewer: Person, *, waiting: bool = False, cursor: str | None = None, limit: int = 30
) -> Page[Received]:
    """Return what somebody was told, newest first; ``waiting``: only what wants their answer.

    Raises Invalid for a foreign cursor.
    """
    statement = _received(viewer.id, now())
    if waiting:
        statement = statement.where(_waits())
    if cursor:
        moment, announcement_id = decode(cursor, datetime, int)
        statement = statement.where(
            tuple_(Recipient.begins_at, Announcement.id) < tuple_(moment, announcement_id)
        )
    statement = statement.order_by(Recipient.begins_at.desc(), Announcement.id.desc())
    rows = [Received(*row) for row in db.session.execute(statement.limit(limit + 1))]
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(rows[:limit], encode(last.theirs.begins_at, last.announcement.id) if last else None)


def banners(viewer_id: int) -> Sequence[Received]:
    """Return the critical ones that stand over every page of somebody, the newest first.

    They stay until they are answered; those that ask nothing, until they were seen.
    """
    asked = {"viewer_id": viewer_id, "moment": now()}
    return [Received(*row) for row in db.session.execute(_banners_statement(), asked)]


# Every page asks for these, and building a statement costs more than running it.
@cache
def _banners_statement() -> Any:
    wanted = or_(
        and_(Announcement.asks != "nothing", Recipient.answered_at.is_(None)),
        and_(Announcement.asks == "nothing", Recipient.seen_at.is_(None)),
    )
    return (
        _received(bindparam("viewer_id"), bindparam("moment"))
        .where(Announcement.priority == "critical", Announcement.state == "published", wanted)
        .order_by(Recipient.begins_at.desc(), Announcement.id.desc())
        .limit(MOST_BANNERS)
    )


@cache
def _waiting_statement() -> Any:
    return (
        select(Announcement.id)
        .join(Recipient, Announcement.id == Recipient.announcement_id)
        .where(
            Recipient.person_id == bindparam("viewer_id"),
            Recipient.begins_at <= bindparam("moment"),
        )
        .where(Announcement.state == "published", or_(_waits(), Recipient.seen_at.is_(None)))
        .order_by(Announcement.id.desc())
        .limit(bindparam("most"))
    )


def waiting_ids(viewer_id: int, most: int = MOST_COUNTED) -> Sequence[int]:
    """Return what is published and wants somebody's answer, or was not seen by them yet."""
    asked = {"viewer_id": viewer_id, "moment": now(), "most": most}
    return db.session.scalars(_waiting_statement(), asked).all()


def waiting_count(viewer_id: int) -> int:
    """Count what is published and wants somebody's answer, and what they have not seen yet."""
    return len(waiting_ids(viewer_id))


def unanswered_count(viewer_id: int) -> int:
    """Count what wants somebody's answer."""
    statement = (
        select(func.count())
        .select_from(Recipient)
        .join(Announcement, Announcement.id == Recipient.announcement_id)
        .where(Recipient.person_id == viewer_id, Recipient.begins_at <= now(), _waits())
    )
    return int(db.session.execute(statement).scalar_one())


def senders_of(announcement: Announcement) -> tuple[Person, Person]:
    """Return in whose name an announcement is sent, and who wrote it."""
    author = db.session.get_one(Person, announcement.author_id)
    principal = announcement.in_name_of_id
    return (author if principal is None else db.session.get_one(Person, principal)), author


def person_of(person_id: int | None) -> Person | None:
    """Return a person by id."""
    return None if person_id is None else db.session.get(Person, person_id)


def of_recipient(announcement_id: int, person_id: int) -> Recipient | None:
    """Return somebody's own row of an announcement, where they are a recipient."""
    return db.session.get(Recipient, (announcement_id, person_id))


def receipts_of(person_id: int, announcement_ids: Collection[int]) -> dict[int, Recipient]:
    """Return somebody's own rows of these announcements, by the announcement."""
    statement = select(Recipient).where(
        Recipient.person_id == person_id, Recipient.announcement_id.in_(announcement_ids)
    )
    return {row.announcement_id: row for row in db.session.scalars(statement)}


def connected_recipients(
    announcement_id: int, person_ids: Collection[int], *, waiting: bool = False
) -> set[int]:
    """Return which of these people an announcement is for and has begun for.

    ``waiting``: only those of whom something is still wanted.
    """
    found: set[int] = set()
    done = or_(
        Recipient.answered_at.is_not(None),
        and_(Announcement.asks == "nothing", Recipient.seen_at.is_not(None)),
    )
    ids = sorted(person_ids)
    for start in range(0, len(ids), 500):
        statement = select(Recipient.person_id).where(
            Recipient.announcement_id == announcement_id,
            Recipient.person_id.in_(ids[start : start + 500]),
            Recipient.begins_at <= now(),
        )
        if waiting:
            statement = statement.join(
                Announcement, Announcement.id == Recipient.announcement_id
            ).where(~done)
        found.update(db.session.scalars(statement))
    return found


def unreached_among(person_ids: Collection[int]) -> dict[int, list[int]]:
    """Return the recent announcements that no client of some of these has, with those people."""
    has_it = exists().where(
        Delivery.announcement_id == Recipient.announcement_id,
        Delivery.person_id == Recipient.person_id,
        Delivery.way == "app",
        Delivery.delivered_at.is_not(None),
    )
    found: dict[int, list[int]] = {}
    ids = sorted(person_ids)
    for start in range(0, len(ids), 500):
        statement = (
            select(Recipient.announcement_id, Recipient.person_id)
            .join(Announcement, Announcement.id == Recipient.announcement_id)
            .where(Recipient.person_id.in_(ids[start : start + 500]))
            .where(Recipient.begins_at.between(now() - RECENT, now()))
            .where(Recipient.seen_at.is_(None), ~has_it)
            .where(Announcement.state == "published")
            .order_by(Recipient.announcement_id)
        )
        for announcement_id, person_id in db.session.execute(statement):
            found.setdefault(announcement_id, []).append(person_id)
    return found


def sent(
    viewer: Person, *, cursor: str | None = None, limit: int = 30
) -> Page[tuple[Announcement, Person]]:
    """Return what somebody wrote, or others wrote in their name, newest first, drafts on top."""
    rank = case((Announcement.state.in_(SHOWN_STATES), 1), else_=0)
    statement = (
        select(Announcement, Person, rank)
        .join(Person, Person.id == Announcement.author_id)
        .where(or_(Announcement.author_id == viewer.id, Announcement.in_name_of_id == viewer.id))
        .where(Announcement.kind != "test")
    )
    if cursor:
        after = decode(cursor, int, int)
        statement = statement.where(tuple_(rank, -Announcement.id) > tuple_(*after))
    rows = db.session.execute(statement.order_by(rank, -Announcement.id).limit(limit + 1)).all()
    items = [(row[0], row[1]) for row in rows[:limit]]
    if len(rows) <= limit:
        return Page(items, None)
    last = rows[limit - 1]
    return Page(items, encode(last[2], -last[0].id))


def everyones(
    viewer: Person, *, cursor: str | None = None, limit: int = 30
) -> Page[tuple[Announcement, Person]]:
    """Return all that was published and the viewer may see, newest first: for admins."""
    statement = (
        select(Announcement, Person)
        .join(Person, Person.id == Announcement.author_id)
        .where(visible(Announcement, viewer), Announcement.state.in_(SHOWN_STATES))
        .where(Announcement.kind != "test")
    )
    if cursor:
        statement = statement.where(Announcement.id < decode(cursor, int)[0])
    rows = db.session.execute(statement.order_by(Announcement.id.desc()).limit(limit + 1)).all()
    items = [(row[0], row[1]) for row in rows[:limit]]
    return Page(items, encode(items[-1][0].id) if len(rows) > limit else None)


def to_approve(
    viewer: Person, *, cursor: str | None = None, limit: int = 30
) -> Page[tuple[Announcement, Person]]:
    """Return what waits for a second person's word, the oldest first."""
    statement = (
        select(Announcement, Person)
        .join(Person, Person.id == Announcement.author_id)
        .where(*_to_approve(viewer))
        .order_by(Announcement.updated_at, Announcement.id)
    )
    if cursor:
        after = decode(cursor, datetime, int)
        statement = statement.where(
            tuple_(Announcement.updated_at, Announcement.id) > tuple_(*after)
        )
    rows = db.session.execute(statement.limit(limit + 1)).all()
    items = [(row[0], row[1]) for row in rows[:limit]]
    last = items[-1][0] if len(rows) > limit else None
    return Page(items, encode(last.updated_at, last.id) if last else None)


def approvals_count(viewer: Person) -> int:
    """Count what waits for a second person's word."""
    statement = select(func.count(Announcement.id)).where(*_to_approve(viewer))
    return db.session.execute(statement).scalar_one()


def _to_approve(viewer: Person) -> list[ColumnElement[bool]]:
    return [Announcement.state == "waiting", Announcement.author_id != viewer.id]


def responders_of(announcement_id: int) -> Sequence[Person]:
    """Return who is told at once of those who need help, by name."""
    statement = select(Person).join(Responder, Responder.person_id == Person.id)
    statement = statement.where(Responder.announcement_id == announcement_id)
    return db.session.scalars(statement.order_by(Person.name, Person.id)).all()


def answered_for(viewer_id: int, most: int = 10) -> Sequence[Announcement]:
    """Return what goes on and what somebody answers for, the newest first."""
    statement = (
        select(Announcement)
        .join(Responder, Responder.announcement_id == Announcement.id)
        .where(Responder.person_id == viewer_id, Announcement.state == "published")
        .order_by(Announcement.id.desc())
        .limit(most)
    )
    return db.session.scalars(statement).all()


def followers_of(announcement: Announcement, viewer: Person) -> Sequence[Announcement]:
    """Return the corrections and follow-ups that somebody got as well, the oldest first."""
    statement = select(Announcement).where(
        Announcement.follows_id == announcement.id,
        Announcement.state.in_(SHOWN_STATES),
        Announcement.ended_as != "withdrawn",
        visible(Announcement, viewer),
    )
    return db.session.scalars(statement.order_by(Announcement.id)).all()


def _received(viewer_id: Any, moment: Any) -> Any:
    sender = func.coalesce(Announcement.in_name_of_id, Announcement.author_id)
    return (
        select(Announcement, Person, Recipient)
        .join(Recipient, Recipient.announcement_id == Announcement.id)
        .join(Person, Person.id == sender)
        .where(Recipient.person_id == viewer_id, Recipient.begins_at <= moment)
        .where(Announcement.state.in_(SHOWN_STATES), Announcement.ended_as != "withdrawn")
    )


def _waits() -> ColumnElement[bool]:
    return and_(
        Announcement.state == "published",
        Announcement.asks != "nothing",
        Recipient.answered_at.is_(None),
    )
