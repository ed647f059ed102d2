"""Who may see, join, write in and run a channel."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select

from enterprise_social.channels import defaults
from enterprise_social.channels.models import (
    COMMENTS,
    ENTERED_BY_WRITING,
    OPEN_KINDS,
    READ_BY_ALL,
    STORYLINE,
    UNLISTED_KINDS,
    Channel,
    Membership,
)
from enterprise_social.channels.rules import rules_of
from enterprise_social.core.access import visibility
from enterprise_social.core.db import OneOf, db
from enterprise_social.people.models import Person
from enterprise_social.people.policy.guests import is_guest, is_no_guest, meets
from enterprise_social.people.policy.rights import has_role
from enterprise_social.people.policy.sanctions import may_write

LEADERS = ("owner", "moderator")
# Which of its people a rule of a channel lets through.
_LET_THROUGH = {"everyone": ("owner", "moderator", "member"), "moderators": LEADERS,
                "owners": ("owner",)}  # fmt: skip


@visibility(Channel, once=True)
def visible(viewer: Any) -> ColumnElement[bool]:
    """Open channels, but not to guests, and those that one is in. Admins are no exception."""
    return or_(
        and_(Channel.kind.in_(READ_BY_ALL), is_no_guest(viewer)),
        OneOf(Channel.id, member_channel_ids(viewer)),
        and_(Channel.kind == COMMENTS, may_read_comments(viewer, Channel.id)),
    )


def member_channel_ids(viewer: Any) -> Any:
    """Return the subquery of the ids of the channels that somebody is in."""
    return select(Membership.channel_id).where(Membership.person_id == viewer.id)


@meets
def met_in_channels(viewer: Any) -> ColumnElement[bool]:
    """Whoever is in a channel that the viewer is in."""
    here = Membership.channel_id.in_(member_channel_ids(viewer))
    return Person.id.in_(select(Membership.person_id).where(here))


def is_open_to(actor: Person, channel: Channel) -> bool:
    """Tell whether somebody may see and join a channel without being in it."""
    return channel.kind in OPEN_KINDS and not is_guest(actor)


def led_channel_ids(viewer: Any) -> Any:
    """Return the subquery of the ids of the channels whose posts somebody looks after."""
    mine = select(Membership.channel_id).where(Membership.person_id == viewer.id)
    return select(Channel.id).where(
        Channel.kind.not_in(UNLISTED_KINDS),
        or_(
            Channel.id.in_(mine.where(Membership.role.in_(LEADERS))),
            and_(has_role(viewer, "admin"), Channel.kind.in_(OPEN_KINDS) | Channel.id.in_(mine)),
        ),
    )


Reading = Callable[[Any, Any], ColumnElement[bool]]
_read_by: list[Reading] = []


def comments_read_by(condition: Reading) -> Reading:
    """Let a room say who may read what is said about its things, without being a member.

    The condition is given the viewer and the column of the channel's id.
    """
    _read_by.append(condition)
    return condition


def may_read_comments(viewer: Any, channel_id: Any) -> ColumnElement[bool]:
    """Return the condition for channels that hold comments on what the viewer may see."""
    return or_(false(), *(condition(viewer, channel_id) for condition in _read_by))


def may_create(actor: Person, kind: str | None = None) -> bool:
    """Whom admins let make channels of a kind, or of any; never guests, nor who is muted."""
    if is_guest(actor) or not may_write(actor):
        return False
    kinds = defaults.STANDARD if kind is None else (kind,)
    return any(actor.role in defaults.creators(each) for each in kinds)


def may_join(actor: Person, channel: Channel, membership: Membership | None) -> bool:
    """Anyone but a guest may join an open channel that is not archived."""
    return membership is None and is_open_to(actor, channel) and not channel.archived


def may_leave(actor: Person, channel: Channel, membership: Membership | None) -> bool:
    """Members may leave, but not a conversation of two, and nobody their own storyline."""
    if channel.kind == STORYLINE and membership is not None and membership.role == "owner":
        return False
    return membership is not None and not (channel.kind == "direct" and channel.member_count <= 2)


def _let_through(rule: str, membership: Membership | None) -> bool:
    return membership is not None and membership.role in _LET_THROUGH[rule]


def leads(membership: Membership | None) -> bool:
    """Tell whether somebody is among those who lead a channel: neither slowed nor approved."""
    return _let_through("moderators", membership)


def may_speak(actor: Person, channel: Channel) -> bool:
    """Whoever is muted reads, and writes to nobody but admins."""
    if may_write(actor):
        return True
    if channel.kind != "direct":
        return False
    others = select(Person.role).join(Membership, Membership.person_id == Person.id)
    here = others.where(Membership.channel_id == channel.id, Person.id != actor.id)
    roles = set(db.session.scalars(here))
    return roles == {"admin"}


def may_post(actor: Person, channel: Channel, membership: Membership | None) -> bool:
    """Whom the channel's rules name; unless they do members, in announcement channels leaders."""
    if membership is None or channel.archived or channel.kind == COMMENTS:
        return False
    if not may_speak(actor, channel):
        return False
    rules = rules_of(channel)
    return not rules.read_only and _let_through(rules.post, membership)


def may_reply(actor: Person, channel: Channel, membership: Membership | None) -> bool:
    """Whom the channel's rules name, all members unless they do; readers of comments comment."""
    if channel.archived or not may_speak(actor, channel):
        return False
    rules = rules_of(channel)
    allowed = channel.kind in ENTERED_BY_WRITING or _let_through(rules.reply, membership)
    return allowed and not rules.read_only


def may_mend(actor: Person, channel: Channel, membership: Membership | None) -> bool:
    """Members change what they wrote wherever anybody may write at all."""
    if channel.archived or rules_of(channel).read_only or not may_speak(actor, channel):
        return False
    return membership is not None or channel.kind in ENTERED_BY_WRITING


def may_mention_all(actor: Person, channel: Channel, membership: Membership | None) -> bool:
    """Whom the channel's rules name may call everyone in it at once."""
    return channel.kind == "direct" or _let_through(rules_of(channel).mention_all, membership)


def needs_approval(channel: Channel, membership: Membership | None, *, new_since: datetime) -> bool:
    """Tell whether what a member writes waits for those who lead.

    Who came after ``new_since`` counts as new here.
    """
    approval = rules_of(channel).approval
    if approval == "off" or membership is None or leads(membership):
        return False
    return approval == "everyone" or membership.joined_at > new_since


def slowed_by(channel: Channel, membership: Membership | None) -> int:
    """Return the seconds that lie between two posts of somebody; those who lead have none."""
    return 0 if leads(membership) else rules_of(channel).slow_seconds


def admits_guests(channel: Channel) -> bool:
    """Tell whether guests may be brought into a channel."""
    return channel.guests_allowed


def may_manage(actor: Person, channel: Channel, membership: Membership | None) -> bool:
    """Owners, and admins in what they can see, name, archive and assign roles."""
    if channel.kind in UNLISTED_KINDS or is_guest(actor):
        return False
    if membership is not None and membership.role == "owner":
        return True
    return actor.role == "admin" and (channel.kind in OPEN_KINDS or membership is not None)


def may_set_topic(actor: Person, channel: Channel, membership: Membership | None) -> bool:
    """Those who lead the channel keep its topic."""
    leads = membership is not None and membership.role in LEADERS
    return channel.kind not in UNLISTED_KINDS and (leads or may_manage(actor, channel, membership))


def may_invite(actor: Person, channel: Channel, membership: Membership | None) -> bool:
    """Whom the channel's rules name bring colleagues in; unless they do, members."""
    if channel.kind in UNLISTED_KINDS or channel.archived or is_guest(actor):
        return False
    return _let_through(rules_of(channel).invite, membership)


def may_remove(
    actor: Person, channel: Channel, membership: Membership | None, other: Membership
) -> bool:
    """Those who lead remove members; only owners and admins remove those who lead."""
    if channel.kind in UNLISTED_KINDS:
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
