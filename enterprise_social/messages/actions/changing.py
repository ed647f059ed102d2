"""Adding people to a conversation, naming it, and making a private channel of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask_babel import gettext as _
from sqlalchemy import select, update

from enterprise_social.channels.actions.log import log_change
from enterprise_social.channels.actions.managing import LONGEST_NAME, free_slug
from enterprise_social.channels.actions.membership import admit
from enterprise_social.channels.events import ChannelChanged
from enterprise_social.channels.models import Channel, Membership
from enterprise_social.channels.policy import may_create
from enterprise_social.channels.queries import cut_off, membership
from enterprise_social.core import audit, screening
from enterprise_social.core.access import require
from enterprise_social.core.actions import action, lock
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Invalid, NotFound
from enterprise_social.core.events import announce
from enterprise_social.core.text import safe_name
from enterprise_social.messages.actions.starting import (
    LARGEST,
    checked_people,
    direct_key,
    require_met,
    require_reachable,
    start_conversation,
)
from enterprise_social.people.models import Person
from enterprise_social.people.queries import by_ids
from enterprise_social.posts.actions import create_post
from enterprise_social.posts.policy import NOTICE


@action
def add_people(
    actor: Person, channel: Channel, person_ids: Sequence[int], *, history: bool
) -> tuple[Channel, bool]:
    """Talk with more people; returns the conversation and whether it is a new one.

    With ``history`` they come into this conversation, read all that was said in it, and a post
    says so. Without, the larger group has a conversation of its own and this one stays as it is.
    Raises Invalid, Forbidden (somebody can't be reached), Conflict (all are in it), NotFound.
    """
    channel = _mine(actor, channel)
    inside = _member_ids(channel.id)
    added = [
        person for person in checked_people(actor, person_ids).values() if person.id not in inside
    ]
    if not added:
        raise Conflict(_("They are in this conversation already."))
    if len(inside) + len(added) > LARGEST:
        raise Invalid(errors={"user_ids": [_("At most %(most)d people.", most=LARGEST)]})
    require_reachable(actor, added)
    require_met([*by_ids(inside).values(), *added])
    if not history:
        return start_conversation(actor, [*inside, *(person.id for person in added)])
    for person in added:
        admit(channel, person.id, "member")
    db.session.refresh(channel)
    rekey(channel)
    _say_so(actor, channel, added)
    audit.record(
        actor,
        "messages.add_people",
        f"channel:{channel.id}",
        {"person_ids": [person.id for person in added]},
    )
    return channel, False


@action
def name_conversation(actor: Person, channel: Channel, name: str) -> Channel:
    """Give a conversation a name; without one it is called after the people in it."""
    channel = _mine(actor, channel)
    name = _checked_name(actor, channel, name)
    if name == channel.name:
        return channel
    channel.name = name
    return _changed(actor, channel)


@action
def make_channel_of(actor: Person, channel: Channel, name: str) -> Channel:
    """Make a private channel of a conversation: all who are in it and all that was said stay.

    Its members may then invite others; whoever did it is its owner. Raises Invalid, NotFound.
    """
    channel = _mine(actor, channel)
    require(may_create(actor, "private"), _("You may not make private channels."))
    name = _checked_name(actor, channel, name)
    if not name:
        raise Invalid(errors={"name": [_("Give the channel a name.")]})
    channel.kind, channel.name, channel.slug = "private", name, free_slug(name)
    channel.direct_key = None
    db.session.execute(
        update(Membership)
        .where(Membership.channel_id == channel.id, Membership.person_id == actor.id)
        .values(role="owner")
        .execution_options(synchronize_session=False)
    )
    audit.record(actor, "messages.make_channel", f"channel:{channel.id}", {"kind": "private"})
    return _changed(actor, channel)


@action
def rekey(channel: Channel) -> None:
    """Let a conversation be found by who is in it now, unless these people have another one."""
    key = direct_key(_member_ids(channel.id))
    taken = select(Channel.id).where(Channel.direct_key == key, Channel.id != channel.id)
    free = db.session.execute(taken).first() is None
    # Two of a former group have, or begin, a conversation of their own.
    channel.direct_key = key if free and channel.member_count > 2 else None
    db.session.flush()


def _mine(actor: Person, channel: Channel) -> Channel:
    channel = lock(Channel, channel.id)
    if membership(channel.id, actor.id) is None:
        raise NotFound()
    if channel.kind != "direct":
        raise Conflict(_("This is a channel, not a conversation."))
    # A name, a third person or a channel would be ways around it.
    require(not cut_off(channel.id), _("This person can't be reached."))
    return channel


def _member_ids(channel_id: int) -> list[int]:
    statement = select(Membership.person_id).where(Membership.channel_id == channel_id)
    return sorted(db.session.scalars(statement))


def _checked_name(actor: Person, channel: Channel, name: str) -> str:
    name = safe_name(name)
    if len(name) > LONGEST_NAME:
        raise Invalid(errors={"name": [_("At most %(most)d characters.", most=LONGEST_NAME)]})
    target = f"channel:{channel.id}"
    kept = screening.clean("channels", {"name": name}, actor=actor, target=target)
    return safe_name(kept["name"])[:LONGEST_NAME]


def _changed(actor: Person, channel: Channel) -> Channel:
    db.session.flush()
    channel.seq = log_change(channel.id, "channel_changed", person_id=actor.id).seq
    announce(ChannelChanged(channel.id))
    return channel


def _say_so(actor: Person, channel: Channel, added: Iterable[Person]) -> None:
    names = ", ".join(f"@{person.username}" for person in added)
    body = _("Added %(names)s, who can now read all that was said here.", names=names)
    post, _new = create_post(actor, channel, body, ruled=False)
    post.type = NOTICE
    db.session.flush()
