"""What came of an announcement: counts, curve, groups, and who has not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    and_,
    case,
    cast,
    extract,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import InstrumentedAttribute

from enterprise_social.announcements.models import Announcement, Delivery, Recipient
from enterprise_social.core.clock import now
from enterprise_social.core.db import db, is_sqlite
from enterprise_social.core.paging import Page, decode, encode
from enterprise_social.people.models import Person

STATUSES = ("everyone", "missing", "unreached", "unseen", "seen", "answered", "failed")
POINTS = 60  # of the curve, at most
SHARES = (50, 90, 99)


@dataclass(frozen=True)
class Counts:
    """How many recipients have come how far. ``missing`` are those of whom something is wanted."""

    recipients: int
    reached: int
    seen: int
    answered: int
    missing: int
    failed: int

    def share(self, number: int) -> int:
        """Return a number as whole per cent of the recipients; 100 only where it is all of them."""
        if self.recipients == 0:
            return 0
        return 100 if number >= self.recipients else min(99, number * 100 // self.recipients)


@dataclass(frozen=True)
class Point:
    """How many were reached, had seen and had answered by a moment."""

    at: datetime
    reached: int
    seen: int
    answered: int


@dataclass(frozen=True)
class Part:
    """How far a department or a place has come."""

    name: str
    recipients: int
    done: int

    @property
    def share(self) -> int:
        """Per cent, 100 only where it is all of them."""
        return 100 if self.done >= self.recipients else min(99, self.done * 100 // self.recipients)


@dataclass(frozen=True)
class Row:
    """One recipient as the board lists them."""

    person: Person
    recipient: Recipient
    problem: str


def counts(announcement: Announcement) -> Counts:
    """Count in one pass over the recipients."""
    done = _done(announcement)
    mine = Recipient.announcement_id == announcement.id
    row = db.session.execute(
        select(
            func.count(),
            func.count(Recipient.reached_at),
            func.count(Recipient.seen_at),
            func.count(Recipient.answered_at),
            func.count(case((done, 1))),
        ).where(mine)
    ).one()
    failed = select(func.count(func.distinct(Delivery.person_id))).where(
        Delivery.announcement_id == announcement.id, Delivery.state == "failed"
    )
    return Counts(row[0], row[1], row[2], row[3], row[0] - row[4],
                  int(db.session.execute(failed).scalar_one()))  # fmt: skip


def curve(announcement: Announcement, until: datetime | None = None) -> list[Point]:
    """Return the course from publishing until now or the end, in at most POINTS steps."""
    begin = announcement.published_at
    if begin is None:
        return []
    end = until or announcement.ended_at or now()
    seconds = max(1, int((end - begin).total_seconds()))
    width = max(1, -(-seconds // (POINTS - 1)))
    buckets = [
        _bucketed(announcement, column, begin, width)
        for column in (Recipient.reached_at, Recipient.seen_at, Recipient.answered_at)
    ]
    points, sums = [Point(begin, 0, 0, 0)], [0, 0, 0]
    for index in range(-(-seconds // width)):
        sums = [total + found.get(index, 0) for total, found in zip(sums, buckets, strict=True)]
        at = min(begin + timedelta(seconds=(index + 1) * width), end)
        points.append(Point(at, *sums))
    return points


def times_to(announcement: Announcement) -> dict[int, timedelta | None]:
    """Return after how long 50, 90 and 99 % were done; None where they are not yet."""
    column = _done_column(announcement)
    mine = Recipient.announcement_id == announcement.id
    found: dict[int, timedelta | None] = {}
    for share in SHARES:
        needed = max(1, -(-announcement.recipient_count * share // 100))
        statement = select(column).where(mine, column.is_not(None)).order_by(column)
        moment = db.session.execute(statement.offset(needed - 1).limit(1)).scalar_one_or_none()
        begin = announcement.published_at
        found[share] = None if moment is None or begin is None else moment - begin
    return found


def by_department(announcement: Announcement) -> list[Part]:
    """Return how far each department is, the one with most people first."""
    return _parts(announcement, Person.department)


def by_location(announcement: Announcement) -> list[Part]:
    """Return how far each place is, the one with most people first."""
    return _parts(announcement, Person.location)


def answers(announcement: Announcement) -> list[tuple[str, int]]:
    """Return each choice with how many gave it."""
    statement = (
        select(Recipient.choice, func.count())
        .where(Recipient.announcement_id == announcement.id, Recipient.choice.is_not(None))
        .group_by(Recipient.choice)
    )
    numbers = {row[0]: int(row[1]) for row in db.session.execute(statement)}
    return [(each["text"], numbers.get(i, 0)) for i, each in enumerate(announcement.choices)]


def recipients(
    announcement: Announcement,
    *,
    status: str = "everyone",
    query: str = "",
    choice: int | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Row]:
    """Return one page of recipients by name; ``status`` is one of STATUSES.

    Raises Invalid for a foreign cursor.
    """
    statement = (
        select(Person, Recipient)
        .join(Recipient, Recipient.person_id == Person.id)
        .where(Recipient.announcement_id == announcement.id, _of_status(announcement, status))
    )
    if query.strip():
        statement = statement.where(Person.name.icontains(query.strip(), autoescape=True))
    if choice is not None:
        statement = statement.where(Recipient.choice == choice)
    if cursor:
        statement = statement.where(
            tuple_(Person.name, Person.id) > tuple_(*decode(cursor, str, int))
        )
    rows = db.session.execute(statement.order_by(Person.name, Person.id).limit(limit + 1)).all()
    problems = _problems(announcement, [row[0].id for row in rows[:limit]])
    found = [Row(row[0], row[1], problems.get(row[0].id, "")) for row in rows[:limit]]
    last = found[-1].person if len(rows) > limit else None
    return Page(found, encode(last.name, last.id) if last else None)


def notes(announcement: Announcement, most: int = 50) -> Sequence[tuple[Person, Recipient]]:
    """Return the newest answers that alert or have a note, the alerting ones first."""
    alerting = [i for i, each in enumerate(announcement.choices) if each["alerts"]]
    urgent = case((Recipient.choice.in_(alerting), 0), else_=1)
    statement = (
        select(Person, Recipient)
        .join(Recipient, Recipient.person_id == Person.id)
        .where(Recipient.announcement_id == announcement.id, Recipient.answered_at.is_not(None))
        .where(or_(Recipient.note != "", Recipient.choice.in_(alerting)))
        .order_by(urgent, Recipient.answered_at.desc(), Person.id)
        .limit(most)
    )
    return [(row[0], row[1]) for row in db.session.execute(statement)]


def ledger(announcement_id: int, person_id: int) -> Sequence[Delivery]:
    """Return what was tried for one recipient, in order."""
    statement = select(Delivery).where(
        Delivery.announcement_id == announcement_id, Delivery.person_id == person_id
    )
    return db.session.scalars(statement.order_by(Delivery.queued_at, Delivery.id)).all()


def _done_column(announcement: Announcement) -> InstrumentedAttribute[datetime | None]:
    return Recipient.answered_at if announcement.wants_answer else Recipient.seen_at


def _done(announcement: Announcement) -> ColumnElement[bool]:
    return _done_column(announcement).is_not(None)


def _of_status(announcement: Announcement, status: str) -> ColumnElement[bool]:
    tries = select(Delivery.person_id).where(
        Delivery.announcement_id == announcement.id, Delivery.state == "failed"
    )
    conditions: dict[str, ColumnElement[bool]] = {
        "missing": ~_done(announcement),
        "unreached": Recipient.reached_at.is_(None),
        "unseen": Recipient.seen_at.is_(None),
        "seen": and_(Recipient.seen_at.is_not(None), ~_done(announcement)),
        "answered": _done(announcement),
        "failed": Recipient.person_id.in_(tries),
    }
    return conditions.get(status, Recipient.announcement_id == announcement.id)


def _parts(announcement: Announcement, column: InstrumentedAttribute[str]) -> list[Part]:
    total = func.count()
    statement = (
        select(column, total, func.count(_done_column(announcement)))
        .join(Recipient, Recipient.person_id == Person.id)
        .where(Recipient.announcement_id == announcement.id)
        .group_by(column)
        .order_by(total.desc(), column)
    )
    return [Part(row[0], int(row[1]), int(row[2])) for row in db.session.execute(statement)]


def _bucketed(
    announcement: Announcement, column: Any, begin: datetime, width: int
) -> dict[int, int]:
    """Count the moments of a column by spans of ``width`` seconds since ``begin``."""
    if is_sqlite():
        epoch = cast(func.strftime("%s", column), Integer)
    else:
        epoch = cast(func.floor(extract("epoch", column)), Integer)
    # Whole numbers on both databases, so this is a division without a rest.
    # The operator must bind as a division does, or the subtraction loses its parentheses.
    number = (epoch - int(begin.timestamp())).op("/", precedence=8)(width)
    statement = (
        select(number, func.count())
        .where(Recipient.announcement_id == announcement.id, column.is_not(None))
        .group_by(number)
    )
    return {max(0, int(row[0])): int(row[1]) for row in db.session.execute(statement)}


def _problems(announcement: Announcement, ids: Sequence[int]) -> dict[int, str]:
    statement = select(Delivery.person_id, Delivery.way, Delivery.problem).where(
        Delivery.announcement_id == announcement.id,
        Delivery.person_id.in_(ids),
        Delivery.problem != "",
    )
    rows = db.session.execute(statement.order_by(Delivery.id))
    return {row.person_id: f"{row.way}: {row.problem}" for row in rows}
