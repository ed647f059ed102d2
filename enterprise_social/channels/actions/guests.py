"""Guests come into channels by invitation, and lead none."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import case, select

from enterprise_social.accounts.actions import invite
from enterprise_social.accounts.models import Invitation
from enterprise_social.channels import policy
from enterprise_social.channels.actions.log import log_change
from enterprise_social.channels.actions.membership import admit, take_out
from enterprise_social.channels.guests import may_bring_guest, refusal
from enterprise_social.channels.models import UNLISTED_KINDS, Channel, Membership
from enterprise_social.channels.queries import guests_among, membership
from enterprise_social.core import audit, live
from enterprise_social.core.access import require
from enterprise_social.core.actions import action, lock
from enterprise_social.core.db import db
from enterprise_social.people.models import Person
from enterprise_social.people.policy.guests import GUEST, is_guest


@action
def invite_guest(
    actor: Person | None, email: str, channels: Sequence[Channel], *, name: str = ""
) -> tuple[Invitation, str]:
    """Invite somebody by mail as a guest of these channels; returns what ``invite`` does.

    Raises Forbidden where the actor may not bring guests into one of them, and Invalid.
    """
    for channel in channels:
        mine = None if actor is None else membership(channel.id, actor.id)
        require(may_bring_guest(actor, channel, mine), refusal(channel))
    ids = [channel.id for channel in channels]
    return invite(actor, email, name=name, role=GUEST, channel_ids=ids)


@action
def bring_in_invited(person_id: int, invitation_id: int) -> None:
    """Put somebody who accepted an invitation into its channels.

    Only where whoever invited them may still bring guests, and where they were invited as one.
    """
    person = db.session.get_one(Person, person_id)
    invitation = db.session.get_one(Invitation, invitation_id)
    if not is_guest(person) or not invitation.channel_ids:
        return
    by_id = invitation.invited_by_id
    actor = None if by_id is None else db.session.get_one(Person, by_id)
    for channel_id in sorted(invitation.channel_ids):
        if db.session.get(Channel, channel_id) is None:
            continue
        channel = lock(Channel, channel_id)
        mine = None if actor is None else membership(channel_id, actor.id)
        if membership(channel_id, person_id) is None and may_bring_guest(actor, channel, mine):
            admit(channel, person_id, "member")
            details = {"person_id": person_id, "invitation": invitation_id}
            audit.record(actor, "channels.guest_came", f"channel:{channel_id}", details)


def settle_guest(person_id: int) -> None:
    """Let somebody who is a guest now lead nothing, and be in no channel that refuses guests.

    A transaction each channel. Where they were its only owner another member becomes one: first
    those who moderate it, then who is in it longest.
    """
    channel_ids = select(Membership.channel_id).where(Membership.person_id == person_id)
    for channel_id in db.session.scalars(channel_ids.order_by(Membership.channel_id)).all():
        _settle_in(channel_id, person_id)


@action
def look_again(channel_id: int, left: Sequence[int]) -> None:
    """Have every process look anew whom the guests of a channel, and who left it, know of."""
    guests = guests_among(channel_id, left)
    if guests:
        live.control("look_at_people", person_ids=guests)


def take_guests_out(channel_id: int) -> None:
    """Take all guests out of a channel that refuses them from now on."""
    guests = (
        select(Membership.person_id)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.channel_id == channel_id, Person.role == GUEST)
    )
    for person_id in db.session.scalars(guests.order_by(Membership.person_id)).all():
        _settle_in(channel_id, person_id)


@action
def _settle_in(channel_id: int, person_id: int) -> None:
    channel = lock(Channel, channel_id)
    theirs = membership(channel_id, person_id)
    person = db.session.get_one(Person, person_id, populate_existing=True)
    if theirs is None or channel.kind in UNLISTED_KINDS or not is_guest(person):
        return
    if theirs.role != "member":
        was_owner = theirs.role == "owner"
        theirs.role = "member"
        db.session.flush()
        if was_owner:
            _hand_over(channel)
        log_change(channel_id, "membership_changed", person_id=person_id)
        details = {"person_id": person_id, "role": "member"}
        audit.record(None, "channels.set_role", f"channel:{channel_id}", details)
    if not policy.admits_guests(channel):
        take_out(channel, theirs)
        audit.record(
            None, "channels.remove_member", f"channel:{channel_id}", {"person_id": person_id}
        )
    live.control("look_at_people", person_ids=[person_id])


def _hand_over(channel: Channel) -> None:
    """Give a channel without an owner another one, if there is anybody."""
    rank = case((Membership.role == "owner", 0), (Membership.role == "moderator", 1), else_=2)
    statement = (
        select(Membership)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.channel_id == channel.id, Person.deactivated_at.is_(None))
        .where(Person.role != GUEST, Person.is_bot.is_(False))
        .order_by(rank, Membership.joined_at, Membership.person_id)
        .limit(1)
    )
    heir = db.session.scalars(statement).first()
    if heir is None or heir.role == "owner":
        return
    heir.role, heir.by_group = "owner", False
    db.session.flush()
    log_change(channel.id, "membership_changed", person_id=heir.person_id)
    details = {"person_id": heir.person_id, "role": "owner"}
    audit.record(None, "channels.set_role", f"channel:{channel.id}", details)
