"""Starting a direct conversation."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select

from enterprise_social.channels.actions.log import log_change
from enterprise_social.channels.models import Channel, Membership
from enterprise_social.core import live
from enterprise_social.core.actions import action
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Invalid
from enterprise_social.people.models import Person
from enterprise_social.people.queries import by_ids

LARGEST = 20


def direct_key(person_ids: Sequence[int]) -> str:
    """Return what tells the conversation of exactly these people from all others."""
    return ",".join(str(each) for each in sorted(set(person_ids)))


def direct_slug(person_ids: Sequence[int]) -> str:
    """Return the address of the conversation of exactly these people."""
    return "dm-" + hashlib.sha256(direct_key(person_ids).encode()).hexdigest()[:16]


@action
def start_conversation(actor: Person, person_ids: Sequence[int]) -> tuple[Channel, bool]:
    """Return the conversation of ``actor`` with these people, and whether it is new.

    Raises Invalid for nobody, too many, or people who are not here.
    """
    others = by_ids(set(person_ids) - {actor.id})
    if not others or set(others) != set(person_ids) - {actor.id}:
        raise Invalid(errors={"user_ids": [_("Choose colleagues who are here.")]})
    if len(others) + 1 > LARGEST:
        raise Invalid(errors={"user_ids": [_("At most %(most)d people.", most=LARGEST)]})
    ids = [actor.id, *others]
    known = db.session.execute(
        select(Channel).where(Channel.direct_key == direct_key(ids))
    ).scalar_one_or_none()
    if known is not None:
        return known, False
    if not all(person.is_active for person in others.values()):
        raise Invalid(errors={"user_ids": [_("This account is deactivated.")]})
    channel = Channel(
        slug=direct_slug(ids),
        name="",
        kind="direct",
        direct_key=direct_key(ids),
        member_count=len(ids),
        created_by_id=actor.id,
        created_at=now(),
        seq=0,
    )
    db.session.add(channel)
    db.session.flush()
    for person_id in ids:
        db.session.add(Membership(channel_id=channel.id, person_id=person_id, joined_at=now()))
        live.control("enter", person_id=person_id, channel_id=channel.id)
    db.session.flush()
    channel.seq = log_change(channel.id, "membership_changed", person_id=actor.id).seq
    return channel, True
