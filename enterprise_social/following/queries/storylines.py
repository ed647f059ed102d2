"""Whose storyline a channel is, and which channel holds somebody's."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from enterprise_social.channels.models import STORYLINE, Channel
from enterprise_social.core.db import db
from enterprise_social.following.models import Storyline
from enterprise_social.people.models import Person
from enterprise_social.people.policy.guests import GUEST

CHUNK = 500


def storyline_of(person_id: int) -> Channel | None:
    """Return the channel of somebody's storyline, if they ever wrote one."""
    statement = select(Channel).join(Storyline, Storyline.channel_id == Channel.id)
    return db.session.scalars(statement.where(Storyline.person_id == person_id)).one_or_none()


def storyline_owner(channel_id: int) -> Person | None:
    """Return whose storyline a channel is, or None."""
    statement = select(Person).join(Storyline, Storyline.person_id == Person.id)
    return db.session.scalars(statement.where(Storyline.channel_id == channel_id)).one_or_none()


def readers_among(channel_id: int, person_ids: Collection[int]) -> set[int]:
    """Return which of the people read a storyline without being in it: all but guests.

    Of another channel nobody does.
    """
    found: set[int] = set()
    kind = db.session.execute(select(Channel.kind).where(Channel.id == channel_id)).scalar()
    if kind != STORYLINE:
        return found
    wanted = sorted(person_ids)
    for start in range(0, len(wanted), CHUNK):
        statement = select(Person.id).where(
            Person.id.in_(wanted[start : start + CHUNK]),
            Person.role != GUEST,
            Person.deactivated_at.is_(None),
        )
        found.update(db.session.scalars(statement))
    return found
