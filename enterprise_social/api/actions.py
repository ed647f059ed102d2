"""Writes that the API does in one step, out of the rooms' own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from enterprise_social.channels import actions as channels
from enterprise_social.channels.models import Channel, Membership
from enterprise_social.channels.queries import membership
from enterprise_social.core.actions import action
from enterprise_social.people.actions import groups
from enterprise_social.people.models import Group, Person


@action
def change_channel(
    actor: Person,
    channel: Channel,
    *,
    name: str | None = None,
    topic: str | None = None,
    purpose: str | None = None,
    archived: bool | None = None,
    rules: Mapping[str, Any] | None = None,
) -> Channel:
    """Change what is given, all or nothing."""
    if name is not None or topic is not None or purpose is not None:
        channel = channels.update_channel(actor, channel, name=name, topic=topic, purpose=purpose)
    if rules:
        channel = channels.set_rules(actor, channel, rules)
    if archived is not None:
        channel = channels.set_archived(actor, channel, archived)
    return channel


@action
def change_group(
    actor: Person, group: Group, *, archived: bool | None = None, **changes: str
) -> Group:
    """Change what is given, all or nothing."""
    if changes or archived is None:
        group = groups.update_group(actor, group, **changes)
    if archived is not None:
        group = groups.set_group_archived(actor, group, archived)
    return group


@action
def put_self(
    actor: Person, channel: Channel, *, notify: str | None = None, starred: bool | None = None
) -> Membership:
    """Join where one isn't in yet, and set one's preferences."""
    mine = membership(channel.id, actor.id) or channels.join_channel(actor, channel)
    if notify is not None or starred is not None:
        mine = channels.set_preferences(actor, channel, notify=notify, starred=starred)
    return mine


@action
def put_member(
    actor: Person, channel: Channel, person: Person, role: str | None
) -> tuple[Membership, bool]:
    """Bring somebody in where they aren't yet, and set their role.

    Returns the membership and whether it is new.
    """
    before = membership(channel.id, person.id)
    theirs = before
    if theirs is None and person.id == actor.id:
        theirs = channels.join_channel(actor, channel)
    elif theirs is None:
        theirs = channels.add_member(actor, channel, person)
    if role is not None and role != theirs.role:
        theirs = channels.set_member_role(actor, channel, person, role)
    return theirs, before is None
