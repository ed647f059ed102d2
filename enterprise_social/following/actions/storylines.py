"""The storyline of a person: made when they first write in it, closed while they are not here."""

from __future__ import annotations

from collections.abc import Collection

from flask_babel import gettext as _
from sqlalchemy import select

from enterprise_social.channels.actions.log import log_change
from enterprise_social.channels.actions.membership import admit
from enterprise_social.channels.models import STORYLINE, Channel, Membership
from enterprise_social.channels.queries import membership
from enterprise_social.core import live
from enterprise_social.core.access import require
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.following import policy
from enterprise_social.following.models import Storyline
from enterprise_social.following.queries.storylines import readers_among, storyline_of
from enterprise_social.people.models import Person
from enterprise_social.people.policy.guests import is_guest

LONGEST_NAME = 80


@action
def open_storyline(actor: Person) -> Channel:
    """Return the channel of one's own storyline, made where there is none yet.

    Raises Forbidden for guests and programs.
    """
    known = storyline_of(actor.id)
    if known is not None:
        return known
    # Two at once make one.
    actor = lock(Person, actor.id)
    require(policy.may_have_storyline(actor), _("Guests write no storyline."))
    known = storyline_of(actor.id)
    return known or _make(actor)


def _make(owner: Person) -> Channel:
    channel = Channel(
        slug=policy.storyline_slug(owner.id),
        name=owner.name[:LONGEST_NAME],
        kind=STORYLINE,
        member_count=0,
        guests_allowed=False,
        created_by_id=owner.id,
        created_at=now(),
        seq=0,
    )
    db.session.add(channel)
    db.session.flush()
    db.session.add(Storyline(person_id=owner.id, channel_id=channel.id))
    admit(channel, owner.id, "owner")
    db.session.refresh(channel)
    return channel


@action
def take_part(channel: Channel, person_ids: Collection[int]) -> None:
    """Let people hear of what is said in a storyline: those of them who may read it."""
    if channel.kind != STORYLINE or not person_ids:
        return
    channel = lock(Channel, channel.id)
    if channel.archived:
        return
    for person_id in sorted(readers_among(channel.id, person_ids)):
        if membership(channel.id, person_id) is None:
            admit(channel, person_id, "member")


@action
def settle(person_id: int) -> None:
    """Bring somebody's storyline, and their part in others', up to date with who they are.

    It is closed while they are not here or are a guest, who reads no storylines; it is called as
    they are. Done twice, nothing happens.
    """
    person = db.session.get_one(Person, person_id, populate_existing=True)
    own = storyline_of(person_id)
    if own is not None:
        _settle_own(lock(Channel, own.id), person)
    if not is_guest(person):
        return
    inside = (
        select(Channel.id)
        .join(Membership, Membership.channel_id == Channel.id)
        .where(Membership.person_id == person_id, Channel.kind == STORYLINE)
    )
    for channel_id in db.session.scalars(inside.order_by(Channel.id)).all():
        _let_out(lock(Channel, channel_id), person_id)


def _settle_own(channel: Channel, person: Person) -> None:
    is_open, name = policy.may_have_storyline(person), person.name[:LONGEST_NAME]
    if channel.archived == is_open or channel.name != name:
        channel.archived_at = None if is_open else channel.archived_at or now()
        channel.name = name
        db.session.flush()
        log_change(channel.id, "channel_changed", person_id=person.id)
    if is_open and membership(channel.id, person.id) is None:
        admit(channel, person.id, "owner")


def _let_out(channel: Channel, person_id: int) -> None:
    theirs = membership(channel.id, person_id)
    if theirs is None:
        return
    channel.member_count = max(0, channel.member_count - 1)
    db.session.delete(theirs)
    db.session.flush()
    # Out of the room before anything else is told in it.
    live.control("leave", person_id=person_id, channel_id=channel.id)
    log_change(channel.id, "membership_changed", person_id=person_id)


@action
def hand_over(kept_id: int, double_id: int) -> None:
    """Let a kept account go on with its double's storyline, where it has none of its own.

    Otherwise the double's stays as it is, closed: what it holds is the kept account's by then.
    """
    theirs = db.session.get(Storyline, double_id, populate_existing=True)
    if theirs is None or storyline_of(kept_id) is not None:
        return
    channel = lock(Channel, theirs.channel_id)
    db.session.delete(theirs)
    channel.slug = policy.storyline_slug(kept_id)
    db.session.flush()
    db.session.add(Storyline(person_id=kept_id, channel_id=channel.id))
    old = membership(channel.id, double_id)
    if old is not None:
        _let_out(channel, double_id)
    mine = membership(channel.id, kept_id)
    if mine is not None:
        mine.role = "owner"
    db.session.flush()
    settle(kept_id)
