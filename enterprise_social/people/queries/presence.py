"""Reads of statuses and blocks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import ColumnElement, and_, exists, or_, select

from enterprise_social.core.db import db
from enterprise_social.people.models import Person
from enterprise_social.people.models.presence import Block, Status

CHUNK = 500  # of values in one IN, well under every database's limit


def status_of(person_id: int) -> Status:
    """Return what somebody says of themselves; a blank one where they never said anything."""
    found = db.session.get(Status, person_id, populate_existing=True)
    return found or blank_status(person_id)


def blank_status(person_id: int) -> Status:
    """Return the status of somebody who never said anything; it is not in the database."""
    return Status(person_id=person_id, emoji="", text="", hidden=False)


def statuses_of(person_ids: Iterable[int]) -> dict[int, Status]:
    """Return the statuses of those who have one, by person."""
    wanted = sorted(set(person_ids))
    found: dict[int, Status] = {}
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        rows = db.session.scalars(select(Status).where(Status.person_id.in_(chunk)))
        found.update((row.person_id, row) for row in rows)
    return found


def block_between(one_id: int, other_id: int) -> bool:
    """Tell whether either of two people blocks the other."""
    statement = select(exists().where(_between(one_id, [other_id])))
    return bool(db.session.execute(statement).scalar_one())


def cut_off_from(person_id: int, others: Collection[int]) -> set[int]:
    """Return which of the others somebody blocks or is blocked by."""
    found: set[int] = set()
    wanted = sorted(set(others))
    for start in range(0, len(wanted), CHUNK):
        rows = db.session.execute(
            select(Block.blocker_id, Block.blocked_id).where(
                _between(person_id, wanted[start : start + CHUNK])
            )
        )
        for blocker_id, blocked_id in rows:
            found.add(blocked_id if blocker_id == person_id else blocker_id)
    return found


def blocks(blocker_id: int, blocked_id: int) -> bool:
    """Tell whether the one blocks the other."""
    return db.session.get(Block, (blocker_id, blocked_id)) is not None


def blocked_ids(blocker_id: int) -> list[int]:
    """Return whom somebody blocks."""
    statement = select(Block.blocked_id).where(Block.blocker_id == blocker_id)
    return list(db.session.scalars(statement.order_by(Block.blocked_id)))


def blocked_people(blocker_id: int) -> Sequence[Person]:
    """Return whom somebody blocks, by name."""
    statement = select(Person).join(Block, Block.blocked_id == Person.id)
    return db.session.scalars(
        statement.where(Block.blocker_id == blocker_id).order_by(Person.name, Person.id)
    ).all()


def _between(person_id: int, others: Collection[int]) -> ColumnElement[bool]:
    return or_(
        and_(Block.blocker_id == person_id, Block.blocked_id.in_(others)),
        and_(Block.blocked_id == person_id, Block.blocker_id.in_(others)),
    )
