"""Newcomers are brought into the channels that admins chose for them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from enterprise_social.channels import defaults
from enterprise_social.channels.actions.membership import admit
from enterprise_social.channels.models import Channel, Membership
from enterprise_social.core.actions import action, lock
from enterprise_social.core.db import db
from enterprise_social.people.models import Person


def bring_in_newcomers(person_ids: Sequence[int]) -> None:
    """Put these people into the channels for newcomers; guests and programs are left out.

    A transaction each channel. Whoever is in already stays as they are.
    """
    for channel in defaults.for_newcomers():
        _bring_into(channel.id, person_ids)


@action
def _bring_into(channel_id: int, person_ids: Sequence[int]) -> None:
    channel = lock(Channel, channel_id)
    if channel.archived:
        return
    inside = select(Membership.person_id).where(Membership.channel_id == channel_id)
    newcomers = select(Person.id).where(
        Person.id.in_(person_ids),
        Person.deactivated_at.is_(None),
        Person.role != "guest",
        Person.is_bot.is_(False),
        Person.id.not_in(inside),
    )
    for person_id in db.session.scalars(newcomers.order_by(Person.id)).all():
        admit(channel, person_id, "member")
