"""Who is in a channel, how they hear of it, and how far they have read."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import func, select, update

from enterprise_social.channels import policy
from enterprise_social.channels.actions import groups
from enterprise_social.channels.actions.log import log_change
from enterprise_social.channels.events import MemberAdded, MemberJoined, MemberLeft, ReadMoved
from enterprise_social.channels.guests import may_bring_guest, refusal
from enterprise_social.channels.models import (
    MEMBER_ROLES,
    NOTIFY_LEVELS,
    Channel,
    Membership,
)
from enterprise_social.channels.queries import membership
from enterprise_social.core import audit, live
from enterprise_social.core.access import require
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Invalid, NotFound
from enterprise_social.core.events import announce
from enterprise_social.people.models import Person
from enterprise_social.people.policy.guests import is_guest


@action
def join_channel(actor: Person, channel: Channel) -> Membership:
    """Come into an open channel; already in it, nothing happens."""
    channel = lock(Channel, channel.id)
    mine = membership(channel.id, actor.id)
    if mine is not None:
        return _on_their_own(mine)
    if not policy.is_open_to(actor, channel):
        raise NotFound()
    if channel.archived:
        raise Conflict(_("This channel is archived."))
    return admit(channel, actor.id, "member")


@action
def add_member(actor: Person, channel: Channel, person: Person) -> Membership:
    """Bring a colleague in; already in it, nothing happens.

    Raises Forbidden for outsiders, Conflict for archived channels and deactivated people.
    """
    channel = lock(Channel, channel.id)
    mine = membership(channel.id, actor.id)
    if mine is None and not policy.is_open_to(actor, channel):
        raise NotFound()
    if channel.archived:
        raise Conflict(_("This channel is archived."))
    require(policy.may_invite(actor, channel, mine), _("Only members may bring somebody into it."))
    if not person.is_active:
        raise Conflict(_("This account is deactivated."))
    theirs = membership(channel.id, person.id)
    if theirs is not None:
        return _on_their_own(theirs)
    if is_guest(person):
        require(may_bring_guest(actor, channel, mine), refusal(channel))
    added = admit(channel, person.id, "member")
    if person.id != actor.id and channel.kind != "direct":
        announce(MemberAdded(channel.id, person.id, actor.id, added.read_seq))
    return added


@action
def leave_channel(actor: Person, channel: Channel) -> None:
    """Go out of a channel. Its last owner hands it to somebody first, unless nobody is left."""
    channel = lock(Channel, channel.id)
    mine = membership(channel.id, actor.id)
    if mine is None:
        return
    if not policy.may_leave(actor, channel, mine):
        raise Conflict(_("A conversation of two can't be left."))
    _require_other_owner(channel, mine)
    take_out(channel, mine)


@action
def remove_member(actor: Person, channel: Channel, person: Person) -> None:
    """Take somebody out of a channel; what they wrote stays."""
    if person.id == actor.id:
        leave_channel(actor, channel)
        return
    channel = lock(Channel, channel.id)
    mine = membership(channel.id, actor.id)
    if mine is None and not policy.is_open_to(actor, channel):
        raise NotFound()
    theirs = membership(channel.id, person.id)
    if theirs is None:
        return
    require(
        policy.may_remove(actor, channel, mine, theirs),
        _("Only those who lead this channel may remove members."),
    )
    _require_other_owner(channel, theirs)
    take_out(channel, theirs)
    audit.record(actor, "channels.remove_member", f"channel:{channel.id}", {"person_id": person.id})


@action
def set_member_role(actor: Person, channel: Channel, person: Person, role: str) -> Membership:
    """Make a member owner, moderator or member. A channel keeps at least one owner."""
    if role not in MEMBER_ROLES:
        raise Invalid(errors={"role": [_("Choose owner, moderator or member.")]})
    channel = lock(Channel, channel.id)
    mine = membership(channel.id, actor.id)
    if mine is None and not policy.is_open_to(actor, channel):
        raise NotFound()
    require(policy.may_manage(actor, channel, mine), _("Only its owners may change roles."))
    theirs = membership(channel.id, person.id)
    if theirs is None:
        raise NotFound()
    if theirs.role == role:
        return theirs
    if is_guest(person):
        raise Conflict(_("Guests lead no channels."))
    if role != "owner":
        _require_other_owner(channel, theirs)
    theirs.role = role
    if role != "member":
        # Somebody who leads it doesn't go with a group.
        theirs.by_group = False
    db.session.flush()
    log_change(channel.id, "membership_changed", person_id=person.id)
    audit.record(
        actor,
        "channels.set_role",
        f"channel:{channel.id}",
        {"person_id": person.id, "role": role},
    )
    return theirs


@action
def set_preferences(
    actor: Person, channel: Channel, *, notify: str | None = None, starred: bool | None = None
) -> Membership:
    """Set how one hears of a channel and whether it stands among the starred ones."""
    mine = membership(channel.id, actor.id)
    if mine is None:
        raise NotFound()
    if notify is not None:
        if notify not in NOTIFY_LEVELS:
            raise Invalid(errors={"notify": [_("Choose all, mentions or none.")]})
        mine.notify = notify
    if starred is not None:
        mine.starred = starred
    db.session.flush()
    live.personal(
        actor.id,
        "membership_changed",
        {
            "channel_id": channel.id,
            "user_id": actor.id,
            "notify": mine.notify,
            "starred": mine.starred,
        },
    )
    return mine


@action
def mark_read(actor: Person, channel: Channel, seq: int) -> int:
    """Move one's read position forward to ``seq``, never back and never past the channel's end.

    Returns the position now; other devices hear of it.
    """
    end = select(Channel.seq).where(Channel.id == channel.id).scalar_subquery()
    wanted = min(seq, db.session.execute(select(end)).scalar_one())
    moved = db.session.execute(
        update(Membership)
        .where(
            Membership.channel_id == channel.id,
            Membership.person_id == actor.id,
            Membership.read_seq < wanted,
        )
        .values(read_seq=wanted)
        .returning(Membership.read_seq)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if moved is not None:
        live.personal(actor.id, "read_changed", {"channel_id": channel.id, "seq": moved})
        announce(ReadMoved(channel.id, actor.id, int(moved)))
        return int(moved)
    mine = membership(channel.id, actor.id)
    if mine is None:
        raise NotFound()
    return mine.read_seq


@action
def admit(channel: Channel, person_id: int, role: str) -> Membership:
    """Put somebody into a channel, inside an action that has checked it and locked the channel."""
    channel.member_count += 1
    db.session.flush()
    # In first, counted as read up to here: history is not news to somebody who comes now.
    step_seq = channel.seq + 1
    added = Membership(
        channel_id=channel.id, person_id=person_id, role=role, read_seq=step_seq, joined_at=now()
    )
    db.session.add(added)
    db.session.flush()
    groups.let_back(channel.id, person_id)
    live.control("enter", person_id=person_id, channel_id=channel.id)
    log_change(channel.id, "membership_changed", person_id=person_id)
    live.personal(
        person_id,
        "membership_changed",
        {"channel_id": channel.id, "user_id": person_id, "state": "joined"},
    )
    announce(MemberJoined(channel.id, person_id))
    return added


@action
def dismiss_member(channel: Channel, person_id: int) -> None:
    """Take somebody out of a channel, for an action that has checked the right to judge.

    Raises Conflict where nobody would lead it any more.
    """
    channel = lock(Channel, channel.id)
    theirs = membership(channel.id, person_id)
    if theirs is not None:
        _require_other_owner(channel, theirs)
        take_out(channel, theirs)


@action
def readmit(channel_id: int, person_id: int, role: str) -> None:
    """Put somebody back into a channel that they were taken out of by a decision."""
    channel = lock(Channel, channel_id)
    if membership(channel.id, person_id) is None and not channel.archived:
        admit(channel, person_id, role)


def _on_their_own(theirs: Membership) -> Membership:
    """Let somebody who came with a group stay without it as well."""
    theirs.by_group = False
    db.session.flush()
    return theirs


@action
def take_out(channel: Channel, theirs: Membership) -> None:
    """Take a membership away, inside an action that has checked it and locked the channel."""
    channel.member_count = max(0, channel.member_count - 1)
    db.session.delete(theirs)
    db.session.flush()
    groups.keep_out(channel.id, theirs.person_id)
    # Out of the room before anything else is told in it.
    live.control("leave", person_id=theirs.person_id, channel_id=channel.id)
    live.personal(
        theirs.person_id,
        "membership_changed",
        {"channel_id": channel.id, "user_id": theirs.person_id, "state": "left"},
    )
    log_change(channel.id, "membership_changed", person_id=theirs.person_id)
    announce(MemberLeft(channel.id, theirs.person_id))


def _require_other_owner(channel: Channel, leaving: Membership) -> None:
    if leaving.role != "owner" or channel.member_count <= 1:
        return
    owners = db.session.execute(
        select(func.count())
        .select_from(Membership)
        .where(Membership.channel_id == channel.id, Membership.role == "owner")
    ).scalar_one()
    if owners <= 1:
        raise Conflict(_("Make somebody else an owner first."))
