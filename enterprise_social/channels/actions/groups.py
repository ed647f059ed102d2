"""Channels filled by groups: who is in a group is in its channels, and goes when they leave it.

Everything here works by sets: a group may hold the whole organisation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    delete,
    exists,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from enterprise_social.channels import policy
from enterprise_social.channels.actions.log import log_change
from enterprise_social.channels.events import MemberJoined, MemberLeft, MembersChanged
from enterprise_social.channels.models import (
    Channel,
    ChannelGroup,
    KeptOut,
    Membership,
)
from enterprise_social.channels.queries import membership
from enterprise_social.core import audit, live
from enterprise_social.core.access import require
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import UTCDateTime, db, insert_where_new, joined_by_sets
from enterprise_social.core.errors import Conflict, NotFound
from enterprise_social.core.events import announce
from enterprise_social.people.models import Group, GroupMember, Person
from enterprise_social.people.policy import suggestible
from enterprise_social.people.policy.guests import GUEST
from enterprise_social.people.rules import is_self_written

# Up to so many comings and goings at once are told one by one; more are one change.
MOST_TOLD = 20
MOST_GROUPS = 20
MANY = 1000


class ConfirmSelfWritten(Conflict):
    """Whoever writes the right thing into their own profile would come into a private channel."""

    def __init__(self, handle: str) -> None:
        detail = _(
            "The rule of @%(name)s asks for what people write of themselves, so everybody could "
            "let themselves into this private channel.",
            name=handle,
        )
        super().__init__(detail, kind="confirm-self-written")


@action
def add_group(actor: Person, channel: Channel, group: Group, *, anyway: bool = False) -> None:
    """Let a group fill a channel: its people are in it from now on. Again, nothing happens.

    ``anyway`` says that a private channel may be open to whoever writes themselves into the group.
    Raises Forbidden, NotFound for outsiders of a private channel, Conflict where either is
    archived, there are too many groups, or (ConfirmSelfWritten) where that must be said.
    """
    # The group first, as whoever changes its people locks it: neither misses the other.
    group = lock(Group, group.id)
    channel = _to_fill(actor, channel)
    if channel.archived:
        raise Conflict(_("This channel is archived."))
    if group.archived_at is not None:
        raise Conflict(_("This group is archived."))
    if _has(channel.id, group.id):
        return
    count = select(func.count()).where(ChannelGroup.channel_id == channel.id)
    if db.session.execute(count).scalar_one() >= MOST_GROUPS:
        raise Conflict(_("At most %(most)d groups fill a channel.", most=MOST_GROUPS))
    if channel.kind == "private" and not anyway and group.rule and is_self_written(group.rule):
        raise ConfirmSelfWritten(group.slug)
    row = {"channel_id": channel.id, "group_id": group.id, "added_by_id": actor.id}
    db.session.execute(insert(ChannelGroup), {**row, "added_at": now()})
    audit.record(actor, "channels.add_group", f"channel:{channel.id}", {"group_id": group.id})
    settle(channel)


@action
def remove_group(actor: Person, channel: Channel, group: Group) -> None:
    """Let a group fill a channel no longer: who came by it alone goes."""
    group = lock(Group, group.id)
    channel = _to_fill(actor, channel)
    if not _has(channel.id, group.id):
        return
    db.session.execute(
        delete(ChannelGroup).where(
            ChannelGroup.channel_id == channel.id, ChannelGroup.group_id == group.id
        )
    )
    audit.record(actor, "channels.remove_group", f"channel:{channel.id}", {"group_id": group.id})
    settle(channel)


@action
def follow_group(group_id: int) -> None:
    """Bring every channel that a group fills up to date with who is in it."""
    filled = select(ChannelGroup.channel_id).where(ChannelGroup.group_id == group_id)
    # In one order, so that two groups of the same channels wait for each other.
    for channel_id in db.session.scalars(filled.order_by(ChannelGroup.channel_id)).all():
        settle(lock(Channel, channel_id))


@action
def settle(channel: Channel) -> None:
    """Let those into a locked channel whom its groups hold, and those out whom none holds any more.

    Who leads the channel or came by themselves stays. Who left it, or was taken out, is not put
    back for as long as a group holds them. Nobody comes into an archived channel.
    """
    with joined_by_sets(_is_large(channel)):
        _settle(channel, held_by_groups(channel.id))


def _is_large(channel: Channel) -> bool:
    """Tell whether so many may come or go that looking each up would take long."""
    theirs = (
        select(func.coalesce(func.sum(Group.member_count), 0))
        .join(ChannelGroup, ChannelGroup.group_id == Group.id)
        .where(ChannelGroup.channel_id == channel.id)
    )
    people = int(db.session.execute(theirs).scalar_one()) + channel.member_count
    return people > MANY


def _settle(channel: Channel, held: Select[Any]) -> None:
    db.session.execute(
        delete(KeptOut)
        .where(KeptOut.channel_id == channel.id, _not_held(held, KeptOut.person_id))
        .execution_options(synchronize_session=False)
    )
    coming, going = _coming(channel, held), _going(channel, held)
    came = _some(select(Person.id).where(coming).order_by(Person.id))
    gone = _some(select(Membership.person_id).where(going).order_by(Membership.person_id))
    if not came and not gone:
        return
    singly = len(came) + len(gone) <= MOST_TOLD
    told = len(came) + len(gone) if singly else 1
    db.session.execute(delete(Membership).where(going).execution_options(synchronize_session=False))
    _let_in(channel, _admitted(channel, held), channel.seq + told)
    _recount(channel)
    if singly:
        _tell_each(channel, came, gone)
        return
    # Sockets first: whoever is out must not hear what is told next.
    live.control("reseat", channel_id=channel.id)
    log_change(channel.id, "members_changed")
    announce(MembersChanged(channel.id))


@action
def keep_out(channel_id: int, person_id: int) -> None:
    """Remember that somebody went from a channel though a group of it holds them."""
    holds = select(exists(held_by_groups(channel_id).where(Person.id == person_id)))
    if db.session.execute(holds).scalar_one():
        row = {"channel_id": channel_id, "person_id": person_id, "at": now()}
        db.session.execute(insert(KeptOut), row)


@action
def let_back(channel_id: int, person_id: int) -> None:
    """Forget that somebody went: they are back on their own account."""
    db.session.execute(
        delete(KeptOut)
        .where(KeptOut.channel_id == channel_id, KeptOut.person_id == person_id)
        .execution_options(synchronize_session=False)
    )


def held_by_groups(channel_id: int) -> Select[Any]:
    """Return the select of the ids of the active people whom a channel's groups hold."""
    return (
        select(Person.id)
        .join(GroupMember, GroupMember.person_id == Person.id)
        .join(Group, Group.id == GroupMember.group_id)
        .join(ChannelGroup, ChannelGroup.group_id == Group.id)
        .join(Channel, Channel.id == ChannelGroup.channel_id)
        .where(ChannelGroup.channel_id == channel_id, Group.archived_at.is_(None), suggestible())
        .where(or_(Channel.guests_allowed, Person.role != GUEST))
    )


def _admitted(channel: Channel, held: Select[Any]) -> ColumnElement[bool]:
    """Return the condition of who belongs in by a group, whether they are there or not."""
    if channel.archived:
        return false()
    kept_out = exists().where(KeptOut.channel_id == channel.id, KeptOut.person_id == Person.id)
    return and_(Person.id.in_(held), ~kept_out)


def _coming(channel: Channel, held: Select[Any]) -> ColumnElement[bool]:
    inside = exists().where(Membership.channel_id == channel.id, Membership.person_id == Person.id)
    return and_(_admitted(channel, held), ~inside)


def _not_held(held: Select[Any], person_id: Any) -> ColumnElement[bool]:
    return ~exists(held.where(Person.id == person_id).correlate(person_id.class_))


def _going(channel: Channel, held: Select[Any]) -> ColumnElement[bool]:
    return and_(
        Membership.channel_id == channel.id,
        Membership.by_group.is_(True),
        Membership.role == "member",
        _not_held(held, Membership.person_id),
    )


def _some(statement: Select[Any]) -> Sequence[int]:
    return db.session.scalars(statement.limit(MOST_TOLD + 1)).all()


def _let_in(channel: Channel, coming: ColumnElement[bool], seq: int) -> None:
    """Write the memberships; history up to ``seq`` is not news to those who come now."""
    people = select(
        literal(channel.id),
        Person.id,
        literal("member"),
        literal("all"),
        false(),
        literal(seq),
        literal(now(), type_=UTCDateTime()),
        literal(True),
    ).where(coming)
    columns = ["channel_id", "person_id", "role", "notify", "starred", "read_seq", "joined_at"]
    db.session.execute(insert_where_new(Membership, [*columns, "by_group"], people))


def _recount(channel: Channel) -> None:
    members = select(func.count()).where(Membership.channel_id == channel.id).scalar_subquery()
    db.session.execute(
        update(Channel)
        .where(Channel.id == channel.id)
        .values(member_count=members)
        .execution_options(synchronize_session=False)
    )
    db.session.refresh(channel)


def _tell_each(channel: Channel, came: Sequence[int], gone: Sequence[int]) -> None:
    for state, command, people in (("left", "leave", gone), ("joined", "enter", came)):
        for person_id in people:
            live.control(command, person_id=person_id, channel_id=channel.id)
            told = {"channel_id": channel.id, "user_id": person_id, "state": state}
            live.personal(person_id, "membership_changed", told)
    for person_id in (*gone, *came):
        log_change(channel.id, "membership_changed", person_id=person_id)
    for person_id in gone:
        announce(MemberLeft(channel.id, person_id))
    for person_id in came:
        announce(MemberJoined(channel.id, person_id))


def _to_fill(actor: Person, channel: Channel) -> Channel:
    channel = lock(Channel, channel.id)
    mine = membership(channel.id, actor.id)
    if mine is None and not policy.is_open_to(actor, channel):
        raise NotFound()
    allowed = policy.may_manage(actor, channel, mine)
    require(allowed, _("Only its owners may choose the groups of this channel."))
    return channel


def _has(channel_id: int, group_id: int) -> bool:
    return db.session.get(ChannelGroup, (channel_id, group_id), populate_existing=True) is not None
