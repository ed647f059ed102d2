"""Reads of what people want to be told, and by which way."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select

from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.notifications.defaults import FIXED, WANTED
from enterprise_social.notifications.models import (
    KINDS,
    WAYS,
    Digest,
    Following,
    Keyword,
    Mute,
    Preference,
)
from enterprise_social.people.models import Person


def wanted_ways(person_ids: Collection[int], kind: str) -> dict[int, frozenset[str]]:
    """Return by which ways each of these people (at most some hundred) wants a kind."""
    standard = frozenset(way for way, wanted in WANTED[kind].items() if wanted)
    found = dict.fromkeys(person_ids, standard)
    statement = select(Preference).where(
        Preference.kind == kind, Preference.person_id.in_(list(person_ids))
    )
    for row in db.session.scalars(statement):
        ways = found[row.person_id]
        found[row.person_id] = ways | {row.way} if row.wanted else ways - {row.way}
    return found


def matrix(person: Person) -> dict[str, dict[str, bool]]:
    """Return for each kind by which ways somebody wants it."""
    found = {kind: {way: WANTED[kind][way] for way in WAYS} for kind in KINDS}
    statement = select(Preference).where(Preference.person_id == person.id)
    for row in db.session.scalars(statement):
        if row.kind in found and (row.kind, row.way) not in FIXED:
            found[row.kind][row.way] = row.wanted
    return found


def keywords_of(person: Person) -> Sequence[str]:
    """Return the words that somebody wants to hear of, in order."""
    statement = select(Keyword.keyword).where(Keyword.person_id == person.id)
    return db.session.scalars(statement.order_by(Keyword.keyword)).all()


def rhythm_of(person: Person) -> str:
    """Return how often somebody gets a summary."""
    found = db.session.get(Digest, person.id)
    return found.rhythm if found else "never"


def follows(person_id: int, root_id: int) -> bool:
    """Tell whether somebody follows a thread."""
    found = db.session.get(Following, (root_id, person_id), populate_existing=True)
    return found is not None and found.follows


def muted_until(person_id: int, channel_id: int) -> datetime | None:
    """Return until when somebody hears nothing of a channel, or None."""
    found = db.session.get(Mute, (person_id, channel_id), populate_existing=True)
    return found.until if found is not None and found.until > now() else None
