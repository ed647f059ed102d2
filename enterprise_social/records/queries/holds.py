"""Reads of legal holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import aliased

from enterprise_social.channels.models import Channel
from enterprise_social.core.access import visible
from enterprise_social.core.db import db
from enterprise_social.core.paging import Page, decode, encode
from enterprise_social.people.models import Person
from enterprise_social.records.models import LegalHold

PAGE = 50


@dataclass(frozen=True)
class HoldLine:
    """A hold with whom it is about and who placed and released it.

    A channel that the viewer may not see stays unnamed.
    """

    hold: LegalHold
    person: Person | None
    channel: Channel | None
    created_by: Person | None
    released_by: Person | None


def holds_page(viewer: Person, cursor: str | None = None, limit: int = PAGE) -> Page[HoldLine]:
    """Return a page of holds, the active ones before those that were released, newest first."""
    held, maker, releaser = aliased(Person), aliased(Person), aliased(Person)
    statement = (
        select(LegalHold, held, Channel, maker, releaser)
        .outerjoin(held, held.id == LegalHold.person_id)
        .outerjoin(Channel, and_(Channel.id == LegalHold.channel_id, visible(Channel, viewer)))
        .outerjoin(maker, maker.id == LegalHold.created_by_id)
        .outerjoin(releaser, releaser.id == LegalHold.released_by_id)
        .where(visible(LegalHold, viewer))
    )
    released = LegalHold.released_at.is_not(None)
    if cursor:
        was_released, below = decode(cursor, bool, int)
        later = and_(released, LegalHold.id < below)
        statement = statement.where(
            later if was_released else released | and_(~released, LegalHold.id < below)
        )
    rows = db.session.execute(
        statement.order_by(released, LegalHold.id.desc()).limit(limit + 1)
    ).all()
    more = None
    if len(rows) > limit:
        last = rows[limit - 1][0]
        more = encode(last.released_at is not None, last.id)
    return Page([HoldLine(*row) for row in rows[:limit]], more)


def active_holds() -> Sequence[LegalHold]:
    """Return the holds that hold now."""
    statement = select(LegalHold).where(LegalHold.released_at.is_(None)).order_by(LegalHold.id)
    return db.session.scalars(statement).all()
