"""Who judges a case."""

from __future__ import annotations

from sqlalchemy import select

from enterprise_social.channels.models import STORYLINE, Channel, Membership
from enterprise_social.channels.policy import LEADERS
from enterprise_social.core.db import OneOf, db
from enterprise_social.moderation.models import Case
from enterprise_social.moderation.policy import IN_CHANNELS
from enterprise_social.people.models import Person, Right
from enterprise_social.people.policy import suggestible


def everywhere() -> set[int]:
    """Return the ids of those who judge whatever is reported."""
    granted = select(Right.person_id).where(Right.name == "moderate")
    statement = select(Person).where(suggestible(), Person.role != "guest")
    statement = statement.where((Person.role == "admin") | OneOf(Person.id, granted))
    return {person.id for person in db.session.scalars(statement) if person.is_active}


def leaders_of(channel_id: int) -> set[int]:
    """Return the ids of those who lead a channel and are here."""
    statement = (
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.channel_id == channel_id, Membership.role.in_(LEADERS))
    )
    return {person.id for person in db.session.scalars(statement) if person.is_active}


def judges_of(case: Case) -> set[int]:
    """Return the ids of those who may see and judge a case."""
    found = everywhere()
    if case.channel_id is not None and case.target_kind in IN_CHANNELS:
        led = (
            select(Membership.person_id)
            .join(Channel, Channel.id == Membership.channel_id)
            .where(Membership.channel_id == case.channel_id, Membership.role.in_(LEADERS))
            .where(Channel.kind.not_in(("direct", STORYLINE)))
        )
        found |= set(db.session.scalars(led))
    if case.target_kind == "conversation":
        talk = (
            select(Membership.person_id)
            .join(Channel, Channel.id == Membership.channel_id)
            .where(Membership.channel_id == case.channel_id, Channel.kind == "direct")
        )
        found -= set(db.session.scalars(talk))
    return found - {case.author_id or 0}
