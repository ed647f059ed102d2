"""Who may see, join, write in and run a channel."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, or_, select

from enterprise_social.channels.models import OPEN_KINDS, Channel, Membership
from enterprise_social.core.access import visibility
from enterprise_social.people.models import Person

LEADERS = ("owner", "moderator")


@visibility(Channel)
def visible(viewer: Any) -> ColumnElement[bool]:
    """Open channels, and those that the viewer is in. Admins are no exception."""
    return or_(Channel.kind.in_(OPEN_KINDS), Channel.id.in_(member_channel_ids(viewer)))


def member_channel_ids(viewer: Any) -> Any:
    """Return the subquery of the ids of the channels that somebody is in."""
    return select(Membership.channel_id).where(Membership.person_id == viewer.id)


def may_join(actor: Person, channel: Channel, membership: Membership | None) -> bool:
    """Anyone may join an open channel that is not archived."""
    return membership is None and channel.kind in OPEN_KINDS and not channel.archived


def may_leave(actor: Person, channel: Channel, membership: Membership | None) -> bool:
    """Members may leave, but not a conversation of two."""
    return membership is not None and not (channel.kind == "direct" and channel.member_count <= 2)


def may_post(actor: Person, channel: Channel, membership: Membership | None) -> bool:
    """Members write; in an announcement channel those who lead it."""
    if membership is None or channel.archived:
        return False
    return channel.kind != "announcement" or membership.role in LEADERS


def may_reply(actor: Person, channel: Channel, membership: Membership | None) -> bool:
    """Members reply wherever the channel is open."""
    return membership is not None and not channel.archived


def may_manage(actor: Person, channel: Channel, membership: Membership | None) -> bool:
    """Owners, and admins in what they can see, name, archive and assign roles."""
    if channel.kind == "direct":
        return False
    if membership is not None and membership.role == "owner":
        return True
    return actor.role == "admin" and (channel.kind in OPEN_KINDS or membership is not None)


def may_set_topic(actor: Person, channel: Channel, membership: Membership | None) -> bool:
    """Those who lead the channel keep its topic."""
    leads = membership is not None and membership.role in LEADERS
    return channel.kind != "direct" and (leads or may_manage(actor, channel, membership))


def may_invite(actor: Person, channel: Channel, membership: Membership | None) -> bool:
    """Members bring colleagues in."""
    return membership is not None and channel.kind != "direct" and not channel.archived


def may_remove(
    actor: Person, channel: Channel, membership: Membership | None, other: Membership
) -> bool:
    """Those who lead remove members; only owners and admins remove those who lead."""
    if channel.kind == "direct":
        return False
    if other.role == "member" and membership is not None and membership.role in LEADERS:
        return True
    return may_manage(actor, channel, membership)


def may_pin(actor: Person, channel: Channel, membership: Membership | None) -> bool:
    """Members pin, in announcement channels those who lead."""
    return may_post(actor, channel, membership)


def may_moderate(actor: Person, channel: Channel, membership: Membership | None) -> bool:
    """Those who lead the channel, and admins in open ones, may take away others' posts."""
    leads = membership is not None and membership.role in LEADERS and channel.kind != "direct"
    return leads or may_manage(actor, channel, membership)
