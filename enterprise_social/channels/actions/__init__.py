"""Writes of channels: making and running them, who is in them, and the log of their changes."""

from __future__ import annotations

from enterprise_social.channels.actions.groups import add_group, remove_group
from enterprise_social.channels.actions.log import append_change
from enterprise_social.channels.actions.managing import (
    create_channel,
    set_archived,
    update_channel,
)
from enterprise_social.channels.actions.membership import (
    add_member,
    join_channel,
    leave_channel,
    mark_read,
    remove_member,
    set_member_role,
    set_preferences,
)
from enterprise_social.channels.actions.ruling import set_rules

__all__ = [
    "add_group",
    "add_member",
    "append_change",
    "create_channel",
    "join_channel",
    "leave_channel",
    "mark_read",
    "remove_group",
    "remove_member",
    "set_archived",
    "set_member_role",
    "set_preferences",
    "set_rules",
    "update_channel",
]
