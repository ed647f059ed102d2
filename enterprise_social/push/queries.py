"""Reads of push subscriptions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import or_, select

from enterprise_social.accounts.models import SignInSession
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.people.models import Person
from enterprise_social.push.models import PushSubscription


def subscriptions_of(person_ids: Collection[int]) -> dict[int, list[PushSubscription]]:
    """Return the subscriptions of active people in sessions that are still good, by person."""
    found: dict[int, list[PushSubscription]] = {}
    for each in db.session.scalars(_good(PushSubscription, person_ids)):
        found.setdefault(each.person_id, []).append(each)
    return found


def reachable(person_ids: Collection[int]) -> set[int]:
    """Return which of these people a message can be pushed to."""
    return set(db.session.scalars(_good(PushSubscription.person_id, person_ids).distinct()))


def own(person: Person) -> Sequence[PushSubscription]:
    """Return somebody's own subscriptions, the oldest first."""
    statement = _good(PushSubscription, [person.id])
    return db.session.scalars(statement.order_by(PushSubscription.id)).all()


def _good(wanted: Any, person_ids: Collection[int]) -> Any:
    return (
        select(wanted)
        .join(Person, Person.id == PushSubscription.person_id)
        .outerjoin(SignInSession, SignInSession.id == PushSubscription.session_id)
        .where(PushSubscription.person_id.in_(person_ids), Person.deactivated_at.is_(None))
        .where(or_(PushSubscription.session_id.is_(None), SignInSession.expires_at > now()))
    )
